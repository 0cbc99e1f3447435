import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { S3 } from '@aws-sdk/client-s3';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Plane } from '../../../../local/index.ts';
import { faultOf, s3World } from './world.ts';

describe('a bucket', () => {
  it('is made, listed, found and deleted', async () => {
    const { s3 } = s3World();
    await s3.createBucket({ Bucket: 'a-bucket' });
    await s3.createBucket({ Bucket: 'a-bucket' });
    expect((await s3.listBuckets({})).Buckets?.map(({ Name }) => Name)).toEqual(['a-bucket']);
    expect((await s3.headBucket({ Bucket: 'a-bucket' })).BucketRegion).toBe('us-east-1');
    expect((await s3.getBucketLocation({ Bucket: 'a-bucket' })).LocationConstraint ?? '').toBe('');
    await s3.deleteBucket({ Bucket: 'a-bucket' });
    expect(await faultOf(s3.headBucket({ Bucket: 'a-bucket' }))).toBe('NotFound 404');
  });

  it('has a name by the rules, and is in the Region', async () => {
    const { s3 } = s3World();
    for (const Bucket of ['Upper', 'ab', 'a..b', '10.0.0.1', 'under_score']) expect(await faultOf(s3.createBucket({ Bucket }))).toBe('InvalidBucketName 400');
    const elsewhere = s3.createBucket({ Bucket: 'a-bucket', CreateBucketConfiguration: { LocationConstraint: 'eu-west-1' } });
    expect(await faultOf(elsewhere)).toBe('IllegalLocationConstraintException 400');
    const world = s3World({ region: 'eu-west-1' });
    await world.s3.createBucket({ Bucket: 'a-bucket', CreateBucketConfiguration: { LocationConstraint: 'eu-west-1' } });
    expect((await world.s3.getBucketLocation({ Bucket: 'a-bucket' })).LocationConstraint).toBe('eu-west-1');
  });

  it('shows what it was configured with', async () => {
    const { s3 } = s3World();
    const asked = { Bucket: 'a-bucket' };
    await s3.createBucket(asked);
    expect((await s3.getBucketEncryption(asked)).ServerSideEncryptionConfiguration?.Rules?.[0]?.ApplyServerSideEncryptionByDefault?.SSEAlgorithm).toBe(
      'AES256',
    );
    expect(await faultOf(s3.getPublicAccessBlock(asked))).toBe('NoSuchPublicAccessBlockConfiguration 404');
    expect(await faultOf(s3.getBucketPolicy(asked))).toBe('NoSuchBucketPolicy 404');
    const rules = [{ ID: 'old', Status: 'Enabled' as const, Filter: { Prefix: 'a/' }, Expiration: { Days: 3 } }];
    await s3.putBucketLifecycleConfiguration({ ...asked, LifecycleConfiguration: { Rules: rules } });
    expect((await s3.getBucketLifecycleConfiguration(asked)).Rules).toEqual(rules);
    await s3.putPublicAccessBlock({ ...asked, PublicAccessBlockConfiguration: { BlockPublicAcls: true } });
    expect((await s3.getPublicAccessBlock(asked)).PublicAccessBlockConfiguration).toEqual({ BlockPublicAcls: true });
    await s3.putBucketTagging({ ...asked, Tagging: { TagSet: [{ Key: 'a', Value: 'b' }] } });
    expect((await s3.getBucketTagging(asked)).TagSet).toEqual([{ Key: 'a', Value: 'b' }]);
    const policy = JSON.stringify({ Statement: [{ Effect: 'Allow', Principal: '*', Action: 's3:GetObject', Resource: 'arn:aws:s3:::a-bucket/*' }] });
    await s3.putBucketPolicy({ ...asked, Policy: policy });
    expect((await s3.getBucketPolicy(asked)).Policy).toBe(policy);
    await s3.deleteBucketPolicy(asked);
    expect(await faultOf(s3.putBucketPolicy({ ...asked, Policy: '{' }))).toBe('MalformedPolicy 400');
    expect(await faultOf(s3.getBucketWebsite(asked))).toBe('NotEmulated 501');
    const queue = { QueueConfigurations: [{ QueueArn: 'arn:aws:sqs:us-east-1:000000000000:q', Events: ['s3:ObjectCreated:*' as const] }] };
    expect(await faultOf(s3.putBucketNotificationConfiguration({ ...asked, NotificationConfiguration: queue }))).toBe('NotEmulated 501');
  });

  it('tells EventBridge of its objects, where it is told to', async () => {
    const { s3, plane } = s3World();
    const seen: unknown[] = [];
    plane.kernel.journal.listen((entry) => entry.service === 'eventbridge' && seen.push(entry.kind));
    await s3.createBucket({ Bucket: 'a-bucket' });
    await s3.putObject({ Bucket: 'a-bucket', Key: 'quiet', Body: 'x' });
    await s3.putBucketNotificationConfiguration({ Bucket: 'a-bucket', NotificationConfiguration: { EventBridgeConfiguration: {} } });
    await s3.putObject({ Bucket: 'a-bucket', Key: 'loud', Body: 'x' });
    await s3.deleteObject({ Bucket: 'a-bucket', Key: 'loud' });
    await plane.kernel.run();
    expect(seen.filter((kind) => kind === 'PutEvents')).toHaveLength(2);
  });
});

