import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { emit } from './generator/emit.ts';
import { check, extendLock, type Lock } from './generator/rules.ts';
import { readSources } from './generator/source.ts';

const folder = dirname(fileURLToPath(import.meta.url));
const lockFile = join(folder, 'lock.json');
const generated = join(folder, 'generated');

const sources = readSources(folder);
const lock: Lock = existsSync(lockFile) ? (JSON.parse(readFileSync(lockFile, 'utf8')) as Lock) : {};
const violations = check(sources, lock);
if (violations.length > 0) {
  process.stderr.write(`${violations.map(({ file, message }) => `schemas/${file}: ${message}`).join('\n')}\n`);
  process.exitCode = 1;
} else {
  const files = await emit(sources);
  rmSync(generated, { recursive: true, force: true });
  for (const [path, text] of files) {
    mkdirSync(dirname(join(generated, path)), { recursive: true });
    writeFileSync(join(generated, path), text);
  }
  writeFileSync(lockFile, `${JSON.stringify(extendLock(sources, lock), null, 2)}\n`);
}
