import type {
  ListObjectsCommandInput,
  ListObjectsCommandOutput,
  ListObjectsV2CommandInput,
  ListObjectsV2CommandOutput,
  ListObjectVersionsCommandInput,
  ListObjectVersionsCommandOutput,
  _Object as WireObject,
} from '@aws-sdk/client-s3';
import { refuseAllBut } from '../../../kernel/errors.ts';
import { CHECKSUM_MEMBERS } from '../checksums.ts';
import { invalidArgument } from '../errors.ts';
import { KeyIndex } from '../object/key-index.ts';
import { type Page, pageOf } from '../object/list.ts';
import { pageSizeOf } from '../rules.ts';
import { bucketOf, entryKey, type S3Context, type S3State, type Version } from '../state.ts';
import { ownerOf } from './buckets.ts';

type Output<T> = Omit<T, '$metadata'>;

const latestOf = (state: S3State, bucket: string, key: string): Version | undefined => state.entries.get(entryKey(bucket, key))?.versions[0];

const encoded = (text: string, encoding: string | undefined): string => (encoding === 'url' ? encodeURIComponent(text).replaceAll('%2F', '/') : text);

interface Asked {
  readonly Bucket?: string | undefined;
  readonly Prefix?: string | undefined;
  readonly Delimiter?: string | undefined;
  readonly MaxKeys?: number | undefined;
  readonly EncodingType?: string | undefined;
}

function listed({ state }: S3Context, asked: Asked, after: string): Page {
  const { name } = bucketOf(state, asked.Bucket);
  const listing = { prefix: asked.Prefix ?? '', delimiter: asked.Delimiter ?? '', after, pageSize: pageSizeOf(asked.MaxKeys, 'max-keys') };
  return pageOf(state.keys.get(name) ?? new KeyIndex(), listing, (key) => latestOf(state, name, key)?.kind === 'object');
}

function contents(page: Page, asked: Asked, context: S3Context, withOwner: boolean): WireObject[] {
  return page.keys.flatMap((key) => {
    const version = latestOf(context.state, asked.Bucket ?? '', key);
    if (version?.kind !== 'object') return [];
    const { lastModifiedMs, etag, sizeBytes, headers, checksums } = version;
    const algorithms = CHECKSUM_MEMBERS.filter((member) => checksums[member] !== undefined).map((member) => member.slice('Checksum'.length) as never);
    return [
      {
        Key: encoded(key, asked.EncodingType),
        LastModified: new Date(lastModifiedMs),
        ETag: `"${etag}"`,
        ...(algorithms.length > 0 && { ChecksumAlgorithm: algorithms, ChecksumType: 'FULL_OBJECT' as const }),
        Size: sizeBytes,
        StorageClass: (headers.StorageClass ?? 'STANDARD') as never,
        ...(withOwner && { Owner: ownerOf(context) }),
      },
    ];
  });
}

/** What all lists say of themselves. */
const about = (asked: Asked, page: Pick<Page, 'commonPrefixes' | 'isTruncated'>) => ({
  IsTruncated: page.isTruncated,
  Name: asked.Bucket,
  Prefix: encoded(asked.Prefix ?? '', asked.EncodingType),
  MaxKeys: pageSizeOf(asked.MaxKeys, 'max-keys'),
  ...(asked.Delimiter !== undefined && { Delimiter: encoded(asked.Delimiter, asked.EncodingType) }),
  ...(asked.EncodingType !== undefined && { EncodingType: asked.EncodingType as never }),
  ...(page.commonPrefixes.length > 0 && { CommonPrefixes: page.commonPrefixes.map((prefix) => ({ Prefix: encoded(prefix, asked.EncodingType) })) }),
});

const TOKEN_PREFIX = '1';

const tokenOf = (key: string): string => TOKEN_PREFIX + Buffer.from(key).toString('base64url');

function keyOfToken(token: string): string {
  if (!token.startsWith(TOKEN_PREFIX)) throw invalidArgument('The continuation token provided is incorrect', 'continuation-token', token);
  return Buffer.from(token.slice(TOKEN_PREFIX.length), 'base64url').toString();
}

