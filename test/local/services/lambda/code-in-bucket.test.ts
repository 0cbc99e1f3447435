import { zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { Fault } from '../../../../local/kernel/errors.ts';
import type { Service } from '../../../../local/kernel/service.ts';
import { ACCOUNT, createWorld } from './world.ts';

const archiveOf = (source: string): Uint8Array => zipSync({ 'index.js': Buffer.from(source) });
const CODE = { S3Bucket: 'code', S3Key: 'work.zip' };

/** Buckets with the objects that are given, by key and version. */
function withObjects(objects: Readonly<Record<string, Uint8Array>>) {
  const readers: unknown[] = [];
  const s3: Service<undefined> = {
    name: 's3',
    arnService: 's3',
    createState: () => undefined,
    access: () => [],
    operations: {
      GetObject: ({ Key, VersionId }: { Key: string; VersionId?: string }, { principal }) => {
        readers.push(principal);
        const found = objects[VersionId === undefined ? Key : `${Key}?${VersionId}`];
        if (!found) throw new Fault('NoSuchKey', 'The specified key does not exist.', { status: 404 });
        return { Body: found };
      },
    },
  };
  const world = createWorld({ functions: {}, services: [s3 as Service] });
  const create = (code: object) =>
    world.lambda('CreateFunction', {
      FunctionName: 'work',
      Runtime: 'nodejs24.x',
      Handler: 'index.handler',
      Role: `arn:aws:iam::${ACCOUNT}:role/work-role`,
      Code: code,
    });
  return { world, create, readers };
}

describe('code in a bucket', () => {
  it('becomes that of a function, read by whoever makes it', async () => {
    const archive = archiveOf('exports.handler = async () => 1');
    const { create, readers, world } = withObjects({ 'work.zip': archive, 'work.zip?v1': archiveOf('exports.handler = async () => 2') });
    expect(await create(CODE)).toMatchObject({ CodeSize: archive.byteLength, State: 'Pending' });
    expect(readers).toEqual([{ type: 'root' }]);
    const { CodeSha256: first } = await world.lambda('GetFunctionConfiguration', { FunctionName: 'work' });
    const { CodeSha256: second } = await world.lambda('UpdateFunctionCode', { FunctionName: 'work', ...CODE, S3ObjectVersion: 'v1' });
    expect(second).not.toBe(first);
  });

  it('becomes that of a layer', async () => {
    const archive = archiveOf('');
    const { world } = withObjects({ 'work.zip': archive });
    const layer = await world.lambda('PublishLayerVersion', { LayerName: 'tools', Content: CODE });
    expect(layer).toMatchObject({ Version: 1, Content: { CodeSize: archive.byteLength } });
  });

  it('is refused where it is not there, or is no archive', async () => {
    const { create } = withObjects({ 'text.zip': Buffer.from('no archive') });
    await expect(create(CODE)).rejects.toMatchObject({
      code: 'InvalidParameterValueException',
      message: 'Error occurred while GetObject. S3 Error Code: NoSuchKey. S3 Error Message: The specified key does not exist.',
    });
    await expect(create({ ...CODE, S3Key: 'text.zip' })).rejects.toMatchObject({
      message: 'Could not unzip uploaded file. Please check your file, then try to upload again.',
    });
  });

  it('is of one function where two are made of one name at once', async () => {
    const { create } = withObjects({ 'work.zip': archiveOf('') });
    const ends = await Promise.allSettled([create(CODE), create(CODE)]);
    expect(ends.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  });
});
