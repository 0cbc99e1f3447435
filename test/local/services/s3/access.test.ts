import { expect, it } from 'vitest';
import type { Principal } from '../../../../local/kernel/principal.ts';
import { s3World } from './world.ts';

const ROLE: Principal = { type: 'role', roleArn: 'arn:aws:iam::000000000000:role/reader', sessionName: 's' };

it('a role needs a grant of its own or of the bucket, for the object and the action', async () => {
  const { s3, plane } = s3World();
  const outcome = (operation: string, input: object): Promise<string> =>
    plane.kernel.request({ service: 's3', operation, input, principal: ROLE }).then(
      () => 'done',
      (error: Error) => error.message,
    );
  const get = () => outcome('GetObject', { Bucket: 'parcels', Key: 'open/k' });
  await s3.createBucket({ Bucket: 'parcels' });
  await s3.putObject({ Bucket: 'parcels', Key: 'open/k', Body: 'x' });
  expect(await get()).toContain('is not authorized to perform: s3:GetObject on resource: arn:aws:s3:::parcels/open/k');
  const statement = (Effect: string, Resource: string) => ({ Effect, Principal: { AWS: ROLE.roleArn }, Action: 's3:GetObject', Resource });
  const policyWith = (...Statement: object[]) => s3.putBucketPolicy({ Bucket: 'parcels', Policy: JSON.stringify({ Version: '2012-10-17', Statement }) });
  await policyWith(statement('Allow', 'arn:aws:s3:::parcels/open/*'));
  expect(await get()).toBe('done');
  expect(await outcome('GetObject', { Bucket: 'parcels', Key: 'closed' })).toContain('s3:GetObject on resource: arn:aws:s3:::parcels/closed');
  expect(await outcome('DeleteObjects', { Bucket: 'parcels', Delete: { Objects: [{ Key: 'open/k' }] } })).toContain('s3:DeleteObject');
  expect(await outcome('CopyObject', { Bucket: 'parcels', Key: 'copy', CopySource: 'parcels/open/k' })).toContain(
    's3:PutObject on resource: arn:aws:s3:::parcels/copy',
  );
  expect(await outcome('ListObjectsV2', { Bucket: 'parcels' })).toContain('s3:ListBucket on resource: arn:aws:s3:::parcels');
  await policyWith(statement('Allow', '*'), statement('Deny', 'arn:aws:s3:::parcels/open/*'));
  expect(await get()).toContain('explicit deny in a resource-based policy');
});
