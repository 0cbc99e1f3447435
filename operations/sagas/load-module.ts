import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';

/** CommonJS packages inside an ES module ask for `require`. */
const BANNER = "import { createRequire as __createRequire } from 'node:module';\nconst require = __createRequire(import.meta.url);";

/**
 * Loads a TypeScript module of the app by its path. It is bundled first, with all that it imports: Node.js 20 does not run TypeScript.
 * Throws what esbuild or the module itself throws.
 */
export async function loadModule(path: string): Promise<unknown> {
  const folder = mkdtempSync(join(tmpdir(), 'tickertape-module-'));
  const outfile = join(folder, 'module.mjs');
  try {
    const banner = { js: BANNER };
    await build({ entryPoints: [resolve(path)], outfile, bundle: true, format: 'esm', platform: 'node', target: 'node20', banner, logLevel: 'silent' });
    return await import(pathToFileURL(outfile).href);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
