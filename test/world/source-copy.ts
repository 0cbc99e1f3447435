import { execFileSync } from 'node:child_process';
import { cpSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { temporaryFolder } from './assembly-copy.ts';

/** Bundles a handler from a copy of the source in which one file was edited, and answers the bundle's text. Throws where the edit changed nothing. */
export function bundleEdited(handler: string, path: string, edit: (source: string) => string): string {
  const root = temporaryFolder();
  for (const folder of ['functions', 'schemas']) cpSync(folder, join(root, folder), { recursive: true });
  cpSync('package.json', join(root, 'package.json'));
  symlinkSync(resolve('node_modules'), join(root, 'node_modules'));
  const source = readFileSync(path, 'utf8');
  const edited = edit(source);
  if (edited === source) throw new Error(`The edit of ${path} changed nothing`);
  writeFileSync(join(root, path), edited);
  execFileSync(process.execPath, ['infra/bundling/bundle-functions.mjs', '--root', root], { stdio: 'pipe' });
  return readFileSync(join(root, '.build', 'functions', handler, 'index.js'), 'utf8');
}
