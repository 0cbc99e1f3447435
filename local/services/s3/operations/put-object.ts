import { createHash } from 'node:crypto';
import type { CopyObjectCommandInput, CopyObjectCommandOutput, PutObjectCommandInput, PutObjectCommandOutput } from '@aws-sdk/client-s3';
import { refuseAllBut } from '../../../kernel/errors.ts';
import { verified } from '../checksums.ts';
import { copyToItself, invalidArgument, preconditionFailed } from '../errors.ts';
import { objectOf } from '../object/read.ts';
import { checkWrite, putVersion, shownVersion } from '../object/write.ts';
import { checkEncryption, checkKey, HEADER_MEMBERS, headersOf, tagsOfQuery } from '../rules.ts';
import { bucketOf, keep, type S3Context } from '../state.ts';

type Output<T> = Omit<T, '$metadata'>;

/** Members that say something of the upload which its content already says, or that hold for whoever owns the bucket. */
const WITHOUT_EFFECT = ['ACL', 'ExpectedBucketOwner', 'ContentLength', 'BucketKeyEnabled', 'RequestPayer', 'ChecksumAlgorithm'];

/** @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html */
export function putObject(input: PutObjectCommandInput, context: S3Context): Output<PutObjectCommandOutput> {
  const { Bucket: name = '', Key: key = '' } = input;
  refuseAllBut(
    [
      'Bucket',
      'Key',
      'Body',
      'ContentMD5',
      'Expires',
      'IfMatch',
      'IfNoneMatch',
      'Tagging',
      'ServerSideEncryption',
      'SSECustomerAlgorithm',
      'ChecksumCRC32',
      'ChecksumCRC32C',
      'ChecksumCRC64NVME',
      'ChecksumSHA1',
      'ChecksumSHA256',
      'ChecksumSHA512',
      'ChecksumMD5',
      'ChecksumXXHASH64',
      'ChecksumXXHASH3',
      'ChecksumXXHASH128',
      ...HEADER_MEMBERS,
      ...WITHOUT_EFFECT,
    ],
    input,
    { operation: 'PutObject', page: 's3' },
  );
  bucketOf(context.state, name);
  checkKey(key);
  checkEncryption(input, 'PutObject');
  const content = (input.Body ?? new Uint8Array()) as Uint8Array;
  const checksums = verified(input, content);
  const headers = headersOf(input);
  const tags = tagsOfQuery(input.Tagging);
  checkWrite(input, context.state);
  const etag = createHash('md5').update(content).digest('hex');
  const object = { pieces: [keep(context.state, content)], sizeBytes: content.byteLength, etag, headers, checksums, tags };
  const { version, bucket } = putVersion({ bucket: name, key, reason: 'PutObject' }, object, context);
  return { ETag: `"${etag}"`, ServerSideEncryption: 'AES256', ...checksums, ...shownVersion(bucket, version.versionId) };
}

/** `bucket/key?versionId=…`, encoded as a URL. */
export function copySourceOf(text: string): { readonly Bucket: string; readonly Key: string; readonly VersionId: string | undefined } {
  const [path = '', query] = text.replace(/^\//, '').split('?versionId=');
  const slash = path.indexOf('/');
  if (slash < 1) throw invalidArgument('Invalid copy source object key', 'x-amz-copy-source', text);
  return { Bucket: decodeURIComponent(path.slice(0, slash)), Key: decodeURIComponent(path.slice(slash + 1)), VersionId: query };
}

/** @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html */
export function copyObject(input: CopyObjectCommandInput, context: S3Context): Output<CopyObjectCommandOutput> {
  const { Bucket: name = '', Key: key = '', CopySource: source = '' } = input;
  refuseAllBut(
    [
      'Bucket',
      'Key',
      'CopySource',
      'MetadataDirective',
      'TaggingDirective',
      'Tagging',
      'Expires',
      'IfMatch',
      'IfNoneMatch',
      'CopySourceIfMatch',
      'CopySourceIfNoneMatch',
      'ServerSideEncryption',
      'SSECustomerAlgorithm',
      ...HEADER_MEMBERS,
      ...WITHOUT_EFFECT,
    ],
    input,
    { operation: 'CopyObject', page: 's3' },
  );
  const { state } = context;
  bucketOf(state, name);
  checkKey(key);
  checkEncryption(input, 'CopyObject');
  const from = copySourceOf(source);
  const original = objectOf(state, from, 'GET');
  if (input.CopySourceIfMatch !== undefined && input.CopySourceIfMatch.replaceAll('"', '') !== original.etag)
    throw preconditionFailed('x-amz-copy-source-If-Match');
  if (input.CopySourceIfNoneMatch?.replaceAll('"', '') === original.etag) throw preconditionFailed('x-amz-copy-source-If-None-Match');
  const replaces = input.MetadataDirective === 'REPLACE';
  if (!replaces && from.Bucket === name && from.Key === key && input.StorageClass === undefined && from.VersionId === undefined) throw copyToItself();
  checkWrite(input, state);
  const headers = replaces ? headersOf(input) : { ...original.headers, ...(input.StorageClass && { StorageClass: input.StorageClass }) };
  const tags = input.TaggingDirective === 'REPLACE' ? tagsOfQuery(input.Tagging) : original.tags;
  const { pieces, sizeBytes, etag, checksums } = original;
  const { version, bucket } = putVersion({ bucket: name, key, reason: 'CopyObject' }, { pieces, sizeBytes, etag, checksums, headers, tags }, context);
  return {
    CopyObjectResult: { ETag: `"${etag}"`, LastModified: new Date(version.lastModifiedMs), ...checksums },
    ServerSideEncryption: 'AES256',
    ...shownVersion(bucket, version.versionId),
    ...(from.VersionId !== undefined && { CopySourceVersionId: from.VersionId }),
  };
}
