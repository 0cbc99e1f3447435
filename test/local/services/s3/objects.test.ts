import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { faultOf, s3World } from './world.ts';

async function bucketWorld() {
  const world = s3World();
  await world.s3.createBucket({ Bucket: 'parcels' });
  return world;
}

const text = async (output: { readonly Body?: { transformToString(): Promise<string> } | undefined }): Promise<string | undefined> =>
  output.Body?.transformToString();

describe('an object', () => {
  it('is what was put, with its headers and metadata', async () => {
    const { s3 } = await bucketWorld();
    const put = await s3.putObject({
      Bucket: 'parcels',
      Key: 'a/b c+ä.txt',
      Body: 'hello',
      ContentType: 'text/plain',
      Metadata: { flow: 'x' },
      Tagging: 'k=v',
    });
    const got = await s3.getObject({ Bucket: 'parcels', Key: 'a/b c+ä.txt' });
    expect(await text(got)).toBe('hello');
    expect(put.ETag).toBe(`"${createHash('md5').update('hello').digest('hex')}"`);
    expect([got.ETag, got.ContentType, got.Metadata, got.ContentLength, got.TagCount]).toEqual([put.ETag, 'text/plain', { flow: 'x' }, 5, 1]);
    const head = await s3.headObject({ Bucket: 'parcels', Key: 'a/b c+ä.txt' });
    expect([head.ContentLength, head.ETag, head.ServerSideEncryption]).toEqual([5, put.ETag, 'AES256']);
  });

  it('comes as a stream in chunks with a trailing checksum', async () => {
    const { s3 } = await bucketWorld();
    const body = Buffer.alloc(200_000, 'x');
    await s3.putObject({
      Bucket: 'parcels',
      Key: 'stream',
      Body: Readable.from([body.subarray(0, 70_000), body.subarray(70_000)]),
      ContentLength: body.length,
    });
    const got = await s3.getObject({ Bucket: 'parcels', Key: 'stream', ChecksumMode: 'ENABLED' });
    expect(Buffer.from((await got.Body?.transformToByteArray()) ?? []).equals(body)).toBe(true);
    expect([got.ContentEncoding, got.ChecksumCRC32?.length]).toEqual([undefined, 8]);
  });

  it.each(['CRC32', 'CRC32C', 'SHA1', 'SHA256', 'CRC64NVME'] as const)('is checked by %s', async (algorithm) => {
    const { s3 } = await bucketWorld();
    await s3.putObject({ Bucket: 'parcels', Key: 'k', Body: 'payload', ChecksumAlgorithm: algorithm });
    const got = await s3.getObject({ Bucket: 'parcels', Key: 'k', ChecksumMode: 'ENABLED' });
    expect(await text(got)).toBe('payload');
    expect(got[`Checksum${algorithm}`]).toBeDefined();
    const wrong = s3.putObject({
      Bucket: 'parcels',
      Key: 'wrong',
      Body: 'payload',
      [`Checksum${algorithm}`]: got[`Checksum${algorithm}`]?.replace(/^./, (first) => (first === 'A' ? 'B' : 'A')),
    });
    expect(await faultOf(wrong)).toBe('BadDigest 400');
    expect(await faultOf(s3.headObject({ Bucket: 'parcels', Key: 'wrong' }))).toBe('NotFound 404');
  });

  it('has the CRC-64/NVME of the catalogue', async () => {
    const { s3 } = await bucketWorld();
    // Check value of CRC-64/NVME: ae8b14860a799888 for "123456789".
    const sum = Buffer.from('ae8b14860a799888', 'hex').toString('base64');
    expect((await s3.putObject({ Bucket: 'parcels', Key: 'k', Body: '123456789', ChecksumCRC64NVME: sum })).ChecksumCRC64NVME).toBe(sum);
  });

  it.each([
    ['bytes=0-1', 'he', 'bytes 0-1/5'],
    ['bytes=3-', 'lo', 'bytes 3-4/5'],
    ['bytes=-3', 'llo', 'bytes 2-4/5'],
    ['bytes=1-100', 'ello', 'bytes 1-4/5'],
  ])('can be read in part: %s', async (range, content, contentRange) => {
    const { s3 } = await bucketWorld();
    await s3.putObject({ Bucket: 'parcels', Key: 'k', Body: 'hello' });
    const got = await s3.getObject({ Bucket: 'parcels', Key: 'k', Range: range });
    expect([await text(got), got.ContentRange, got.$metadata.httpStatusCode]).toEqual([content, contentRange, 206]);
  });

  it('is refused where it does not fit', async () => {
    const { s3, bugs } = await bucketWorld();
    const { ETag: etag = '' } = await s3.putObject({ Bucket: 'parcels', Key: 'k', Body: 'hello' });
    expect(await faultOf(s3.getObject({ Bucket: 'parcels', Key: 'k', Range: 'bytes=5-' }))).toBe('InvalidRange 416');
    expect(await faultOf(s3.getObject({ Bucket: 'parcels', Key: 'none' }))).toBe('NoSuchKey 404');
    expect(await faultOf(s3.headObject({ Bucket: 'parcels', Key: 'none' }))).toBe('NotFound 404');
    expect(await faultOf(s3.getObject({ Bucket: 'nobodys', Key: 'k' }))).toBe('NoSuchBucket 404');
    expect(await faultOf(s3.putObject({ Bucket: 'parcels', Key: 'k', Body: 'x', IfNoneMatch: '*' }))).toBe('PreconditionFailed 412');
    expect(await faultOf(s3.putObject({ Bucket: 'parcels', Key: 'k', Body: 'x', IfMatch: '"0"' }))).toBe('PreconditionFailed 412');
    expect(await faultOf(s3.putObject({ Bucket: 'parcels', Key: 'k', Body: 'x', ContentMD5: 'AAAAAAAAAAAAAAAAAAAAAA==' }))).toBe('BadDigest 400');
    expect(await faultOf(s3.getObject({ Bucket: 'parcels', Key: 'k', IfNoneMatch: etag }))).toContain('304');
    expect(await faultOf(s3.getObject({ Bucket: 'parcels', Key: 'k', IfMatch: '"0"' }))).toBe('PreconditionFailed 412');
    expect(await faultOf(s3.putObject({ Bucket: 'parcels', Key: 'x'.repeat(1025), Body: '' }))).toBe('KeyTooLongError 400');
    expect(await faultOf(s3.putObject({ Bucket: 'parcels', Key: 'k', Body: 'x', ServerSideEncryption: 'aws:kms' }))).toBe('NotEmulated 501');
    expect(bugs).toEqual([]);
  });

  it('is copied, with its metadata or with others', async () => {
    const { s3 } = await bucketWorld();
    await s3.putObject({ Bucket: 'parcels', Key: 'a b', Body: 'hello', Metadata: { old: '1' } });
    await s3.copyObject({ Bucket: 'parcels', Key: 'c', CopySource: `parcels/${encodeURIComponent('a b')}` });
    await s3.copyObject({ Bucket: 'parcels', Key: 'd', CopySource: 'parcels/c', MetadataDirective: 'REPLACE', Metadata: { new: '2' } });
    await s3.deleteObject({ Bucket: 'parcels', Key: 'a b' });
    await s3.deleteObject({ Bucket: 'parcels', Key: 'c' });
    const got = await s3.getObject({ Bucket: 'parcels', Key: 'd' });
    expect([await text(got), got.Metadata]).toEqual(['hello', { new: '2' }]);
    expect(await faultOf(s3.copyObject({ Bucket: 'parcels', Key: 'd', CopySource: 'parcels/d' }))).toBe('InvalidRequest 400');
  });

  it('has tags', async () => {
    const { s3 } = await bucketWorld();
    await s3.putObject({ Bucket: 'parcels', Key: 'k', Body: 'x' });
    await s3.putObjectTagging({ Bucket: 'parcels', Key: 'k', Tagging: { TagSet: [{ Key: 'a', Value: '<&>' }] } });
    expect((await s3.getObjectTagging({ Bucket: 'parcels', Key: 'k' })).TagSet).toEqual([{ Key: 'a', Value: '<&>' }]);
    await s3.deleteObjectTagging({ Bucket: 'parcels', Key: 'k' });
    expect((await s3.getObjectTagging({ Bucket: 'parcels', Key: 'k' })).TagSet).toEqual([]);
    expect(await text(await s3.getObject({ Bucket: 'parcels', Key: 'k' }))).toBe('x');
  });
});

