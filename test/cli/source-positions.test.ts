import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { SourcePositions } from '../../cli/source-positions.ts';

const SOURCE = `export class Shelf {
  constructor(readonly sku: string) {}
}

export function take(sku: string): Shelf {
  if (sku !== 'CD-1') throw new TypeError('No shelf for ' + sku);
  return new Shelf(sku);
}
`;

/** A folder with one function, bundled as it deploys. */
function system() {
  const root = mkdtempSync(join(tmpdir(), 'tickertape-test-'));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  mkdirSync(join(root, 'functions', 'shop'), { recursive: true });
  cpSync('infra/bundling', join(root, 'infra', 'bundling'), { recursive: true });
  symlinkSync(resolve('node_modules'), join(root, 'node_modules'));
  writeFileSync(join(root, 'package.json'), '{ "type": "commonjs" }');
  const source = join(root, 'functions', 'shop', 'shelf.ts');
  writeFileSync(source, SOURCE);
  writeFileSync(
    join(root, 'functions', 'shop', 'reserve.handler.ts'),
    "import { take } from './shelf.ts';\nexport const handler = async () => take('CD-2');\n",
  );
  execFileSync(process.execPath, [join(root, 'infra', 'bundling', 'bundle-functions.mjs'), '--root', root], { stdio: 'pipe' });
  const bundle = join(root, '.build', 'functions', 'shop', 'reserve', 'index.js');
  return { root, source, bundle, codeVersion: createHash('sha256').update(readFileSync(bundle)).digest('hex').slice(0, 12) };
}

/** What the function throws, with the paths of Lambda. */
async function thrownBy(bundle: string): Promise<string> {
  const { handler } = createRequire(import.meta.url)(bundle) as { handler: () => Promise<unknown> };
  const { stack } = await handler().then(
    () => new Error('It did not throw'),
    (error: Error) => error,
  );
  return (stack ?? '').split('\n').slice(0, 2).join('\n').replaceAll(bundle, '/var/task/index.js');
}

it('finds the line of the source that a stack in a bundle means', async () => {
  const { root, bundle, codeVersion } = system();
  const error = await thrownBy(bundle);
  expect(error).toMatch(/^TypeError: No shelf for CD-2\n {4}at take \(\/var\/task\/index\.js:\d+:\d+\)$/);
  expect(new SourcePositions(root).mapped(error, codeVersion)).toBe('TypeError: No shelf for CD-2\n    at take (functions/shop/shelf.ts:6)');
});

it('leaves a stack of other code as it is: of an older source, of no known version, of another folder', async () => {
  const { root, source, bundle, codeVersion } = system();
  const error = await thrownBy(bundle);
  expect(new SourcePositions(root).mapped(error, undefined)).toBe(error);
  expect(new SourcePositions(join(root, 'functions')).mapped(error, codeVersion)).toBe(error);
  writeFileSync(source, `// A new first line\n${SOURCE.replace('No shelf', 'Nothing')}`);
  expect(new SourcePositions(root).mapped(error, codeVersion)).toBe(error);
});
