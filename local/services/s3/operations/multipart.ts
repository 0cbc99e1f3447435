import { createHash } from 'node:crypto';
import type {
  AbortMultipartUploadCommandInput,
  CompletedPart,
  CompleteMultipartUploadCommandInput,
  CompleteMultipartUploadCommandOutput,
  CreateMultipartUploadCommandInput,
  CreateMultipartUploadCommandOutput,
  ListMultipartUploadsCommandInput,
  ListMultipartUploadsCommandOutput,
  ListPartsCommandInput,
  ListPartsCommandOutput,
  UploadPartCommandInput,
  UploadPartCommandOutput,
} from '@aws-sdk/client-s3';
import { refuseAllBut } from '../../../kernel/errors.ts';
import { verified } from '../checksums.ts';
import { entityTooSmall, invalidArgument, invalidPart, invalidPartOrder, malformedXml, noSuchUpload } from '../errors.ts';
import { checkWrite, putVersion, shownVersion } from '../object/write.ts';
import { checkEncryption, checkKey, headersOf, pageSizeOf, tagsOfQuery } from '../rules.ts';
import { bucketOf, keep, type Part, type S3Context, setUpload, type Upload } from '../state.ts';
import { ownerOf } from './buckets.ts';

type Output<T> = Omit<T, '$metadata'>;

/** All parts but the last. @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html */
const PART_BYTES_MIN = 5 * 1024 * 1024;
const PART_NUMBER_MAX = 10_000;

const UPLOAD_ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._';

interface Asked {
  readonly Bucket?: string | undefined;
  readonly Key?: string | undefined;
  readonly UploadId?: string | undefined;
}

function uploadOf({ state }: S3Context, { Bucket: bucket, Key: key, UploadId: uploadId = '' }: Asked): Upload {
  bucketOf(state, bucket);
  const upload = state.uploads.get(uploadId);
  if (upload?.bucket !== bucket || upload?.key !== key) throw noSuchUpload(uploadId);
  return upload as Upload;
}

export function createMultipartUpload(input: CreateMultipartUploadCommandInput, context: S3Context): Output<CreateMultipartUploadCommandOutput> {
  const { Bucket: bucket = '', Key: key = '' } = input;
  bucketOf(context.state, bucket);
  checkKey(key);
  checkEncryption(input, 'CreateMultipartUpload');
  const uploadId = context.kernel.chance.text(64, UPLOAD_ALPHABET);
  const headers = headersOf(input);
  const upload: Upload = { uploadId, bucket, key, headers, initiatedMs: context.kernel.nowMs(), tags: tagsOfQuery(input.Tagging), parts: [] };
  setUpload(context.state, uploadId, upload);
  return { Bucket: bucket, Key: key, UploadId: uploadId, ServerSideEncryption: 'AES256' };
}

export function uploadPart(input: UploadPartCommandInput, context: S3Context): Output<UploadPartCommandOutput> {
  const upload = uploadOf(context, input);
  const { PartNumber: partNumber = 0 } = input;
  if (!(partNumber >= 1 && partNumber <= PART_NUMBER_MAX)) {
    throw invalidArgument(`Part number must be an integer between 1 and ${PART_NUMBER_MAX}, inclusive`, 'partNumber', partNumber);
  }
  const content = (input.Body ?? new Uint8Array()) as Uint8Array;
  const checksums = verified(input, content);
  const etag = createHash('md5').update(content).digest('hex');
  const part: Part = { ...keep(context.state, content), partNumber, etag, checksums, lastModifiedMs: context.kernel.nowMs() };
  const parts = [...upload.parts.filter((other) => other.partNumber !== partNumber), part].sort((a, b) => a.partNumber - b.partNumber);
  setUpload(context.state, upload.uploadId, { ...upload, parts });
  return { ETag: `"${etag}"`, ServerSideEncryption: 'AES256', ...checksums };
}

/** The parts that a completion names, checked. */
function namedParts(upload: Upload, named: readonly CompletedPart[]): Part[] {
  if (named.length === 0) throw malformedXml();
  const byNumber = new Map(upload.parts.map((part) => [part.partNumber, part]));
  const parts = named.map(({ PartNumber: number = 0, ETag: etag = '' }, position) => {
    if (position > 0 && number <= (named[position - 1]?.PartNumber ?? 0)) throw invalidPartOrder();
    const part = byNumber.get(number);
    if (part?.etag !== etag.replaceAll('"', '')) throw invalidPart();
    return part as Part;
  });
  if (parts.slice(0, -1).some(({ sizeBytes }) => sizeBytes < PART_BYTES_MIN)) throw entityTooSmall();
  return parts;
}

