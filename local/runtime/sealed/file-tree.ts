import fs from 'node:fs';
import path from 'node:path';
import { LAYERS, type MountedCode, Mounts, TASK } from '../modules/mounts.ts';

/** A file or folder as a function sees it. */
export type Entry =
  | { readonly kind: 'file'; readonly bytes: Buffer; readonly mtimeMs: number }
  | { readonly kind: 'folder'; readonly names: readonly string[]; readonly mtimeMs: number };

const ERRNO = { ENOENT: -2, EACCES: -13, EEXIST: -17, ENOTDIR: -20, EISDIR: -21, EROFS: -30, ENOTEMPTY: -39 } as const;
const REASON: Record<keyof typeof ERRNO, string> = {
  ENOENT: 'no such file or directory',
  EACCES: 'permission denied',
  EEXIST: 'file already exists',
  ENOTDIR: 'not a directory',
  EISDIR: 'illegal operation on a directory',
  EROFS: 'read-only file system',
  ENOTEMPTY: 'directory not empty',
};

/** The error that Node's file functions throw. */
export function fileError(code: keyof typeof ERRNO, syscall: string, file: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`${code}: ${REASON[code]}, ${syscall} '${file}'`), { code, errno: ERRNO[code], syscall, path: file });
}

/** Bytes that `/tmp` holds. @see https://docs.aws.amazon.com/lambda/latest/dg/configuration-ephemeral-storage.html */
const TMP_BYTES_MAX = 512 * 2 ** 20;

/**
 * The files of one context: the bundle under `/var/task` and the layers under `/opt`, read only, and `/tmp` in memory. Nothing else exists: no profile, no credentials, no
 * home of the operator.
 */
export class FileTree {
  readonly #mounts: Mounts;
  readonly #nowMs: () => number;
  readonly #tmp = new Map<string, { bytes: Buffer | undefined; mtimeMs: number }>();
  #tmpBytes = 0;

  constructor(code: MountedCode, nowMs: () => number) {
    this.#mounts = new Mounts(code);
    this.#nowMs = nowMs;
    this.#tmp.set('/tmp', { bytes: undefined, mtimeMs: nowMs() });
  }

  /** The path as the function writes it, made absolute; a `file:` URL is one too. */
  resolve(file: unknown): string {
    if (file instanceof URL) return path.posix.normalize(decodeURIComponent(file.pathname));
    return path.posix.resolve(TASK, Buffer.isBuffer(file) ? file.toString() : String(file));
  }

  /** Where a file of the bundle or of a layer lies on the machine; `undefined` for any other path, and for a link that leads out of the bundle. */
  real(file: string): string | undefined {
    return this.#mounts.reals(file)[0];
  }

  entry(file: string, syscall: string): Entry {
    const own = this.#tmp.get(file);
    if (own) {
      return own.bytes ? { kind: 'file', bytes: own.bytes, mtimeMs: own.mtimeMs } : { kind: 'folder', names: this.#namesIn(file), mtimeMs: own.mtimeMs };
    }
    const reals = this.#mounts.reals(file);
    const [real] = reals;
    if (real === undefined) throw fileError('ENOENT', syscall, file);
    // A deployed file has one fixed time, so that no answer depends on when a bundle was built.
    if (fs.statSync(real).isDirectory()) return { kind: 'folder', names: namesInAll(reals), mtimeMs: 0 };
    return { kind: 'file', bytes: fs.readFileSync(real), mtimeMs: 0 };
  }

  read(file: string, syscall = 'open'): Buffer {
    const entry = this.entry(file, syscall);
    if (entry.kind === 'folder') throw fileError('EISDIR', 'read', file);
    return entry.bytes;
  }

  exists(file: string): boolean {
    return this.#tmp.has(file) || this.real(file) !== undefined;
  }

  write(file: string, bytes: Buffer): void {
    this.#checkParent(file, 'open');
    const previous = this.#tmp.get(file);
    if (previous && !previous.bytes) throw fileError('EISDIR', 'open', file);
    const grown = this.#tmpBytes - (previous?.bytes?.length ?? 0) + bytes.length;
    if (grown > TMP_BYTES_MAX)
      throw Object.assign(new Error(`ENOSPC: no space left on device, write '${file}'`), { code: 'ENOSPC', errno: -28, syscall: 'write' });
    this.#tmpBytes = grown;
    this.#tmp.set(file, { bytes, mtimeMs: this.#nowMs() });
  }

  makeFolder(file: string, options: { recursive: boolean }): void {
    if (this.exists(file)) {
      if (options.recursive && this.entry(file, 'mkdir').kind === 'folder') return;
      throw fileError('EEXIST', 'mkdir', file);
    }
    if (options.recursive && file.startsWith('/tmp/')) this.makeFolder(path.posix.dirname(file), options);
    this.#checkParent(file, 'mkdir');
    this.#tmp.set(file, { bytes: undefined, mtimeMs: this.#nowMs() });
  }

  remove(file: string, options: { recursive: boolean; syscall: string }): void {
    const entry = this.entry(file, options.syscall);
    if (!this.#tmp.has(file) || file === '/tmp') throw fileError('EROFS', options.syscall, file);
    if (entry.kind === 'folder' && !options.recursive && entry.names.length > 0) throw fileError('ENOTEMPTY', options.syscall, file);
    for (const [key, { bytes }] of [...this.#tmp]) {
      if (key !== file && !key.startsWith(`${file}/`)) continue;
      this.#tmpBytes -= bytes?.length ?? 0;
      this.#tmp.delete(key);
    }
  }

  rename(from: string, to: string): void {
    const moved = [...this.#tmp].filter(([key]) => key === from || key.startsWith(`${from}/`));
    if (moved.length === 0) throw fileError(this.exists(from) ? 'EROFS' : 'ENOENT', 'rename', from);
    this.#checkParent(to, 'rename');
    for (const [key, value] of moved) {
      this.#tmp.delete(key);
      this.#tmp.set(to + key.slice(from.length), value);
    }
  }

  #namesIn(folder: string): string[] {
    const names: string[] = [];
    for (const key of this.#tmp.keys()) if (key !== folder && path.posix.dirname(key) === folder) names.push(path.posix.basename(key));
    return names.sort();
  }

  #checkParent(file: string, syscall: string): void {
    if (!file.startsWith('/tmp/')) throw fileError(file.startsWith(TASK) || file.startsWith(LAYERS) ? 'EROFS' : 'ENOENT', syscall, file);
    const parent = this.#tmp.get(path.posix.dirname(file));
    if (!parent) throw fileError('ENOENT', syscall, file);
    if (parent.bytes) throw fileError('ENOTDIR', syscall, file);
  }
}

/** The names in folders that lie over each other. */
function namesInAll(folders: readonly string[]): string[] {
  const names = folders.flatMap((folder) => (fs.statSync(folder).isDirectory() ? fs.readdirSync(folder) : []));
  return [...new Set(names)].sort();
}
