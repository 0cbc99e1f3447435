import { createHash } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

/** Content up to this size stays in memory where there is no data folder. */
const MEMORY_BYTES_MAX = 64 * 1024;

/**
 * Keeps content under its SHA-256, each once. With a folder all of it lies in files there, written before the record that names it; without one small
 * content is in memory and large content in a temporary folder that `close` removes.
 */
export class BlobStore {
  readonly #directory: string | undefined;
  readonly #inMemory = new Map<string, Uint8Array>();
  #temporary: string | undefined;

  constructor(options: { readonly directory?: string | undefined } = {}) {
    this.#directory = options.directory;
  }

  /** Keeps content and answers its name. */
  put(content: Uint8Array): string {
    const name = createHash('sha256').update(content).digest('hex');
    if (this.#directory === undefined && content.byteLength <= MEMORY_BYTES_MAX) {
      if (!this.#inMemory.has(name)) this.#inMemory.set(name, new Uint8Array(content));
      return name;
    }
    const file = this.#fileOf(name);
    if (fs.existsSync(file)) return name;
    fs.mkdirSync(path.dirname(file), { recursive: true });
    const partial = `${file}.partial`;
    fs.writeFileSync(partial, content);
    fs.renameSync(partial, file);
    return name;
  }

  /** Bytes of content from `start`, at most `length` of them. */
  read(name: string, start: number, length: number): Uint8Array {
    const known = this.#inMemory.get(name);
    if (known) return known.subarray(start, start + length);
    const bytes = Buffer.alloc(length);
    const file = fs.openSync(this.#fileOf(name), 'r');
    try {
      return bytes.subarray(0, fs.readSync(file, bytes, 0, length, start));
    } finally {
      fs.closeSync(file);
    }
  }

  /** Forgets content. */
  delete(name: string): void {
    if (!this.#inMemory.delete(name)) fs.rmSync(this.#fileOf(name), { force: true });
  }

  /** Forgets whatever is not named: what a process that was killed had written without naming it. */
  keepOnly(names: ReadonlySet<string>): void {
    const root = this.#directory;
    if (root === undefined || !fs.existsSync(root)) return;
    for (const folder of fs.readdirSync(root)) {
      for (const file of fs.readdirSync(path.join(root, folder))) if (!names.has(file)) fs.rmSync(path.join(root, folder, file), { force: true });
    }
  }

  close(): void {
    if (this.#temporary !== undefined) fs.rmSync(this.#temporary, { recursive: true, force: true });
    this.#temporary = undefined;
  }

  #fileOf(name: string): string {
    if (this.#directory === undefined) this.#temporary ??= fs.mkdtempSync(path.join(os.tmpdir(), 'tickertape-objects-'));
    return path.join((this.#directory ?? this.#temporary) as string, name.slice(0, 2), name);
  }
}