describe('an upload in parts', () => {
  it('is an object once it is completed', async () => {
    const { s3 } = await bucketWorld();
    const asked = { Bucket: 'parcels', Key: 'large' };
    const { UploadId } = await s3.createMultipartUpload({ ...asked, ContentType: 'text/x' });
    const first = Buffer.alloc(5 * 1024 * 1024, 'a');
    const one = await s3.uploadPart({ ...asked, UploadId, PartNumber: 1, Body: first });
    const two = await s3.uploadPart({ ...asked, UploadId, PartNumber: 2, Body: 'tail' });
    expect((await s3.listParts({ ...asked, UploadId })).Parts?.map(({ Size }) => Size)).toEqual([first.length, 4]);
    expect((await s3.listMultipartUploads({ Bucket: 'parcels' })).Uploads?.map(({ Key }) => Key)).toEqual(['large']);
    const parts = [one, two].map(({ ETag }, index) => ({ ETag, PartNumber: index + 1 }));
    const done = await s3.completeMultipartUpload({ ...asked, UploadId, MultipartUpload: { Parts: parts } });
    expect(done.ETag).toMatch(/^"[0-9a-f]{32}-2"$/);
    const got = await s3.getObject({ ...asked, Range: `bytes=${first.length - 2}-` });
    expect([await text(got), got.ContentType]).toEqual(['aatail', 'text/x']);
    expect(await faultOf(s3.listParts({ ...asked, UploadId }))).toBe('NoSuchUpload 404');
  });

  it('is refused with parts that are small, unknown or out of order', async () => {
    const { s3 } = await bucketWorld();
    const asked = { Bucket: 'parcels', Key: 'large' };
    const { UploadId } = await s3.createMultipartUpload(asked);
    const { ETag } = await s3.uploadPart({ ...asked, UploadId, PartNumber: 1, Body: 'a' });
    await s3.uploadPart({ ...asked, UploadId, PartNumber: 2, Body: 'a' });
    const complete = (...numbers: number[]) =>
      faultOf(s3.completeMultipartUpload({ ...asked, UploadId, MultipartUpload: { Parts: numbers.map((PartNumber) => ({ ETag, PartNumber })) } }));
    expect([await complete(1, 2), await complete(2, 1), await complete(3)]).toEqual(['EntityTooSmall 400', 'InvalidPartOrder 400', 'InvalidPart 400']);
    await s3.abortMultipartUpload({ ...asked, UploadId });
    expect(await complete(1)).toBe('NoSuchUpload 404');
  });
});

