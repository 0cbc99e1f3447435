import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { SourceMap, type SourceMapPayload } from 'node:module';
import { join } from 'node:path';

/** Where a folder of a system has what bundles its functions: it knows the source map of each bundle. */
const BUNDLER = join('infra', 'bundling', 'bundle-functions.mjs');

/** A position in a bundle, as Lambda loads it. */
const POSITION = /\/var\/task\/index\.js:(\d+):(\d+)/g;

/** Milliseconds after which a stack is shown as it is. */
const MAP_MS_MAX = 20_000;
const MAP_BYTES_MAX = 64 * 1024 * 1024;

/** Positions of stacks in the sources of a folder. A stack of code that these sources do not make (any more) stays as it is: a position in other code would be a wrong one. */
export class SourcePositions {
  readonly #bundler: string;
  readonly #directory: string;
  readonly #maps = new Map<string, SourceMap | undefined>();

  constructor(directory: string) {
    this.#directory = directory;
    this.#bundler = join(directory, BUNDLER);
  }

  /** An error's text with `functions/inventory/reserve-stock.ts:13` in the place of `/var/task/index.js:1403:265`. */
  mapped(error: string, codeVersion: string | undefined): string {
    if (codeVersion === undefined || !/^[0-9a-f]{8,64}$/.test(codeVersion) || error.search(POSITION) < 0) return error;
    if (!this.#maps.has(codeVersion)) this.#maps.set(codeVersion, this.#mapOf(codeVersion));
    const map = this.#maps.get(codeVersion);
    if (!map) return error;
    return error.replace(POSITION, (position, line: string, column: string) => {
      // V8 counts from 1, a source map from 0.
      const entry = map.findEntry(Number(line) - 1, Number(column) - 1);
      return 'originalSource' in entry ? `${entry.originalSource}:${entry.originalLine + 1}` : position;
    });
  }

  #mapOf(codeVersion: string): SourceMap | undefined {
    if (!existsSync(this.#bundler)) return undefined;
    const words = [this.#bundler, '--root', this.#directory, '--map', codeVersion];
    const { status, stdout } = spawnSync(process.execPath, words, { encoding: 'utf8', timeout: MAP_MS_MAX, maxBuffer: MAP_BYTES_MAX });
    return status === 0 ? new SourceMap(JSON.parse(stdout) as SourceMapPayload) : undefined;
  }
}
