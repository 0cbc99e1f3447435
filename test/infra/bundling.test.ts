import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, resolve } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';

const root = resolve('.build', `bundling-${process.pid}`);
const requireBundle = createRequire(import.meta.url);

const write = (path: string, text: string) => {
  mkdirSync(dirname(`${root}/${path}`), { recursive: true });
  writeFileSync(`${root}/${path}`, text);
};
const bundle = () => spawnSync(process.execPath, ['infra/bundling/bundle-functions.mjs', '--root', root], { encoding: 'utf8' });
/** Loads a bundle afresh, as a new execution environment does. */
const load = (name: string) => {
  delete requireBundle.cache[bundleOf(name)];
  return requireBundle(bundleOf(name)) as { handler: () => Promise<unknown> };
};
const bundleOf = (name: string) => `${root}/.build/functions/${name}/index.js`;

beforeEach(() => {
  // As on Lambda, where no package.json says that a .js file is an ES module.
  write('package.json', '{ "type": "commonjs" }');
  write('functions/shop/greet.ts', "export const greet = (name: string): string => 'Hello ' + name;\n");
  write('functions/shop/greet.handler.ts', "import { greet } from './greet.ts';\nexport const handler = async () => greet('Ada');\n");
  write('functions/shop/part.handler.ts', "export const handler = async () => 'bye';\n");
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

it('makes one folder for each handler, with a CommonJS module in it', async () => {
  const { status, stderr } = bundle();
  expect({ status, stderr }).toMatchObject({ status: 0, stderr: expect.stringContaining('bundled 2 functions') });
  expect(readdirSync(`${root}/.build/functions/shop`).sort()).toEqual(['greet', 'part']);
  expect(readdirSync(dirname(bundleOf('shop/greet')))).toEqual(['index.js']);
  const { handler } = load('shop/greet');
  expect(await handler()).toBe('Hello Ada');
});

it('writes only what changed', () => {
  bundle();
  const before = [statSync(bundleOf('shop/greet')).mtimeMs, statSync(bundleOf('shop/part')).mtimeMs];
  write('functions/shop/greet.ts', "export const greet = (name: string): string => 'Good day ' + name;\n");
  expect(bundle().stderr).toContain('1 changed');
  const after = [statSync(bundleOf('shop/greet')).mtimeMs, statSync(bundleOf('shop/part')).mtimeMs];
  expect(after[0]).toBeGreaterThan(before[0] ?? 0);
  expect(after[1]).toBe(before[1]);
});

it('removes the bundle of a handler that is gone', () => {
  bundle();
  rmSync(`${root}/functions/shop/part.handler.ts`);
  expect(bundle().stderr).toContain('1 removed');
  expect(existsSync(bundleOf('shop/part'))).toBe(false);
  expect(existsSync(bundleOf('shop/greet'))).toBe(true);
});

it('says where a source is broken, and leaves the last good bundles', () => {
  bundle();
  const good = readFileSync(bundleOf('shop/greet'), 'utf8');
  write('functions/shop/part.handler.ts', "export const handler = async () => 'hello';\n");
  write('functions/shop/greet.ts', 'export const greet = (name: string) => {\n');
  const { status, stderr } = bundle();
  expect(status).toBe(1);
  expect(stderr).toContain('functions/shop/greet.ts');
  expect(readFileSync(bundleOf('shop/greet'), 'utf8')).toBe(good);
  expect(readFileSync(bundleOf('shop/part'), 'utf8')).toContain('bye');
});

it('says that there is nothing to bundle', () => {
  rmSync(`${root}/functions`, { recursive: true });
  const { status, stderr } = bundle();
  expect({ status, stderr }).toMatchObject({ status: 1, stderr: expect.stringContaining('functions') });
});

it('names functions in a stack trace', async () => {
  write(
    'functions/shop/greet.ts',
    "export function greetLoudly(): string {\n  throw new Error('too loud');\n}\nexport const greet = (): string => greetLoudly();\n",
  );
  write('functions/shop/greet.handler.ts', "import { greet } from './greet.ts';\nexport const handler = async () => greet();\n");
  bundle();
  const { handler } = load('shop/greet');
  const error = await handler().catch((thrown: unknown) => thrown);
  expect((error as Error).stack).toMatch(/at greetLoudly[\s\S]*at greet /);
});

it('bundles the credentials of the environment, and no reader of profiles', async () => {
  write(
    'functions/shop/greet.handler.ts',
    "import { defaultProvider } from '@aws-sdk/credential-provider-node';\nexport const handler = async () => defaultProvider()();\n",
  );
  bundle();
  expect(readFileSync(bundleOf('shop/greet'), 'utf8')).not.toMatch(/sso|web_identity|169\.254/i);
  const { handler } = load('shop/greet');
  const before = process.env;
  try {
    process.env = { AWS_ACCESS_KEY_ID: 'AKIA', AWS_SECRET_ACCESS_KEY: 'secret', AWS_SESSION_TOKEN: 'token' };
    expect(await handler()).toEqual({ accessKeyId: 'AKIA', secretAccessKey: 'secret', sessionToken: 'token' });
    process.env = {};
    await expect(handler()).rejects.toThrow('AWS_ACCESS_KEY_ID');
  } finally {
    process.env = before;
  }
});
