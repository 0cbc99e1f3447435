// Bundles the command line into dist/, so that it starts in a fraction of the time that running the sources takes.
// Run by npm after an install (`prepare`) and by whoever changes cli/, operations/ or local/.
import { existsSync, rmSync } from 'node:fs';
import { build } from 'esbuild';

/** Programs: the command itself, and the threads in which the embedded plane runs functions. */
const entryPoints = { tickertape: 'cli/main.ts', 'runtime-worker': 'local/runtime/worker.ts' };

/** CommonJS packages inside an ES module bundle ask for `require`. */
const banner = "import { createRequire as __createRequire } from 'node:module';\nconst require = __createRequire(import.meta.url);";

rmSync('dist', { recursive: true, force: true });
await build({
  entryPoints: Object.fromEntries(Object.entries(entryPoints).filter(([, path]) => existsSync(path))),
  outdir: 'dist',
  bundle: true,
  splitting: true,
  // Beside the programs, for modules look for the worker beside themselves.
  chunkNames: '[name]-[hash]',
  format: 'esm',
  platform: 'node',
  target: 'node20',
  mainFields: ['module', 'main'],
  // esbuild finds its own binary beside itself and cannot be bundled.
  external: ['esbuild'],
  banner: { js: banner },
  legalComments: 'none',
  logLevel: 'warning',
});
