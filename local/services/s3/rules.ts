import { NotEmulated } from '../../kernel/errors.ts';
import { invalidArgument, invalidBucketName, invalidTag, keyTooLong, metadataTooLarge } from './errors.ts';
import type { ObjectHeaders } from './state.ts';

/** @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html */
const BUCKET_NAME = /^(?!\d+\.\d+\.\d+\.\d+$)(?!xn--)(?!sthree-)(?!.*\.\.)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;

/** @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html */
const KEY_BYTES_MAX = 1024;

/** User-defined metadata. @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingMetadata.html */
const METADATA_BYTES_MAX = 2048;

/** Tags of an object. @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-tagging.html */
const OBJECT_TAGS_MAX = 10;
const BUCKET_TAGS_MAX = 50;
const TAG_KEY_MAX = 128;
const TAG_VALUE_MAX = 256;

export function checkBucketName(name: string): void {
  if (!BUCKET_NAME.test(name)) throw invalidBucketName(name);
}

export function checkKey(key: string): void {
  if (Buffer.byteLength(key) > KEY_BYTES_MAX) throw keyTooLong();
}

/** Members of an upload's input that become the object's headers. */
export const HEADER_MEMBERS = [
  'ContentType',
  'CacheControl',
  'ContentDisposition',
  'ContentEncoding',
  'ContentLanguage',
  'WebsiteRedirectLocation',
  'StorageClass',
  'Metadata',
] as const;

/** What an upload says of its object. */
export function headersOf(input: object): ObjectHeaders {
  const given = input as Readonly<Record<string, unknown>>;
  const headers: Record<string, unknown> = {};
  for (const member of HEADER_MEMBERS) if (given[member] !== undefined) headers[member] = given[member];
  const expires = given['Expires'];
  if (expires instanceof Date) headers['ExpiresString'] = expires.toUTCString();
  const metadata = (headers['Metadata'] ?? {}) as Record<string, string>;
  const size = Object.entries(metadata).reduce((sum, [name, value]) => sum + Buffer.byteLength(name) + Buffer.byteLength(value), 0);
  if (size > METADATA_BYTES_MAX) throw metadataTooLarge();
  return { ContentType: 'binary/octet-stream', ...headers };
}

/** Tags as a list, checked. */
export function tagsOfList(
  list: readonly { readonly Key?: string | undefined; readonly Value?: string | undefined }[],
  of: 'object' | 'bucket',
): Record<string, string> {
  const countMax = of === 'object' ? OBJECT_TAGS_MAX : BUCKET_TAGS_MAX;
  if (list.length > countMax) throw invalidTag(`${of === 'object' ? 'Object' : 'Bucket'} tags cannot be greater than ${countMax}`);
  const tags: Record<string, string> = {};
  for (const { Key: key = '', Value: value = '' } of list) {
    if (key === '' || key.length > TAG_KEY_MAX) throw invalidTag('The TagKey you have provided is invalid');
    if (value.length > TAG_VALUE_MAX) throw invalidTag('The TagValue you have provided is invalid');
    if (Object.hasOwn(tags, key)) throw invalidTag('Cannot provide multiple Tags with the same key');
    tags[key] = value;
  }
  return tags;
}

/** Tags as a query: `a=1&b=2`, the header of an upload. */
export function tagsOfQuery(text: string | undefined): Record<string, string> {
  return tagsOfList(
    [...new URLSearchParams(text ?? '')].map(([Key, Value]) => ({ Key, Value })),
    'object',
  );
}

/** Encryption with keys of S3 changes nothing that can be seen; with others it would. */
export function checkEncryption(input: object, operation: string): void {
  const { ServerSideEncryption: encryption, SSECustomerAlgorithm: customer } = input as Readonly<Record<string, string | undefined>>;
  if (encryption !== undefined && encryption !== 'AES256') throw new NotEmulated(`${operation} with ServerSideEncryption ${encryption}`, 's3');
  if (customer !== undefined) throw new NotEmulated(`${operation} with SSECustomerAlgorithm`, 's3');
}

/** A bound of a list: 0 to 1,000. */
export function pageSizeOf(given: number | undefined, name: string): number {
  if (given === undefined) return 1000;
  if (!Number.isInteger(given) || given < 0) throw invalidArgument(`Argument ${name} must be an integer between 0 and 2147483647`, name, given);
  return Math.min(given, 1000);
}
