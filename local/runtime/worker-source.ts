import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { WorkerSettings } from './protocol.ts';

let built: string | undefined;

/** The worker's source as one script, where this program runs from its TypeScript source: a worker has no loader for it. */
function fromSource(): string {
  if (built !== undefined) return built;
  const esbuild = createRequire(import.meta.url)('esbuild') as typeof import('esbuild');
  const result = esbuild.buildSync({
    entryPoints: [fileURLToPath(new URL('./worker.ts', import.meta.url))],
    bundle: true,
    write: false,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    external: ['esbuild'],
    // Relative to here the worker finds esbuild, should a bundle be an ES module.
    define: { 'import.meta.url': JSON.stringify(import.meta.url) },
  });
  built = result.outputFiles[0]?.text ?? '';
  return built;
}

/**
 * Starts a worker: from `workerUrl`, else, where the program is bundled, from `runtime-worker.js` beside it, else from source. It gets nothing of the
 * host's environment.
 */
export function startWorker(settings: WorkerSettings, workerUrl: URL | undefined): Worker {
  const options = {
    workerData: settings,
    env: { TZ: 'UTC' },
    execArgv: [],
    stdin: false,
    resourceLimits: { maxYoungGenerationSizeMb: 8, maxOldGenerationSizeMb: 128 },
  };
  if (workerUrl) return new Worker(workerUrl, options);
  if (!import.meta.url.endsWith('.ts')) return new Worker(new URL('./runtime-worker.js', import.meta.url), options);
  return new Worker(fromSource(), { ...options, eval: true });
}
