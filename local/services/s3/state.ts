import type { Collection } from '../../kernel/collection.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import type { PolicyDocument } from '../../kernel/principal.ts';
import type { Context } from '../../kernel/service.ts';
import type { Blobs } from './blobs.ts';
import type { Checksums } from './checksums.ts';
import { noSuchBucket } from './errors.ts';
import { KeyIndex } from './object/key-index.ts';

/** A bucket and what it was configured with. Configurations are kept as they were given. */
export interface Bucket {
  readonly name: string;
  readonly createdMs: number;
  readonly versioning?: 'Enabled' | 'Suspended' | undefined;
  readonly tags?: Readonly<Record<string, string>> | undefined;
  /** As it was put. */
  readonly policyText?: string | undefined;
  readonly policy?: PolicyDocument | undefined;
  readonly sendsToEventBridge?: boolean | undefined;
  /** By the name of the operation's family: `Encryption`, `LifecycleConfiguration`. */
  readonly configurations: Readonly<Record<string, unknown>>;
}

/** A part of an object's content. */
export interface Piece {
  readonly blob: string;
  readonly sizeBytes: number;
}

/** What is said of an object by whoever puts it. */
export interface ObjectHeaders {
  readonly ContentType?: string | undefined;
  readonly CacheControl?: string | undefined;
  readonly ContentDisposition?: string | undefined;
  readonly ContentEncoding?: string | undefined;
  readonly ContentLanguage?: string | undefined;
  readonly ExpiresString?: string | undefined;
  readonly WebsiteRedirectLocation?: string | undefined;
  readonly StorageClass?: string | undefined;
  readonly Metadata?: Readonly<Record<string, string>> | undefined;
}

/** One version of an object, or the mark that it was deleted. */
export type Version =
  | { readonly kind: 'marker'; readonly versionId: string; readonly lastModifiedMs: number }
  | {
      readonly kind: 'object';
      readonly versionId: string;
      readonly lastModifiedMs: number;
      readonly pieces: readonly Piece[];
      readonly sizeBytes: number;
      /** Without its quotation marks. */
      readonly etag: string;
      readonly headers: ObjectHeaders;
      readonly checksums: Checksums;
      readonly tags: Readonly<Record<string, string>>;
    };
export type ObjectVersion = Extract<Version, { kind: 'object' }>;

/** All versions of one key, the latest first; never empty. */
export interface Entry {
  readonly bucket: string;
  readonly key: string;
  readonly versions: readonly Version[];
}

export interface Part extends Piece {
  readonly partNumber: number;
  readonly etag: string;
  readonly lastModifiedMs: number;
  readonly checksums: Checksums;
}

/** An upload in parts that has not been completed. */
export interface Upload {
  readonly uploadId: string;
  readonly bucket: string;
  readonly key: string;
  readonly initiatedMs: number;
  readonly headers: ObjectHeaders;
  readonly tags: Readonly<Record<string, string>>;
  readonly parts: readonly Part[];
}

export interface S3State {
  readonly buckets: Collection<Bucket>;
  /** By `bucket/key`: a bucket's name has no slash. */
  readonly entries: Collection<Entry>;
  readonly uploads: Collection<Upload>;
  readonly blobs: Pick<Blobs, 'put' | 'read'>;
  /** Forgets content that nobody names, once the records say so even after a `kill -9`. */
  readonly forget: (blob: string) => void;
  /** Keys in order, by bucket. Derived. */
  readonly keys: Map<string, KeyIndex>;
  /** How many pieces name each blob. Derived. */
  readonly uses: Map<string, number>;
}

/** A call of this service. */
export type S3Context = Context<S3State>;

const piecesOf = (version: Version): readonly Piece[] => (version.kind === 'object' ? version.pieces : []);

/** Makes the state; content that no record names is forgotten. */
export function createState(kernel: Kernel, blobs: Blobs): S3State {
  const forget = async (blob: string): Promise<void> => {
    await kernel.settled();
    if (!state.uses.has(blob)) blobs.delete(blob);
  };
  const state: S3State = {
    buckets: kernel.collection('s3.buckets'),
    entries: kernel.collection('s3.objects'),
    uploads: kernel.collection('s3.uploads'),
    blobs,
    forget: (blob) => void forget(blob),
    keys: new Map(),
    uses: new Map(),
  };
  for (const name of state.buckets.keys()) state.keys.set(name, new KeyIndex());
  const byBucket = new Map<string, string[]>();
  for (const { bucket, key } of state.entries.values()) {
    const known = byBucket.get(bucket);
    if (known) known.push(key);
    else byBucket.set(bucket, [key]);
  }
  for (const [bucket, keys] of byBucket) state.keys.set(bucket, new KeyIndex(keys.sort()));
  for (const { versions } of state.entries.values()) for (const version of versions) use(state, piecesOf(version));
  for (const { parts } of state.uploads.values()) use(state, parts);
  blobs.keepOnly(new Set(state.uses.keys()));
  return state;
}

/** The bucket of that name, or its fault. */
export function bucketOf(state: S3State, name: string | undefined): Bucket {
  const bucket = state.buckets.get(name ?? '');
  if (!bucket) throw noSuchBucket(name ?? '');
  return bucket;
}

export const entryKey = (bucket: string, key: string): string => `${bucket}/${key}`;

/** Keeps content as a piece. It is counted once a version or a part names it. */
export function keep(state: S3State, content: Uint8Array): Piece {
  return { blob: state.blobs.put(content), sizeBytes: content.byteLength };
}

function use(state: S3State, pieces: readonly Piece[]): void {
  for (const { blob } of pieces) state.uses.set(blob, (state.uses.get(blob) ?? 0) + 1);
}

/** Ends the use of pieces; content that nobody names any more is forgotten. */
function release(state: S3State, pieces: readonly Piece[]): void {
  for (const { blob } of pieces) {
    const left = (state.uses.get(blob) ?? 1) - 1;
    if (left > 0) state.uses.set(blob, left);
    else {
      state.uses.delete(blob);
      state.forget(blob);
    }
  }
}

/** Replaces the versions of a key; none deletes its entry. */
export function setVersions(state: S3State, bucket: string, key: string, versions: readonly Version[]): void {
  const id = entryKey(bucket, key);
  const previous = state.entries.get(id)?.versions ?? [];
  for (const version of versions) use(state, piecesOf(version));
  for (const version of previous) release(state, piecesOf(version));
  if (versions.length === 0) {
    state.entries.delete(id);
    state.keys.get(bucket)?.delete(key);
  } else {
    state.entries.put(id, { bucket, key, versions });
    if (previous.length === 0) state.keys.get(bucket)?.add(key);
  }
}

/** Keeps an upload as it is now; without one it is forgotten, with what its parts hold. */
export function setUpload(state: S3State, uploadId: string, upload: Upload | undefined): void {
  const previous = state.uploads.get(uploadId);
  if (upload) {
    use(state, upload.parts);
    state.uploads.put(uploadId, upload);
  } else state.uploads.delete(uploadId);
  release(state, previous?.parts ?? []);
}