describe('S3 over a socket', () => {
  async function served() {
    const plane = new Plane({ seed: 1, threads: 1 });
    onTestFinished(() => plane.close());
    const endpoint = await plane.listen(0);
    const settings = { region: 'us-east-1', credentials: { accessKeyId: 'a', secretAccessKey: 'b' } };
    return { plane, endpoint, s3: new S3({ ...settings, endpoint }), settings };
  }

  it('answers virtual hosts and paths alike', async () => {
    const { endpoint, s3 } = await served();
    await s3.createBucket({ Bucket: 'a-bucket' });
    await s3.putObject({ Bucket: 'a-bucket', Key: 'a/b', Body: 'hello', ContentType: 'application/x-www-form-urlencoded' });
    const { port } = new URL(endpoint);
    for (const host of ['a-bucket.localhost', 'a-bucket.s3.localhost', 'a-bucket.s3.us-east-1.amazonaws.com']) {
      const { status, body } = await get(endpoint, '/a/b', {
        host: `${host}:${port}`,
        authorization: 'AWS4-HMAC-SHA256 Credential=a/20260101/us-east-1/s3/aws4_request, Signature=0',
      });
      expect([host, status, body]).toEqual([host, 200, 'hello']);
    }
  });

  it('takes a presigned URL until it expires', async () => {
    const { endpoint, s3 } = await served();
    await s3.createBucket({ Bucket: 'a-bucket' });
    await s3.putObject({ Bucket: 'a-bucket', Key: 'k', Body: 'hello' });
    const url = (dateOf: Date, expires: number): string => {
      const date = dateOf.toISOString().replace(/[-:]|\.\d{3}/g, '');
      return `${endpoint}/a-bucket/k?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=a%2F${date.slice(0, 8)}%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Date=${date}&X-Amz-Expires=${expires}&X-Amz-SignedHeaders=host&X-Amz-Signature=0`;
    };
    expect(await (await fetch(url(new Date(), 60))).text()).toBe('hello');
    const late = await fetch(url(new Date(Date.now() - 120_000), 60));
    expect([late.status, await late.text()]).toEqual([403, expect.stringContaining('<Code>AccessDenied</Code><Message>Request has expired</Message>')]);
    await fetch(url(new Date(), 60).replace('/k?', '/put?'), { method: 'PUT', body: 'x' });
    const head = await fetch(url(new Date(), 60).replace('/k?', '/put?'), { method: 'HEAD' });
    expect([head.status, head.headers.get('content-length')]).toEqual([200, '1']);
  });

  it('takes large bodies', async () => {
    const { s3 } = await served();
    await s3.createBucket({ Bucket: 'a-bucket' });
    const body = Buffer.alloc(40 * 1024 * 1024, 'z');
    await s3.putObject({ Bucket: 'a-bucket', Key: 'k', Body: body });
    const got = await s3.getObject({ Bucket: 'a-bucket', Key: 'k' });
    expect((await got.Body?.transformToByteArray())?.byteLength).toBe(body.length);
  });
});

describe('a data folder', () => {
  it('keeps buckets and objects, and nothing that was deleted', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'tickertape-test-'));
    onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
    const open = async <Result>(work: (s3: S3) => Promise<Result>): Promise<Result> => {
      const plane = new Plane({ seed: 1, threads: 1, dataDirectory: directory });
      try {
        return await work(new S3(plane.clientSettings()));
      } finally {
        await plane.close();
      }
    };
    await open(async (s3) => {
      await s3.createBucket({ Bucket: 'a-bucket' });
      await s3.putObject({ Bucket: 'a-bucket', Key: 'kept', Body: 'kept' });
      await s3.putObject({ Bucket: 'a-bucket', Key: 'kept twice', Body: 'kept' });
      await s3.putObject({ Bucket: 'a-bucket', Key: 'gone', Body: 'gone' });
      await s3.deleteObject({ Bucket: 'a-bucket', Key: 'gone' });
      await s3.deleteObject({ Bucket: 'a-bucket', Key: 'kept twice' });
    });
    await open(async (s3) => {
      expect((await s3.listObjectsV2({ Bucket: 'a-bucket' })).Contents?.map(({ Key }) => Key)).toEqual(['kept']);
      expect(await (await s3.getObject({ Bucket: 'a-bucket', Key: 'kept' })).Body?.transformToString()).toBe('kept');
    });
    expect(readdirSync(join(directory, 'objects'), { recursive: true }).filter((name) => String(name).length > 60)).toHaveLength(1);
  });
});

/** `fetch` does not let a host be chosen. */
async function get(endpoint: string, path: string, headers: Record<string, string>): Promise<{ readonly status: number; readonly body: string }> {
  return new Promise((resolve, reject) => {
    request(`${endpoint}${path}`, { headers }, (response) => {
      let body = '';
      response.on('data', (piece) => {
        body += piece;
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body }));
    })
      .on('error', reject)
      .end();
  });
}
