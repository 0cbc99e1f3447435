import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

/** Root of the checkout. */
export const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** Where programs of benchmarks are bundled to. */
const BUILD_FOLDER = join(ROOT, '.build', 'bench');

/**
 * Bundles a program under `bench/` as `cli/build.mjs` bundles the command line, with the worker of functions beside it, and answers its path: what is
 * measured is what ships, without the transforms of a TypeScript loader.
 */
export async function bundleProgram(name: string): Promise<string> {
  await build({
    entryPoints: { [name]: join(ROOT, 'bench', `${name}.ts`), 'runtime-worker': join(ROOT, 'local/runtime/worker.ts') },
    outdir: BUILD_FOLDER,
    bundle: true,
    splitting: true,
    chunkNames: '[name]-[hash]',
    format: 'esm',
    platform: 'node',
    target: 'node20',
    mainFields: ['module', 'main'],
    external: ['esbuild'],
    banner: { js: "import { createRequire as __createRequire } from 'node:module';\nconst require = __createRequire(import.meta.url);" },
    logLevel: 'warning',
  });
  return join(BUILD_FOLDER, `${name}.js`);
}

/** A program that runs in a process of its own and says what it has to say in lines of its standard output. */
export class Program {
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;

  constructor(args: readonly string[], options: { readonly directory?: string } = {}) {
    this.#child = spawn(process.execPath, args, { cwd: options.directory ?? ROOT, stdio: ['ignore', 'pipe', 'inherit'] });
    this.#lines = createInterface({ input: this.#child.stdout as NodeJS.ReadableStream })[Symbol.asyncIterator]();
  }

  /** Of its process. */
  get id(): number {
    return this.#child.pid ?? 0;
  }

  /** The next line. Throws where the program has ended instead. */
  async line(): Promise<string> {
    const next = await this.#lines.next();
    if (next.done) throw new Error(`The program ended (${this.#child.exitCode ?? this.#child.signalCode}) before it said what was awaited`);
    return next.value;
  }

  async end(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exited = once(this.#child, 'exit');
    this.#child.kill('SIGTERM');
    await exited;
  }
}
