import fs from 'node:fs';
import { builtinModules, createRequire } from 'node:module';
import path from 'node:path';
import vm from 'node:vm';
import { ambientFile, ambientReal, ambientScripts, isAmbient } from './ambient-sdk.ts';
import { type MountedCode, Mounts, TASK } from './mounts.ts';

/** A module's function: called with what a CommonJS module finds around it. */
type Wrapper = (importBuiltin: (name: string) => Promise<unknown>) => (...args: unknown[]) => unknown;

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
  readonly #mounts: Mounts;
  /** Where Node's resolution looks for packages in a layer: `nodejs/node22/node_modules`, then `nodejs/node_modules`. */
  readonly #layerFolder: string;
  readonly #scripts = new Map<string, vm.Script>();
  readonly #resolved = new Map<string, string>();
  readonly #esPackages = new Map<string, boolean>();

  constructor(code: MountedCode & { readonly runtime?: string | undefined }) {
    this.#mounts = new Mounts(code);
    const major = /^nodejs(\d+)\./.exec(code.runtime ?? '')?.[1] ?? process.versions.node.split('.')[0];
    this.#layerFolder = path.join('nodejs', `node${major}`, 'any.js');
  }

  /** The file that holds the handler: `src/index.handler` is `src/index` with `.js`, `.mjs` or `.cjs`. @see https://docs.aws.amazon.com/lambda/latest/dg/nodejs-handler.html */
  entry(moduleName: string): string {
    for (const extension of ['', '.js', '.mjs', '.cjs']) {
      const [file] = this.#mounts.reals(path.posix.join(TASK, moduleName + extension));
      if (file !== undefined && fs.statSync(file).isFile()) return this.#mounts.seen(file) as string;
    }
    throw moduleNotFound(moduleName, '/var/runtime/index.mjs');
  }

  /** The file that `name` means in `from`, both as the function sees them. */
  resolve(name: string, from: string): string {
    const key = `${from}\n${name}`;
    const known = this.#resolved.get(key);
    if (known !== undefined) return known;
    const found = this.#find(name, from);
    if (found === undefined) throw moduleNotFound(name, from);
    this.#resolved.set(key, found);
    return found;
  }

  /** Files by their path in any of the folders that lie over each other; packages in the bundle, then in the layers, then of the SDK. */
  #find(name: string, from: string): string | undefined {
    if (isAmbient(from)) return ambientFile(name, from);
    const [real = ''] = this.#mounts.reals(from);
    if (/^(\.{0,2}\/|\.{1,2}$)/.test(name)) {
      const seen = path.posix.resolve(path.posix.dirname(from), name) + (name.endsWith('/') ? '/' : '');
      return this.#firstOf(this.#mounts.candidates(seen).map((candidate) => [real, candidate]));
    }
    const layers = this.#mounts.layerRoots.map((root) => [path.join(root, this.#layerFolder), name] as const);
    return this.#firstOf([[real, name], ...layers]) ?? ambientFile(name, from);
  }

  #firstOf(tries: readonly (readonly [from: string, name: string])[]): string | undefined {
    for (const [from, name] of tries) {
      try {
        const seen = this.#mounts.seen(fs.realpathSync(createRequire(from).resolve(name)));
        if (seen !== undefined) return seen;
      } catch {
        // It is not there: the next place is tried.
      }
    }
    return undefined;
  }

  isJson(file: string): boolean {
    return file.endsWith('.json');
  }

  text(file: string): string {
    return fs.readFileSync(this.#real(file), 'utf8');
  }

  /** The module's wrapper function, made in the realm that `run` runs scripts in. */
  wrapper(file: string, run: (script: vm.Script) => unknown): Wrapper {
    const scripts = isAmbient(file) ? ambientScripts : this.#scripts;
    let script = scripts.get(file);
    if (!script) {
      const text = this.text(file).replace(/^#!.*/, '');
      const source = this.#isEsModule(file) ? fromEsModule(text, file) : withoutDynamicImports(text);
      script = new vm.Script(`(function (importBuiltin) { return function (exports, require, module, __filename, __dirname) {${source}\n} })`, {
        filename: file,
      });
      scripts.set(file, script);
    }
    return run(script) as Wrapper;
  }

  #isEsModule(file: string): boolean {
    if (file.endsWith('.mjs')) return true;
    if (!file.endsWith('.js') || isAmbient(file)) return false;
    return this.#isEsPackage(path.posix.dirname(file));
  }

  /** Whether the nearest `package.json` says so; none above `node_modules` is asked. */
  #isEsPackage(folder: string): boolean {
    const known = this.#esPackages.get(folder);
    if (known !== undefined) return known;
    const [manifest] = this.#mounts.reals(`${folder}/package.json`);
    const isTop = folder === '/' || folder.endsWith('/node_modules');
    const isEs = manifest === undefined ? !isTop && this.#isEsPackage(path.posix.dirname(folder)) : typeOf(manifest) === 'module';
    this.#esPackages.set(folder, isEs);
    return isEs;
  }

  #real(seen: string): string {
    if (isAmbient(seen)) return ambientReal(seen);
    const [real] = this.#mounts.reals(seen);
    if (real === undefined) throw moduleNotFound(seen, TASK);
    return real;
  }
}

const typeOf = (manifest: string): string | undefined => (JSON.parse(fs.readFileSync(manifest, 'utf8')) as { type?: string }).type;
