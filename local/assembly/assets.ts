import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative, sep } from 'node:path';
import { unzipSync } from 'fflate';
import { UserError } from '../kernel/errors.ts';
import type { Assembly, FileAsset } from './load.ts';

const hashes = new Map<string, { readonly signature: string; readonly hash: string }>();

/**
 * A hash of what a folder holds: names and contents. A folder whose files have kept size and time of change is not read again.
 * `undefined` where there is no such folder.
 */
export function assetHash(directory: string): string | undefined {
  if (!statSync(directory, { throwIfNoEntry: false })?.isDirectory()) return undefined;
  const files: string[] = [];
  const signature = createHash('sha1');
  for (const name of readdirSync(directory, { recursive: true, encoding: 'utf8' }).sort()) {
    const file = join(directory, name);
    const stats = statSync(file, { throwIfNoEntry: false });
    if (!stats?.isFile()) continue;
    files.push(file);
    signature.update(`${file}\0${stats.size}\0${stats.mtimeMs}\0`);
  }
  const signed = signature.digest('base64');
  const known = hashes.get(directory);
  if (known?.signature === signed) return known.hash;
  const content = createHash('sha256');
  for (const file of files) {
    const bytes = readFileSync(file);
    content.update(`${relative(directory, file)}\0${bytes.length}\0`).update(bytes);
  }
  const hash = content.digest('hex');
  hashes.set(directory, { signature: signed, hash });
  return hash;
}

/** Finds the folder of an asset by bucket and key, and unpacks zip files into a folder of the machine's that `close` removes. */
export class AssetRegister {
  readonly #unpacked = new Map<string, string>();
  readonly #fetched = new Map<string, string>();
  readonly #folder: string | undefined;
  #byLocation = new Map<string, FileAsset>();

  /** `folder` keeps what was fetched from buckets; without one it is gone with `close`. */
  constructor(options: { readonly folder?: string | undefined } = {}) {
    this.#folder = options.folder;
  }

  /** Takes the assets of an assembly; `resolve` puts account, region and partition into bucket names. */
  use(assembly: Assembly, resolve: (text: string) => string): void {
    this.#byLocation = new Map();
    for (const asset of assembly.assets) {
      for (const { bucketName, objectKey } of asset.destinations) this.#byLocation.set(`${resolve(bucketName)}/${resolve(objectKey)}`, asset);
    }
  }

  /** Folder of the asset; `undefined` where the assembly holds none at that place, or a file that is no archive. */
  directory(bucket: string, key: string): string | undefined {
    const asset = this.#byLocation.get(`${bucket}/${key}`);
    if (!asset) return this.#fetched.get(`${bucket}/${key}`);
    if (statSync(asset.path).isDirectory()) return asset.path;
    return asset.path.endsWith('.zip') ? this.#unpack(asset) : undefined;
  }

  /** Takes an archive that lies in a bucket of the plane. */
  fetched(bucket: string, key: string, bytes: Uint8Array): void {
    this.#fetched.set(`${bucket}/${key}`, this.#unpackBytes(bytes, { name: key, path: `s3://${bucket}/${key}` }, this.#folder));
  }

  close(): void {
    for (const directory of this.#unpacked.values()) rmSync(directory, { recursive: true, force: true });
    this.#unpacked.clear();
  }

  #unpack(asset: FileAsset): string {
    return this.#unpackBytes(readFileSync(asset.path), asset, undefined);
  }

  #unpackBytes(bytes: Uint8Array, asset: Pick<FileAsset, 'name' | 'path'>, folder: string | undefined): string {
    const key = createHash('sha256').update(bytes).digest('hex');
    const known = this.#unpacked.get(key);
    if (known) return known;
    const directory = folder === undefined ? mkdtempSync(join(tmpdir(), 'tickertape-asset-')) : join(folder, key);
    if (folder === undefined) this.#unpacked.set(key, directory);
    else if (statSync(directory, { throwIfNoEntry: false })) return directory;
    for (const [name, content] of Object.entries(unzip(asset, bytes))) {
      const target = join(directory, name);
      if (!target.startsWith(directory + sep)) throw new UserError(`The asset ${asset.name} (${asset.path}) holds a file outside its folder: ${name}.`);
      if (name.endsWith('/')) continue;
      mkdirSync(dirname(target), { recursive: true });
      writeFileSync(target, content);
    }
    return directory;
  }
}

function unzip(asset: Pick<FileAsset, 'name' | 'path'>, bytes: Uint8Array): Record<string, Uint8Array> {
  try {
    return unzipSync(bytes);
  } catch (cause) {
    throw new UserError(`The asset ${asset.name} is no readable zip file: ${asset.path} (${(cause as Error).message}).`, { cause });
  }
}
