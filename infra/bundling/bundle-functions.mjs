/**
 * Bundles every `functions/**\/*.handler.ts` in one esbuild pass: `functions/payments/charge-order.handler.ts` becomes
 * `.build/functions/payments/charge-order/index.js`, a folder that is a Lambda asset as it stands.
 *
 * - One pass, because esbuild takes milliseconds and a process start half a second: source shared by the handlers is parsed once.
 * - CommonJS for Node 20 runs alike on `nodejs24.x` and in the sealed contexts of the embedded plane.
 * - The AWS SDK is bundled: a function runs the version that was tested, and its cold start reads one file.
 * - `mainFields` prefers ES modules, which esbuild can shake; the SDK's CommonJS build cannot be.
 * - Minified, with names kept: a stack trace names its functions without a source map, which for a bundled SDK is larger than the bundle. `lineLimit` gives
 *   its positions a line. The source map of a bundle is made when somebody asks for it, from the same sources: nothing is stored or deployed for it.
 * - Of the SDK's credential providers only the environment's is bundled (environment-credentials.mjs).
 * - Files whose content did not change are left alone, so that a watcher sees only what an edit changed.
 *
 * A source that does not compile is reported and leaves the last good bundles as they are; the exit code is 1.
 *
 * Usage: node infra/bundling/bundle-functions.mjs [--root DIR] [--map HASH]
 *        --map writes no bundle: it prints the source map of the bundle whose SHA-256 begins so, as JSON. Where the sources do not make that bundle (any more), the exit code is 3.
 */
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';

const HANDLER_SUFFIX = '.handler.ts';

const { values } = parseArgs({ options: { root: { type: 'string', default: '.' }, map: { type: 'string' } } });
const root = resolve(values.root);
const outputFolder = join(root, '.build', 'functions');

/** Handlers below `folder`, as paths from the root with forward slashes, sorted. */
async function findHandlers(folder) {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && entry.name.endsWith(HANDLER_SUFFIX))
    .map((entry) =>
      relative(root, join(entry.parentPath ?? entry.path, entry.name))
        .split(sep)
        .join('/'),
    )
    .sort();
}

/** Bundles in memory: nothing is written before everything compiled. */
async function bundle(handlers, options = {}) {
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: handlers.map((path) => ({ in: path, out: `${path.slice(0, -HANDLER_SUFFIX.length)}/index` })),
    outdir: '.build',
    write: false,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    mainFields: ['module', 'main'],
    minify: true,
    keepNames: true,
    alias: { '@aws-sdk/credential-provider-node': fileURLToPath(new URL('environment-credentials.mjs', import.meta.url)) },
    lineLimit: 200,
    legalComments: 'none',
    charset: 'utf8',
    logLevel: 'error',
    ...options,
  });
  return outputFiles;
}

/** Prints the source map of a bundle; its sources are paths from the root. */
async function printMap(handlers, hash) {
  // External: the code is byte for byte that of a bundle without a map.
  const files = await bundle(handlers, { sourcemap: 'external', sourcesContent: false });
  const isMeant = ({ path, contents }) => path.endsWith('.js') && createHash('sha256').update(contents).digest('hex').startsWith(hash);
  const code = files.find(isMeant);
  const map = code && files.find(({ path }) => path === `${code.path}.map`);
  if (!map) return 3;
  const { sources, ...rest } = JSON.parse(map.text);
  const fromRoot = (source) =>
    relative(root, resolve(dirname(code.path), source))
      .split(sep)
      .join('/');
  process.stdout.write(JSON.stringify({ ...rest, sources: sources.map(fromRoot) }));
  return 0;
}

/** Writes a file whole or not at all, and only where its content changed. */
async function writeIfChanged({ path, contents }) {
  const current = await readFile(path).catch((error) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (current?.equals(contents)) return 0;
  await mkdir(dirname(path), { recursive: true });
  const temporary = `${path}.${process.pid}`;
  await writeFile(temporary, contents);
  await rename(temporary, path);
  return 1;
}

/** Removes bundles of handlers that are gone. */
async function removeStale(bundled) {
  const keep = new Set(bundled.map(({ path }) => dirname(path)));
  const contexts = await readdir(outputFolder, { withFileTypes: true });
  let removed = 0;
  for (const context of contexts) {
    for (const name of await readdir(join(outputFolder, context.name))) {
      const folder = join(outputFolder, context.name, name);
      if (keep.has(folder)) continue;
      await rm(folder, { recursive: true });
      removed += 1;
    }
  }
  return removed;
}

/** Bundles all, and says what changed. */
async function writeBundles(handlers) {
  const startedMs = performance.now();
  const bundled = await bundle(handlers);
  const written = await Promise.all(bundled.map((file) => writeIfChanged({ path: file.path, contents: Buffer.from(file.contents) })));
  const removed = await removeStale(bundled);
  const changed = written.reduce((sum, count) => sum + count, 0);
  const kilobytes = Math.round(bundled.reduce((sum, file) => sum + file.contents.byteLength, 0) / 1024);
  const seconds = ((performance.now() - startedMs) / 1000).toFixed(2);
  console.error(`bundled ${bundled.length} functions, ${kilobytes} KiB, in ${seconds} s: ${changed} changed, ${removed} removed`);
  return 0;
}

try {
  const handlers = await findHandlers(join(root, 'functions'));
  process.exitCode = values.map === undefined ? await writeBundles(handlers) : await printMap(handlers, values.map);
} catch (error) {
  // esbuild has printed what does not compile, with its place; anything else has not been printed yet.
  if (!Array.isArray(error.errors)) console.error(error.message);
  process.exitCode = 1;
}
