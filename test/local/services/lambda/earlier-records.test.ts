import { describe, expect, it } from 'vitest';
import { ACCOUNT, createWorld, memoryStore, queueArn, START_MS } from './world.ts';

const ARN = `arn:aws:lambda:eu-west-1:${ACCOUNT}:function:work`;

/** Records as the first version of the plane wrote them: without versions, layers and levels, with the policy inside the function. */
const EARLIER_FUNCTION = {
  name: 'work',
  arn: ARN,
  runtime: 'nodejs22.x',
  handler: 'index.handler',
  role: `arn:aws:iam::${ACCOUNT}:role/work-role`,
  description: '',
  timeoutSeconds: 3,
  memoryMiB: 128,
  environment: {},
  architectures: ['arm64'],
  deadLetterArn: undefined,
  tracingMode: 'PassThrough',
  logGroup: '/aws/lambda/work',
  logFormat: 'Text',
  directory: '/nowhere',
  contentHash: 'hash',
  sizeBytes: 1,
  revisionId: '11111111-1111-4111-8111-111111111111',
  logStream: '2026/11/24/[$LATEST]0',
  lastModifiedMs: START_MS,
  tags: { team: 'shop' },
  policy: [{ Sid: 'bus', Effect: 'Allow', Principal: { Service: 'events.amazonaws.com' }, Action: 'lambda:InvokeFunction', Resource: ARN }],
  reservedConcurrency: 5,
};

const EARLIER_MAPPING = {
  uuid: '22222222-2222-4222-8222-222222222222',
  arn: `arn:aws:lambda:eu-west-1:${ACCOUNT}:event-source-mapping:22222222-2222-4222-8222-222222222222`,
  functionName: 'work',
  sourceArn: queueArn('jobs'),
  isEnabled: false,
  batchSize: 10,
  windowSeconds: 0,
  patterns: [],
  reportsBatchItemFailures: false,
  maximumConcurrency: undefined,
  startingPosition: undefined,
  parallelizationFactor: 1,
  bisects: false,
  maximumRetryAttempts: -1,
  maximumRecordAgeSeconds: -1,
  onFailure: undefined,
  tumblingWindowSeconds: 0,
  lastModifiedMs: START_MS,
};

function restored() {
  const collections = new Map<string, Map<string, unknown>>([
    ['lambda.functions', new Map([['work', structuredClone(EARLIER_FUNCTION)]])],
    ['lambda.event-source-mappings', new Map([[EARLIER_MAPPING.uuid, structuredClone(EARLIER_MAPPING)]])],
  ]);
  return createWorld({ functions: { work: () => 'done' }, store: memoryStore(collections) });
}

describe('a data folder of an earlier version', () => {
  it('has functions that are invoked, shown, published and updated', async () => {
    const { lambda } = restored();
    expect((await lambda('Invoke', { FunctionName: 'work' })).FunctionError).toBeUndefined();
    const { Configuration: shown, Tags: tags } = await lambda('GetFunction', { FunctionName: 'work' });
    expect(shown).toMatchObject({ Version: '$LATEST', EphemeralStorage: { Size: 512 }, Architectures: ['arm64'] });
    expect(tags).toEqual({ team: 'shop' });
    expect(await lambda('PublishVersion', { FunctionName: 'work' })).toMatchObject({ Version: '1' });
    expect(await lambda('UpdateFunctionConfiguration', { FunctionName: 'work', Timeout: 7 })).toMatchObject({ Timeout: 7 });
    expect(await lambda('GetFunctionRecursionConfig', { FunctionName: 'work' })).toEqual({ RecursiveLoop: 'Terminate' });
  });

  it('keeps who may invoke them, and what is reserved', async () => {
    const { lambda } = restored();
    const { Policy: policy } = await lambda('GetPolicy', { FunctionName: 'work' });
    expect(JSON.parse(policy).Statement).toEqual(EARLIER_FUNCTION.policy);
    expect((await lambda('GetAccountSettings', {})).AccountLimit.UnreservedConcurrentExecutions).toBe(995);
  });

  it('has mappings that are shown, tagged and updated', async () => {
    const { lambda } = restored();
    const { uuid, arn } = EARLIER_MAPPING;
    expect(await lambda('GetEventSourceMapping', { UUID: uuid })).toMatchObject({ FunctionArn: ARN, State: 'Disabled' });
    await lambda('TagResource', { Resource: arn, Tags: { a: 'b' } });
    expect(await lambda('ListTags', { Resource: arn })).toEqual({ Tags: { a: 'b' } });
    expect(await lambda('UpdateEventSourceMapping', { UUID: uuid, BatchSize: 5 })).toMatchObject({ BatchSize: 5 });
  });
});
