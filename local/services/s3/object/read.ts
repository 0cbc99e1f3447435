import { invalidRange, methodNotAllowed, noSuchKey, noSuchVersion, notModified, preconditionFailed } from '../errors.ts';
import { bucketOf, entryKey, type ObjectVersion, type S3State, type Version } from '../state.ts';

/** Which version is asked for. */
export interface Asked {
  readonly Bucket?: string | undefined;
  readonly Key?: string | undefined;
  readonly VersionId?: string | undefined;
}

/** The version asked for, deleted or not; `undefined` where the key has none. */
export function versionOf(state: S3State, { Bucket: bucket = '', Key: key = '', VersionId: versionId }: Asked): Version | undefined {
  bucketOf(state, bucket);
  const versions = state.entries.get(entryKey(bucket, key))?.versions;
  return versionId === undefined ? versions?.[0] : versions?.find((version) => version.versionId === versionId);
}

/** The object asked for, or the fault where there is none. */
export function objectOf(state: S3State, asked: Asked, method: string): ObjectVersion {
  const version = versionOf(state, asked);
  if (version?.kind === 'object') return version;
  const { Key: key = '', VersionId: versionId } = asked;
  if (versionId === undefined) throw noSuchKey(key);
  if (!version) throw noSuchVersion(key, versionId);
  throw methodNotAllowed(method);
}

/** Conditions of a read. */
export interface Conditions {
  readonly IfMatch?: string | undefined;
  readonly IfNoneMatch?: string | undefined;
  readonly IfModifiedSince?: Date | undefined;
  readonly IfUnmodifiedSince?: Date | undefined;
}

const listsEtag = (header: string, etag: string): boolean =>
  header.split(',').some((part) => part.trim() === '*' || part.trim().replace(/^W\//, '').replaceAll('"', '') === etag);

/** Throws what a condition of the request does not let pass. @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html */
export function checkConditions(conditions: Conditions, { etag, lastModifiedMs }: ObjectVersion): void {
  const { IfMatch, IfNoneMatch, IfModifiedSince, IfUnmodifiedSince } = conditions;
  // Dates have no milliseconds.
  const modifiedMs = Math.floor(lastModifiedMs / 1000) * 1000;
  if (IfMatch !== undefined && !listsEtag(IfMatch, etag)) throw preconditionFailed('If-Match');
  if (IfMatch === undefined && IfUnmodifiedSince && modifiedMs > IfUnmodifiedSince.getTime()) throw preconditionFailed('If-Unmodified-Since');
  if (IfNoneMatch !== undefined ? listsEtag(IfNoneMatch, etag) : IfModifiedSince && modifiedMs <= IfModifiedSince.getTime()) throw notModified();
}

/** A part of an object, in bytes. */
export interface Extent {
  readonly start: number;
  readonly length: number;
}

/** The bytes of a `Range`; `undefined` where there is none, or one that S3 leaves aside (of several parts, or malformed). */
export function extentOf(range: string | undefined, sizeBytes: number): Extent | undefined {
  const [, first, last] = /^bytes=(\d*)-(\d*)$/.exec(range ?? '') ?? [];
  if (range === undefined || first === undefined || last === undefined || (first === '' && last === '')) return undefined;
  if (first === '') {
    const length = Math.min(Number(last), sizeBytes);
    if (length === 0) throw invalidRange(range, sizeBytes);
    return { start: sizeBytes - length, length };
  }
  const start = Number(first);
  const end = last === '' ? sizeBytes - 1 : Math.min(Number(last), sizeBytes - 1);
  if (last !== '' && Number(last) < start) return undefined;
  if (start >= sizeBytes) throw invalidRange(range, sizeBytes);
  return { start, length: end - start + 1 };
}

/** Content of an object, from its pieces. */
export function contentOf(state: S3State, { pieces }: ObjectVersion, { start, length }: Extent): Uint8Array {
  const read: Uint8Array[] = [];
  let offset = 0;
  for (const { blob, sizeBytes } of pieces) {
    const from = Math.max(start - offset, 0);
    const to = Math.min(start + length - offset, sizeBytes);
    if (from < to) read.push(state.blobs.read(blob, from, to - from));
    offset += sizeBytes;
  }
  return read.length === 1 ? (read[0] as Uint8Array) : Buffer.concat(read);
}
