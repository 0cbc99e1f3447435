import fs from 'node:fs';
import path from 'node:path';
import { Readable, Writable } from 'node:stream';
import type { Chance } from '../../kernel/chance.ts';
import { type Entry, type FileTree, fileError } from './file-tree.ts';
import { partly } from './refused.ts';

type Options = string | { encoding?: string | null; recursive?: boolean; force?: boolean; withFileTypes?: boolean } | null | undefined;

const encodingOf = (options: Options): BufferEncoding | undefined =>
  ((typeof options === 'string' ? options : options?.encoding) ?? undefined) as BufferEncoding | undefined;
const flag = (options: unknown, name: 'recursive' | 'force' | 'withFileTypes'): boolean =>
  typeof options === 'object' && options !== null && (options as Record<string, unknown>)[name] === true;
const bytesOf = (data: unknown, options: Options): Buffer =>
  typeof data === 'string' ? Buffer.from(data, encodingOf(options)) : Buffer.from(data as Uint8Array);

function statsOf(entry: Entry): object {
  const isFolder = entry.kind === 'folder';
  const time = new Date(entry.mtimeMs);
  const no = (): boolean => false;
  return {
    size: entry.kind === 'file' ? entry.bytes.length : 4096,
    mode: isFolder ? 0o40755 : 0o100644,
    mtimeMs: entry.mtimeMs,
    ctimeMs: entry.mtimeMs,
    atimeMs: entry.mtimeMs,
    birthtimeMs: entry.mtimeMs,
    mtime: time,
    ctime: time,
    atime: time,
    birthtime: time,
    isFile: () => !isFolder,
    isDirectory: () => isFolder,
    isSymbolicLink: no,
    isFIFO: no,
    isSocket: no,
    isBlockDevice: no,
    isCharacterDevice: no,
  };
}

type Functions = Record<string, (...args: never[]) => unknown>;

/** The synchronous functions; each has a promise and a callback twin, made below. */
function synchronous(tree: FileTree, chance: Chance | undefined) {
  const at = (file: unknown): string => tree.resolve(file);
  const stat = (file: unknown, options?: { throwIfNoEntry?: boolean }): unknown => {
    const found = at(file);
    return options?.throwIfNoEntry === false && !tree.exists(found) ? undefined : statsOf(tree.entry(found, 'stat'));
  };
  return {
    readFile: (file: unknown, options?: Options) => {
      const encoding = encodingOf(options);
      const bytes = tree.read(at(file));
      return encoding ? bytes.toString(encoding) : Buffer.from(bytes);
    },
    writeFile: (file: unknown, data: unknown, options?: Options) => tree.write(at(file), bytesOf(data, options)),
    appendFile: (file: unknown, data: unknown, options?: Options) => {
      const found = at(file);
      tree.write(found, Buffer.concat([tree.exists(found) ? tree.read(found) : Buffer.alloc(0), bytesOf(data, options)]));
    },
    stat,
    lstat: stat,
    access: (file: unknown, mode: number = fs.constants.F_OK) => {
      const found = at(file);
      tree.entry(found, 'access');
      if (mode & fs.constants.W_OK && !found.startsWith('/tmp')) throw fileError('EROFS', 'access', found);
    },
    readdir: (file: unknown, options?: Options) => {
      const folder = at(file);
      const entry = tree.entry(folder, 'scandir');
      if (entry.kind === 'file') throw fileError('ENOTDIR', 'scandir', folder);
      if (!flag(options, 'withFileTypes')) return [...entry.names];
      return entry.names.map((name) => ({ name, path: folder, parentPath: folder, ...statsOf(tree.entry(path.posix.join(folder, name), 'stat')) }));
    },
    mkdir: (file: unknown, options?: Options) => tree.makeFolder(at(file), { recursive: flag(options, 'recursive') }),
    mkdtemp: (prefix: string) => {
      const alphabet = 'abcdefghijklmnopqrstuvwxyz';
      const suffix = chance?.text(6, alphabet) ?? Array.from({ length: 6 }, () => alphabet[Math.floor(Math.random() * 26)]).join('');
      tree.makeFolder(at(prefix + suffix), { recursive: false });
      return prefix + suffix;
    },
    unlink: (file: unknown) => tree.remove(at(file), { recursive: false, syscall: 'unlink' }),
    rmdir: (file: unknown) => tree.remove(at(file), { recursive: false, syscall: 'rmdir' }),
    rm: (file: unknown, options?: Options) => {
      if (flag(options, 'force') && !tree.exists(at(file))) return;
      tree.remove(at(file), { recursive: flag(options, 'recursive'), syscall: 'rm' });
    },
    rename: (from: unknown, to: unknown) => tree.rename(at(from), at(to)),
    copyFile: (from: unknown, to: unknown) => tree.write(at(to), Buffer.from(tree.read(at(from)))),
    realpath: (file: unknown) => {
      tree.entry(at(file), 'realpath');
      return at(file);
    },
  };
}

function streams(tree: FileTree): Functions {
  return {
    createReadStream: (file: unknown, options?: Options) => {
      const stream = new Readable({
        read() {
          try {
            this.push(tree.read(tree.resolve(file)));
            this.push(null);
          } catch (error) {
            this.destroy(error as Error);
          }
        },
      });
      const encoding = encodingOf(options);
      return encoding ? stream.setEncoding(encoding) : stream;
    },
    createWriteStream: (file: unknown) => {
      const chunks: Buffer[] = [];
      return new Writable({
        write(chunk: Buffer, _encoding, done) {
          chunks.push(chunk);
          done();
        },
        final(done) {
          try {
            tree.write(tree.resolve(file), Buffer.concat(chunks));
            done();
          } catch (error) {
            done(error as Error);
          }
        },
      });
    },
  };
}

/** `fs` and `fs/promises` over the files of one context. What is not here says so when it is called. */
export function contextFileSystem(tree: FileTree, chance: Chance | undefined): { module: object; promises: object } {
  const table: Record<string, unknown> = { constants: fs.constants, existsSync: (file: unknown) => tree.exists(tree.resolve(file)), ...streams(tree) };
  const promised: Record<string, unknown> = { constants: fs.constants };
  for (const [name, run] of Object.entries(synchronous(tree, chance) as unknown as Functions)) {
    const call = run as (...args: unknown[]) => unknown;
    table[`${name}Sync`] = call;
    promised[name] = async (...args: unknown[]) => call(...args);
    table[name] = (...args: unknown[]) => {
      const callback = args.pop() as (error: unknown, result?: unknown) => void;
      try {
        process.nextTick(callback, null, call(...args));
      } catch (error) {
        process.nextTick(callback, error);
      }
    };
  }
  const promises = partly('fs/promises', fs.promises, promised);
  return { module: partly('fs', fs, { ...table, promises }), promises };
}
