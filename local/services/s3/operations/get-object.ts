import type { GetObjectCommandInput, GetObjectCommandOutput, HeadObjectCommandInput, HeadObjectCommandOutput } from '@aws-sdk/client-s3';
import { Fault, refuseAllBut } from '../../../kernel/errors.ts';
import { notFound } from '../errors.ts';
import { checkConditions, contentOf, type Extent, extentOf, objectOf } from '../object/read.ts';
import { shownVersion } from '../object/write.ts';
import { bucketOf, type ObjectVersion, type S3Context } from '../state.ts';

type Output<T> = Omit<T, '$metadata'>;

const RESPONSE_MEMBERS = [
  'ResponseCacheControl',
  'ResponseContentDisposition',
  'ResponseContentEncoding',
  'ResponseContentLanguage',
  'ResponseContentType',
] as const;

const TAKEN = [
  'Bucket',
  'Key',
  'VersionId',
  'Range',
  'IfMatch',
  'IfNoneMatch',
  'IfModifiedSince',
  'IfUnmodifiedSince',
  'ChecksumMode',
  'ExpectedBucketOwner',
  'RequestPayer',
  'ResponseCacheControl',
  'ResponseContentDisposition',
  'ResponseContentEncoding',
  'ResponseContentLanguage',
  'ResponseContentType',
];

/** The headers of an object, and which bytes of it are asked for. */
function describe(
  input: GetObjectCommandInput,
  context: S3Context,
  method: string,
): { readonly head: Output<HeadObjectCommandOutput>; readonly object: ObjectVersion; readonly extent: Extent } {
  const object = objectOf(context.state, input, method);
  const bucket = bucketOf(context.state, input.Bucket);
  checkConditions(input, object);
  const { sizeBytes, etag, lastModifiedMs, headers, checksums, tags, versionId } = object;
  const range = extentOf(input.Range, sizeBytes);
  const extent = range ?? { start: 0, length: sizeBytes };
  const asked = Object.fromEntries(
    RESPONSE_MEMBERS.map((member) => [member.slice('Response'.length), input[member]]).filter(([, value]) => value !== undefined),
  );
  const { ExpiresString: expires, StorageClass: storageClass, ...shown } = headers;
  const tagCount = Object.keys(tags).length;
  const head = {
    AcceptRanges: 'bytes',
    LastModified: new Date(lastModifiedMs),
    ContentLength: extent.length,
    ETag: `"${etag}"`,
    ServerSideEncryption: 'AES256' as const,
    ...shown,
    ...(storageClass !== undefined && storageClass !== 'STANDARD' && { StorageClass: storageClass as never }),
    ...(expires !== undefined && { Expires: new Date(expires) }),
    ...asked,
    ...(range && { ContentRange: `bytes ${extent.start}-${extent.start + extent.length - 1}/${sizeBytes}` }),
    ...(tagCount > 0 && { TagCount: tagCount }),
    ...(input.ChecksumMode === 'ENABLED' && !range && checksums),
    ...shownVersion(bucket, versionId),
  };
  return { head, object, extent };
}

/** @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html */
export function getObject(input: GetObjectCommandInput, context: S3Context): Output<GetObjectCommandOutput> {
  refuseAllBut(TAKEN, input, { operation: 'GetObject', page: 's3' });
  const { head, object, extent } = describe(input, context, 'GET');
  return { ...head, Body: contentOf(context.state, object, extent) as never } as Output<GetObjectCommandOutput>;
}

/** Answers as `GetObject` does, without the content. What is not there is `NotFound`: there is no body that could say more. */
export function headObject(input: HeadObjectCommandInput, context: S3Context): Output<HeadObjectCommandOutput> {
  refuseAllBut(TAKEN, input, { operation: 'HeadObject', page: 's3' });
  try {
    return describe(input, context, 'HEAD').head;
  } catch (error) {
    if (error instanceof Fault && error.status === 404) throw notFound();
    throw error;
  }
}
