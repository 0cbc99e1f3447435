import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { emit } from './generator/emit.ts';
import { readSources } from './generator/source.ts';

const folder = dirname(fileURLToPath(import.meta.url));
const sources = readSources(folder);
const generated = join(folder, 'generated');
rmSync(generated, { recursive: true, force: true });
for (const [path, text] of await emit(sources)) {
  mkdirSync(dirname(join(generated, path)), { recursive: true });
  writeFileSync(join(generated, path), text);
}
