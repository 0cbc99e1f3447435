import path from 'node:path';
import { buildSync } from 'esbuild';
import { beforeAll, describe, expect, it } from 'vitest';
import type { JournalEntry } from '../../../../local/kernel/journal.ts';
import { Kernel } from '../../../../local/kernel/kernel.ts';
import { createCodeStore } from '../../../../local/runtime/code-store.ts';
import { createThreadRunner } from '../../../../local/runtime/thread-runner.ts';
import { createVirtualRunner } from '../../../../local/runtime/virtual-runner.ts';
import { dynamodb } from '../../../../local/services/dynamodb/service.ts';
import { dynamodbStreams } from '../../../../local/services/dynamodb-streams/service.ts';
import { createLambda } from '../../../../local/services/lambda/service.ts';
import { sqs } from '../../../../local/services/sqs/service.ts';
import { createWire } from '../../../../local/wire/wire.ts';
import { bundleOf } from '../../runtime/bundles.ts';
import { ACCOUNT, queueArn, queueUrl, START_MS } from './world.ts';

const SAVE = `
import { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb'
const client = new DynamoDBClient({})
export const handler = async (event) => {
  for (const record of event.Records) await client.send(new PutItemCommand({ TableName: 'orders', Item: { pk: { S: record.body } } }))
}`;
const TELL = `
import { SQSClient, SendMessageCommand } from '@aws-sdk/client-sqs'
const client = new SQSClient({})
export const handler = async (event) => {
  for (const { dynamodb } of event.Records) await client.send(new SendMessageCommand({ QueueUrl: '${queueUrl('told')}', MessageBody: 'saved ' + dynamodb.Keys.pk.S }))
}`;

function built(contents: string): string {
  const { outputFiles } = buildSync({
    stdin: { contents, resolveDir: path.resolve(import.meta.dirname ?? '.'), loader: 'ts' },
    bundle: true,
    write: false,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    minify: true,
  });
  return bundleOf({ 'index.js': outputFiles[0]?.text ?? '' });
}

const directories = { save: '', tell: '' };

/** Queue → function → table → stream → function → queue, with the services themselves, the wire and the bundles. */
async function plane(clock: 'real' | 'virtual', seed = 1) {
  const kernel = new Kernel({
    accountId: ACCOUNT,
    region: 'eu-west-1',
    clock: clock === 'real' ? { kind: 'real', factor: 1 } : { kind: 'virtual', startMs: START_MS },
    seed,
    journalCapacity: 10_000,
  });
  const wire = createWire(kernel, {});
  const runner = (clock === 'real' ? createThreadRunner : createVirtualRunner)({ kernel, dispatch: (request) => wire.dispatch(request) });
  kernel.setFunctionRunner(runner);
  for (const service of [sqs, dynamodb, dynamodbStreams, createLambda({ codeStore: createCodeStore() })]) kernel.install(service as never);
  const call = <Output>(service: string, operation: string, input: object): Promise<Output> =>
    kernel.request<Output>({ service, operation, input, principal: { type: 'root' } });
  for (const name of ['placed', 'told']) await call('sqs', 'CreateQueue', { QueueName: name });
  const { TableDescription: table } = await call<{ TableDescription: { LatestStreamArn: string } }>('dynamodb', 'CreateTable', {
    TableName: 'orders',
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
    KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
    StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_IMAGE' },
  });
  for (const name of ['save', 'tell'] as const) {
    const Code = { S3Bucket: 'assets', S3Key: name };
    const properties = { FunctionName: name, Runtime: 'nodejs24.x', Handler: 'index.handler', Role: `arn:aws:iam::${ACCOUNT}:role/${name}`, Code };
    const place = { stackName: 's', logicalId: name, metadata: {}, generatedName: () => name, assetDirectory: () => directories[name] };
    const lambda = [...kernel.installed()].find(({ service }) => service.name === 'lambda')?.service;
    await lambda?.resourceTypes?.['AWS::Lambda::Function']?.create(properties, place, kernel.contextFor('lambda'));
  }
  await call('lambda', 'CreateEventSourceMapping', { FunctionName: 'save', EventSourceArn: queueArn('placed') });
  await call('lambda', 'CreateEventSourceMapping', { FunctionName: 'tell', EventSourceArn: table.LatestStreamArn, StartingPosition: 'TRIM_HORIZON' });
  const received = async (): Promise<string[]> => {
    const { Messages: messages = [] } = await call<{ Messages?: { Body: string }[] }>('sqs', 'ReceiveMessage', {
      QueueUrl: queueUrl('told'),
      MaxNumberOfMessages: 10,
      WaitTimeSeconds: 10,
    });
    return messages.map(({ Body }) => Body);
  };
  return { kernel, runner, call, received };
}

const send = (body: string) => ['sqs', 'SendMessage', { QueueUrl: queueUrl('placed'), MessageBody: body }] as const;

/** Follows causes back from an entry. */
function chain(kernel: Kernel, entry: JournalEntry | undefined): string[] {
  const kinds: string[] = [];
  for (let at = entry; at; at = at.cause === undefined ? undefined : kernel.journal.at(at.cause)) kinds.push(`${at.service} ${at.kind}`);
  return kinds;
}

describe('a flow through queue, function, table, stream and function', () => {
  beforeAll(() => {
    directories.save = built(SAVE);
    directories.tell = built(TELL);
  });

  it('runs in worker threads on a real clock', async () => {
    const { kernel, runner, call, received } = await plane('real');
    try {
      await call(...send('order-1'));
      expect(await received()).toEqual(['saved order-1']);
      const sent = [...kernel.journal.since(0)].findLast(({ kind }) => kind === 'SendMessage');
      expect(chain(kernel, sent)).toEqual(['sqs SendMessage', 'lambda invocation-started']);
      expect(sent?.detail['principal']).toBe(`arn:aws:sts::${ACCOUNT}:assumed-role/tell/tell`);
    } finally {
      await runner.close();
      kernel.stop();
    }
  });

  it('is the same, byte for byte, on a virtual clock with one seed', async () => {
    const journal = async (seed: number): Promise<string> => {
      const { kernel, call, received } = await plane('virtual', seed);
      for (const body of ['a', 'b', 'c']) await call(...send(body));
      await kernel.run({ untilMs: START_MS + 1000 });
      expect((await received()).sort()).toEqual(['saved a', 'saved b', 'saved c']);
      return JSON.stringify([...kernel.journal.since(0)]);
    };
    const first = await journal(42);
    expect(await journal(42)).toBe(first);
    expect(await journal(43)).not.toBe(first);
  });
});
