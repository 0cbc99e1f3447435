import { noSuchKey, preconditionFailed } from '../errors.ts';
import { notify } from '../notification.ts';
import { type Bucket, bucketOf, entryKey, type ObjectVersion, type S3Context, type S3State, setVersions, type Version } from '../state.ts';

const VERSION_ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._';

/** The id of what is written to a bucket that has no versions. */
const NULL_VERSION = 'null';

/** Where a bucket keeps versions, each has an id of its own; elsewhere there is one, `null`, and what is new takes its place. */
function nextVersions(bucket: Bucket, versions: readonly Version[], latest: Version): readonly Version[] {
  return bucket.versioning === 'Enabled' ? [latest, ...versions] : [latest, ...versions.filter(({ versionId }) => versionId !== NULL_VERSION)];
}

const versionIdFor = ({ versioning }: Bucket, { kernel }: S3Context): string =>
  versioning === 'Enabled' ? kernel.chance.text(32, VERSION_ALPHABET) : NULL_VERSION;

/** What a writer may know of its version: nothing where the bucket never had any. */
export const shownVersion = ({ versioning }: Bucket, versionId: string): { VersionId?: string } => (versioning === undefined ? {} : { VersionId: versionId });

const versionsOf = (state: S3State, bucket: string, key: string): readonly Version[] => state.entries.get(entryKey(bucket, key))?.versions ?? [];

/** Conditions of a write. @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html */
export function checkWrite(
  {
    Bucket: bucket = '',
    Key: key = '',
    IfMatch,
    IfNoneMatch,
  }: {
    readonly Bucket?: string | undefined;
    readonly Key?: string | undefined;
    readonly IfMatch?: string | undefined;
    readonly IfNoneMatch?: string | undefined;
  },
  state: S3State,
): void {
  const latest = versionsOf(state, bucket, key)[0];
  const existing = latest?.kind === 'object' ? latest : undefined;
  if (IfNoneMatch !== undefined && existing) throw preconditionFailed('If-None-Match');
  if (IfMatch === undefined) return;
  if (!existing) throw noSuchKey(key);
  if (IfMatch.replaceAll('"', '') !== existing.etag) throw preconditionFailed('If-Match');
}

/** Puts an object as the latest version of its key. */
export function putVersion(
  { bucket: name, key, reason }: { readonly bucket: string; readonly key: string; readonly reason: string },
  object: Omit<ObjectVersion, 'kind' | 'versionId' | 'lastModifiedMs'>,
  context: S3Context,
): { readonly version: ObjectVersion; readonly bucket: Bucket } {
  const { state, kernel } = context;
  const bucket = bucketOf(state, name);
  const version: ObjectVersion = { ...object, kind: 'object', versionId: versionIdFor(bucket, context), lastModifiedMs: kernel.nowMs() };
  setVersions(state, name, key, nextVersions(bucket, versionsOf(state, name, key), version));
  notify({ bucket, key, version, detailType: 'Object Created', reason }, context);
  return { version, bucket };
}

/** What a deletion did. */
export interface Deleted {
  readonly VersionId?: string;
  readonly DeleteMarker?: boolean;
}

/** Deletes the latest version, which leaves a mark where the bucket keeps versions, or the version named, which is gone then. A key that is not there is no fault. */
export function deleteVersion(bucketName: string, key: string, versionId: string | undefined, context: S3Context): Deleted {
  const { state, kernel } = context;
  const bucket = bucketOf(state, bucketName);
  const versions = versionsOf(state, bucketName, key);
  if (versionId !== undefined) {
    const version = versions.find((candidate) => candidate.versionId === versionId);
    if (!version) return { VersionId: versionId };
    setVersions(
      state,
      bucketName,
      key,
      versions.filter((candidate) => candidate !== version),
    );
    notify({ bucket, key, version, detailType: 'Object Deleted', reason: 'DeleteObject' }, context);
    return { VersionId: versionId, ...(version.kind === 'marker' && { DeleteMarker: true }) };
  }
  if (bucket.versioning === undefined) {
    const [latest] = versions;
    setVersions(state, bucketName, key, []);
    if (latest) notify({ bucket, key, version: latest, detailType: 'Object Deleted', reason: 'DeleteObject' }, context);
    return {};
  }
  const marker: Version = { kind: 'marker', versionId: versionIdFor(bucket, context), lastModifiedMs: kernel.nowMs() };
  setVersions(state, bucketName, key, nextVersions(bucket, versions, marker));
  notify({ bucket, key, version: marker, detailType: 'Object Deleted', reason: 'DeleteObject' }, context);
  return { VersionId: marker.versionId, DeleteMarker: true };
}
