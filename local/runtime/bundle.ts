import fs from 'node:fs';
import { builtinModules, createRequire } from 'node:module';
import path from 'node:path';
import vm from 'node:vm';

/** A module's function: called with what a CommonJS module finds around it. */
type Wrapper = (importBuiltin: (name: string) => Promise<unknown>) => (...args: unknown[]) => unknown;

const TASK = '/var/task';

/** A thrown value that Node's own loader would throw too. */
export function moduleNotFound(name: string, from: string): Error {
  return Object.assign(new Error(`Cannot find module '${name}'\nRequire stack:\n- ${from}`), { code: 'MODULE_NOT_FOUND', requireStack: [from] });
}

/** `import('node:http')` with a literal name of one of Node's modules: what the AWS SDK has in its bundles. */
const DYNAMIC_IMPORT = new RegExp(`\\bimport\\((\\s*(["'])(?:node:)?(?:${builtinModules.join('|').replaceAll('/', '\\/')})\\2\\s*)\\)`, 'g');

/**
 * A script cannot import without a flag of Node's. `importBuiltin` of the context does it by `require`.
 * Differs from AWS: `import()` of anything else than a module of Node's, in a CommonJS bundle, is refused by Node.
 */
const withoutDynamicImports = (source: string): string => source.replace(DYNAMIC_IMPORT, 'importBuiltin($1)');

/** ES modules become CommonJS, for Node links no ES module in a context without a flag. esbuild is loaded for them only. */
function fromEsModule(source: string, file: string): string {
  const esbuild = createRequire(import.meta.url)('esbuild') as typeof import('esbuild');
  const { code } = esbuild.transformSync(source, {
    format: 'cjs',
    platform: 'node',
    target: 'node20',
    sourcefile: file,
    logLevel: 'silent',
    define: { 'import.meta.url': '__importMetaUrl', 'import.meta.filename': '__filename', 'import.meta.dirname': '__dirname' },
    supported: { 'dynamic-import': false },
  });
  return `'use strict';const __importMetaUrl = ${JSON.stringify(`file://${file}`)};${code}`;
}

/** The compiled modules of one code key, shared by all its contexts in a thread. */
export class Bundle {
  readonly #directory: string;
  readonly #scripts = new Map<string, vm.Script>();
  readonly #resolved = new Map<string, string>();
  #isEsPackage: boolean | undefined;

  constructor(directory: string) {
    this.#directory = fs.realpathSync(directory);
  }

  /** The file that holds the handler: `src/index.handler` is `src/index` with `.js`, `.mjs` or `.cjs`. @see https://docs.aws.amazon.com/lambda/latest/dg/nodejs-handler.html */
  entry(moduleName: string): string {
    for (const extension of ['', '.js', '.mjs', '.cjs']) {
      const file = path.join(this.#directory, moduleName + extension);
      if (this.#holds(file)) return this.#seen(file);
    }
    throw moduleNotFound(moduleName, '/var/runtime/index.mjs');
  }

  /** The file that `name` means in `from`, both as the function sees them. */
  resolve(name: string, from: string): string {
    const key = `${from}\n${name}`;
    const known = this.#resolved.get(key);
    if (known !== undefined) return known;
    const seen = name.startsWith('/') ? this.#real(name) : name;
    let found: string;
    try {
      found = createRequire(this.#real(from)).resolve(seen);
    } catch {
      throw moduleNotFound(name, from);
    }
    if (!this.#holds(found)) throw moduleNotFound(name, from);
    this.#resolved.set(key, this.#seen(found));
    return this.#seen(found);
  }

  isJson(file: string): boolean {
    return file.endsWith('.json');
  }

  text(file: string): string {
    return fs.readFileSync(this.#real(file), 'utf8');
  }

  /** The module's wrapper function, made in the realm that `run` runs scripts in. */
  wrapper(file: string, run: (script: vm.Script) => unknown): Wrapper {
    let script = this.#scripts.get(file);
    if (!script) {
      const text = this.text(file).replace(/^#!.*/, '');
      const source = this.#isEsModule(file) ? fromEsModule(text, file) : withoutDynamicImports(text);
      script = new vm.Script(`(function (importBuiltin) { return function (exports, require, module, __filename, __dirname) {${source}\n} })`, {
        filename: file,
      });
      this.#scripts.set(file, script);
    }
    return run(script) as Wrapper;
  }

  #isEsModule(file: string): boolean {
    if (file.endsWith('.mjs')) return true;
    if (!file.endsWith('.js')) return false;
    if (this.#isEsPackage === undefined) {
      const manifest = path.join(this.#directory, 'package.json');
      this.#isEsPackage = fs.existsSync(manifest) && (JSON.parse(fs.readFileSync(manifest, 'utf8')) as { type?: string }).type === 'module';
    }
    return this.#isEsPackage && !file.includes('/node_modules/');
  }

  #holds(file: string): boolean {
    if (!fs.existsSync(file)) return false;
    const real = fs.realpathSync(file);
    return real.startsWith(this.#directory + path.sep) && fs.statSync(real).isFile();
  }

  #real(seen: string): string {
    return path.join(this.#directory, seen.startsWith(TASK) ? seen.slice(TASK.length) : seen);
  }

  #seen(real: string): string {
    return TASK + fs.realpathSync(real).slice(this.#directory.length).split(path.sep).join('/');
  }
}
