import { describe, expect, it } from 'vitest';
import { functionArn, queueArn, table, world } from './world.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

type Record_ = { readonly dynamodb: { readonly NewImage: { readonly pk: { readonly S: string } } } };
const keysOf = (event: unknown): string[] => (event as Record_[]).map(({ dynamodb }) => dynamodb.NewImage.pk.S);

/** A world with a table whose stream is to be read by a function. */
async function stream(functions: Parameters<typeof world>[0], parameters: object = {}, more: object = {}) {
  const made = await world({ ...functions });
  const source = await table(made);
  const put = (pk: string) => made.call('dynamodb', 'PutItem', { TableName: 'orders', Item: { pk: { S: pk } } });
  const start = () =>
    made.pipe({
      Source: source,
      Target: functionArn('consume'),
      ...more,
      SourceParameters: {
        ...(more as { SourceParameters?: object }).SourceParameters,
        DynamoDBStreamParameters: { StartingPosition: 'TRIM_HORIZON', ...parameters },
      },
    });
  return { ...made, put, start, source };
}

describe('a pipe from a DynamoDB stream', () => {
  it('brings the records in order, from the beginning', async () => {
    const { put, start, invoked, runFor } = await stream({ consume: () => undefined }, { BatchSize: 2 });
    for (const pk of ['a', 'b', 'c']) await put(pk);
    await start();
    await runFor(MINUTE_MS);
    await put('d');
    await runFor(MINUTE_MS);
    expect(invoked.map(({ event }) => keysOf(event))).toEqual([['a', 'b'], ['c'], ['d']]);
  });

  it('begins with what is new where it is to start at the latest', async () => {
    const { put, start, invoked, runFor } = await stream({ consume: () => undefined }, { StartingPosition: 'LATEST' });
    await put('old');
    await runFor(1000);
    await start();
    await runFor(1000);
    await put('new');
    await runFor(MINUTE_MS);
    expect(invoked.flatMap(({ event }) => keysOf(event))).toEqual(['new']);
  });

  it('goes on from its checkpoint after it was stopped and started', async () => {
    const { call, put, start, invoked, runFor } = await stream({ consume: () => undefined });
    await put('a');
    await start();
    await runFor(MINUTE_MS);
    await call('pipes', 'StopPipe', { Name: 'orders' });
    await put('b');
    await runFor(MINUTE_MS);
    expect(invoked.flatMap(({ event }) => keysOf(event))).toEqual(['a']);
    await call('pipes', 'StartPipe', { Name: 'orders' });
    await runFor(MINUTE_MS);
    expect(invoked.flatMap(({ event }) => keysOf(event))).toEqual(['a', 'b']);
  });

  it('filters raw stream records', async () => {
    const Filters = [{ Pattern: '{"dynamodb":{"NewImage":{"pk":{"S":[{"prefix":"OUTBOX#"}]}}}}' }];
    const { put, start, invoked, runFor } = await stream({ consume: () => undefined }, {}, { SourceParameters: { FilterCriteria: { Filters } } });
    for (const pk of ['a', 'OUTBOX#1', 'b']) await put(pk);
    await start();
    await runFor(MINUTE_MS);
    expect(invoked.flatMap(({ event }) => keysOf(event))).toEqual(['OUTBOX#1']);
  });

  it('tries a failed batch again before the next, and gives it up to the dead-letter queue', async () => {
    const consume = (records: Record_[]) => {
      if (keysOf(records).includes('bad')) throw new Error('no');
    };
    const DeadLetterConfig = { Arn: queueArn('dead') };
    const { call, put, start, invoked, runFor, bodies } = await stream({ consume }, { BatchSize: 1, MaximumRetryAttempts: 2, DeadLetterConfig });
    await call('sqs', 'CreateQueue', { QueueName: 'dead' });
    for (const pk of ['a', 'bad', 'c']) await put(pk);
    await start();
    await runFor(HOUR_MS);
    expect(invoked.map(({ event }) => keysOf(event).join())).toEqual(['a', 'bad', 'bad', 'bad', 'c']);
    const [letter] = (await bodies('dead')).map((body) => JSON.parse(body));
    expect(letter).toMatchObject({
      context: { partnerResourceArn: 'arn:aws:pipes:us-east-1:111111111111:pipe/orders', condition: 'RetryAttemptsExhausted' },
      DDBStreamBatchInfo: { batchSize: 1 },
    });
  });

  it('halves a failed batch until the bad record stands alone', async () => {
    const consume = (records: Record_[]) => {
      if (keysOf(records).includes('bad')) throw new Error('no');
    };
    const { put, start, invoked, runFor } = await stream({ consume }, { OnPartialBatchItemFailure: 'AUTOMATIC_BISECT', MaximumRetryAttempts: 0 });
    for (const pk of ['a', 'b', 'bad', 'd']) await put(pk);
    await start();
    await runFor(HOUR_MS);
    expect(invoked.map(({ event }) => keysOf(event))).toEqual([['a', 'b', 'bad', 'd'], ['a', 'b'], ['bad', 'd'], ['bad'], ['d']]);
  });

  it('goes on from the first record that the function reports', async () => {
    let isFirst = true;
    const consume = (records: (Record_ & { dynamodb: { SequenceNumber: string } })[]) => {
      if (!isFirst) return undefined;
      isFirst = false;
      return { batchItemFailures: [{ itemIdentifier: records[1]?.dynamodb.SequenceNumber }] };
    };
    const { put, start, invoked, runFor } = await stream({ consume });
    for (const pk of ['a', 'b', 'c']) await put(pk);
    await start();
    await runFor(MINUTE_MS);
    expect(invoked.map(({ event }) => keysOf(event))).toEqual([
      ['a', 'b', 'c'],
      ['b', 'c'],
    ]);
  });

  it('gives up records that are too old', async () => {
    const consume = () => {
      throw new Error('no');
    };
    const { put, start, runFor, entries } = await stream({ consume }, { MaximumRecordAgeInSeconds: 120 });
    await put('a');
    await start();
    await runFor(HOUR_MS);
    expect(entries('records-dropped')).toMatchObject([{ detail: { condition: 'RecordAgeExceeded' } }]);
  });

  it('holds back what comes after a record that a queue does not take', async () => {
    const { call, put, start, runFor, bodies } = await stream(
      {},
      {},
      { Target: queueArn('out'), TargetParameters: { InputTemplate: '<$.dynamodb.NewImage.pk.S>' } },
    );
    for (const pk of ['a', 'b']) await put(pk);
    await start();
    await runFor(MINUTE_MS);
    await call('sqs', 'CreateQueue', { QueueName: 'out' });
    await runFor(10 * MINUTE_MS);
    expect((await bodies('out')).sort()).toEqual(['a', 'b']);
  });
});