describe('a list', () => {
  it('goes by pages and folds what is behind a delimiter', async () => {
    const { s3 } = await bucketWorld();
    for (const Key of ['a/1', 'a/2', 'b', 'c/1', 'd']) await s3.putObject({ Bucket: 'parcels', Key, Body: Key });
    const seen: string[] = [];
    let ContinuationToken: string | undefined;
    for (let page = 0; page < 10; page += 1) {
      const list = await s3.listObjectsV2({ Bucket: 'parcels', Delimiter: '/', MaxKeys: 2, ContinuationToken });
      seen.push(...(list.Contents ?? []).map(({ Key }) => Key ?? ''), ...(list.CommonPrefixes ?? []).map(({ Prefix }) => Prefix ?? ''), '|');
      ContinuationToken = list.NextContinuationToken;
      if (!list.IsTruncated) break;
    }
    expect(seen).toEqual(['b', 'a/', '|', 'd', 'c/', '|']);
    expect((await s3.listObjectsV2({ Bucket: 'parcels', Prefix: 'a/', StartAfter: 'a/1' })).Contents?.map(({ Key, Size }) => [Key, Size])).toEqual([
      ['a/2', 3],
    ]);
    expect((await s3.listObjects({ Bucket: 'parcels', Marker: 'b' })).Contents?.map(({ Key }) => Key)).toEqual(['c/1', 'd']);
  });

  it('shows all versions, and deletes them', async () => {
    const { s3 } = await bucketWorld();
    await s3.putBucketVersioning({ Bucket: 'parcels', VersioningConfiguration: { Status: 'Enabled' } });
    const first = await s3.putObject({ Bucket: 'parcels', Key: 'k', Body: '1' });
    await s3.putObject({ Bucket: 'parcels', Key: 'k', Body: '2' });
    const { DeleteMarker, VersionId } = await s3.deleteObject({ Bucket: 'parcels', Key: 'k' });
    expect(DeleteMarker).toBe(true);
    expect(await faultOf(s3.getObject({ Bucket: 'parcels', Key: 'k' }))).toBe('NoSuchKey 404');
    expect(await faultOf(s3.getObject({ Bucket: 'parcels', Key: 'k', VersionId }))).toBe('MethodNotAllowed 405');
    expect(await text(await s3.getObject({ Bucket: 'parcels', Key: 'k', VersionId: first.VersionId }))).toBe('1');
    const { Versions = [], DeleteMarkers = [] } = await s3.listObjectVersions({ Bucket: 'parcels' });
    expect([Versions.length, DeleteMarkers.length]).toEqual([2, 1]);
    expect(await faultOf(s3.deleteBucket({ Bucket: 'parcels' }))).toBe('BucketNotEmpty 409');
    const all = [...Versions, ...DeleteMarkers].map(({ Key = '', VersionId: id }) => ({ Key, VersionId: id }));
    expect((await s3.deleteObjects({ Bucket: 'parcels', Delete: { Objects: all } })).Deleted).toHaveLength(3);
    await s3.deleteBucket({ Bucket: 'parcels' });
  });
});