/** @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html */
export function listObjectsV2(input: ListObjectsV2CommandInput, context: S3Context): Output<ListObjectsV2CommandOutput> {
  refuseAllBut(
    ['Bucket', 'Prefix', 'Delimiter', 'MaxKeys', 'EncodingType', 'ContinuationToken', 'StartAfter', 'FetchOwner', 'ExpectedBucketOwner', 'RequestPayer'],
    input,
    { operation: 'ListObjectsV2', page: 's3' },
  );
  const { ContinuationToken: token, StartAfter: startAfter } = input;
  const page = listed(context, input, token === undefined ? (startAfter ?? '') : keyOfToken(token));
  return {
    ...about(input, page),
    Contents: contents(page, input, context, input.FetchOwner === true),
    KeyCount: page.keys.length + page.commonPrefixes.length,
    ...(token !== undefined && { ContinuationToken: token }),
    ...(startAfter !== undefined && { StartAfter: startAfter }),
    ...(page.isTruncated && page.last !== undefined && { NextContinuationToken: tokenOf(page.last) }),
  };
}

export function listObjects(input: ListObjectsCommandInput, context: S3Context): Output<ListObjectsCommandOutput> {
  refuseAllBut(['Bucket', 'Prefix', 'Delimiter', 'MaxKeys', 'EncodingType', 'Marker', 'ExpectedBucketOwner', 'RequestPayer'], input, {
    operation: 'ListObjects',
    page: 's3',
  });
  const page = listed(context, input, input.Marker ?? '');
  return {
    ...about(input, page),
    Marker: input.Marker ?? '',
    Contents: contents(page, input, context, true),
    ...(page.isTruncated && input.Delimiter !== undefined && page.last !== undefined && { NextMarker: page.last }),
  };
}

/** All versions, the latest of each key first. @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectVersions.html */
export function listObjectVersions(input: ListObjectVersionsCommandInput, context: S3Context): Output<ListObjectVersionsCommandOutput> {
  refuseAllBut(['Bucket', 'Prefix', 'MaxKeys', 'EncodingType', 'KeyMarker', 'VersionIdMarker', 'ExpectedBucketOwner', 'RequestPayer'], input, {
    operation: 'ListObjectVersions',
    page: 's3',
  });
  const { state } = context;
  const { name } = bucketOf(state, input.Bucket);
  const { Prefix: prefix = '', KeyMarker: keyMarker = '', VersionIdMarker: versionMarker } = input;
  const pageSize = pageSizeOf(input.MaxKeys, 'max-keys');
  const found: { readonly key: string; readonly version: Version; readonly isLatest: boolean }[] = [];
  const index = state.keys.get(name) ?? new KeyIndex();
  let position = Math.max(index.position(prefix), index.position(versionMarker === undefined && keyMarker !== '' ? `${keyMarker}\u0000` : keyMarker));
  for (let key = index.at(position); key?.startsWith(prefix) && found.length <= pageSize; position += 1, key = index.at(position)) {
    const versions = state.entries.get(entryKey(name, key))?.versions ?? [];
    const skipped = key === keyMarker ? versions.findIndex(({ versionId }) => versionId === versionMarker) + 1 : 0;
    for (const [offset, version] of versions.slice(skipped).entries()) found.push({ key, version, isLatest: skipped + offset === 0 });
  }
  const page = found.slice(0, pageSize);
  const last = page.at(-1);
  const isTruncated = found.length > page.length;
  const shown = page.map(({ key, version, isLatest }) => ({
    kind: version.kind,
    Key: encoded(key, input.EncodingType),
    VersionId: version.versionId,
    IsLatest: isLatest,
    LastModified: new Date(version.lastModifiedMs),
    Owner: ownerOf(context),
    ...(version.kind === 'object' && { ETag: `"${version.etag}"`, Size: version.sizeBytes, StorageClass: 'STANDARD' as const }),
  }));
  return {
    ...about(input, { commonPrefixes: [], isTruncated }),
    KeyMarker: keyMarker,
    VersionIdMarker: versionMarker ?? '',
    Versions: shown.filter(({ kind }) => kind === 'object'),
    DeleteMarkers: shown.filter(({ kind }) => kind === 'marker'),
    ...(isTruncated && last && { NextKeyMarker: last.key, NextVersionIdMarker: last.version.versionId }),
  };
}