/**
 * Joins the parts. The entity tag is the digest of the parts' digests, and their number.
 * Differs from AWS: no checksum of the whole is worked out of the parts'.
 */
export function completeMultipartUpload(input: CompleteMultipartUploadCommandInput, context: S3Context): Output<CompleteMultipartUploadCommandOutput> {
  const { state, kernel } = context;
  const upload = uploadOf(context, input);
  const parts = namedParts(upload, input.MultipartUpload?.Parts ?? []);
  checkWrite(input, state);
  const digest = createHash('md5')
    .update(Buffer.from(parts.map(({ etag }) => etag).join(''), 'hex'))
    .digest('hex');
  const etag = `${digest}-${parts.length}`;
  const object = {
    pieces: parts.map(({ blob, sizeBytes }) => ({ blob, sizeBytes })),
    sizeBytes: parts.reduce((sum, part) => sum + part.sizeBytes, 0),
    etag,
    headers: upload.headers,
    checksums: {},
    tags: upload.tags,
  };
  const { version, bucket } = putVersion({ bucket: upload.bucket, key: upload.key, reason: 'CompleteMultipartUpload' }, object, context);
  setUpload(state, upload.uploadId, undefined);
  return {
    Location: `https://${bucket.name}.s3.${kernel.region}.amazonaws.com/${encodeURIComponent(upload.key)}`,
    Bucket: bucket.name,
    Key: upload.key,
    ETag: `"${etag}"`,
    ServerSideEncryption: 'AES256',
    ...shownVersion(bucket, version.versionId),
  };
}

export function abortMultipartUpload(input: AbortMultipartUploadCommandInput, context: S3Context): object {
  setUpload(context.state, uploadOf(context, input).uploadId, undefined);
  return {};
}

export function listParts(input: ListPartsCommandInput, context: S3Context): Output<ListPartsCommandOutput> {
  const { uploadId, bucket, key, parts } = uploadOf(context, input);
  const after = Number(input.PartNumberMarker ?? 0);
  const rest = parts.filter(({ partNumber }) => partNumber > after);
  const page = rest.slice(0, pageSizeOf(input.MaxParts, 'max-parts'));
  return {
    Bucket: bucket,
    Key: key,
    UploadId: uploadId,
    PartNumberMarker: String(after),
    MaxParts: pageSizeOf(input.MaxParts, 'max-parts'),
    IsTruncated: page.length < rest.length,
    ...(page.length < rest.length && { NextPartNumberMarker: String(page.at(-1)?.partNumber) }),
    Owner: ownerOf(context),
    StorageClass: 'STANDARD',
    Parts: page.map(({ partNumber, etag, sizeBytes, lastModifiedMs }) => ({
      PartNumber: partNumber,
      LastModified: new Date(lastModifiedMs),
      ETag: `"${etag}"`,
      Size: sizeBytes,
    })),
  };
}

export function listMultipartUploads(input: ListMultipartUploadsCommandInput, context: S3Context): Output<ListMultipartUploadsCommandOutput> {
  refuseAllBut(['Bucket', 'Prefix', 'MaxUploads', 'ExpectedBucketOwner'], input, { operation: 'ListMultipartUploads', page: 's3' });
  const { name } = bucketOf(context.state, input.Bucket);
  const { Prefix: prefix = '' } = input;
  const uploads = [...context.state.uploads.values()].filter(({ bucket, key }) => bucket === name && key.startsWith(prefix));
  const page = uploads.sort((a, b) => (a.key < b.key ? -1 : 1)).slice(0, pageSizeOf(input.MaxUploads, 'max-uploads'));
  return {
    Bucket: name,
    Prefix: prefix,
    MaxUploads: pageSizeOf(input.MaxUploads, 'max-uploads'),
    IsTruncated: page.length < uploads.length,
    Uploads: page.map(({ uploadId, key, initiatedMs }) => ({
      UploadId: uploadId,
      Key: key,
      Initiated: new Date(initiatedMs),
      StorageClass: 'STANDARD',
      Owner: ownerOf(context),
    })),
  };
}
