import { describe, expect, it } from 'vitest';
import { createWorld, queueArn, type Script, START_MS } from './world.ts';

interface SqsEvent {
  readonly Records: { readonly messageId: string; readonly body: string; readonly attributes: Record<string, string> }[];
}

const bodies = (event: unknown): string[] => (event as SqsEvent).Records.map(({ body }) => body);

/** A queue with a dead-letter queue, and a mapping on it. */
async function mapped(script: Script, mapping: object = {}, options: { queue?: Record<string, string>; name?: string; concurrencyMax?: number } = {}) {
  const { name = 'orders', queue = {}, concurrencyMax } = options;
  const world = createWorld({ functions: { work: script }, ...(concurrencyMax !== undefined && { concurrencyMax }) });
  const suffix = name.endsWith('.fifo') ? '.fifo' : '';
  const fifo = suffix === '' ? {} : { FifoQueue: 'true', ContentBasedDeduplication: 'true' };
  await world.createQueue(`dead${suffix}`, fifo);
  const redrive = JSON.stringify({ deadLetterTargetArn: queueArn(`dead${suffix}`), maxReceiveCount: 3 });
  await world.createQueue(name, { VisibilityTimeout: '10', RedrivePolicy: redrive, ...fifo, ...queue });
  const { UUID: uuid } = await world.lambda('CreateEventSourceMapping', { FunctionName: 'work', EventSourceArn: queueArn(name), ...mapping });
  return { ...world, uuid: uuid as string };
}

const reports = { FunctionResponseTypes: ['ReportBatchItemFailures'] };
const failing =
  (test: (body: string) => boolean): Script =>
  (event: SqsEvent) => ({
    batchItemFailures: event.Records.filter(({ body }) => test(body)).map(({ messageId }) => ({ itemIdentifier: messageId })),
  });

describe('a queue mapping', () => {
  it("brings messages at once, as the function's role, and deletes them", async () => {
    const world = await mapped(() => 'ok');
    await world.advance(5000);
    await world.sendMessage('orders', { n: 1 }, { MessageAttributes: { kind: { DataType: 'String', StringValue: 'new' } } });
    await world.advance(1);
    expect(world.invocations).toHaveLength(1);
    expect(world.invocations[0]).toMatchObject({
      atMs: START_MS + 5000,
      event: {
        Records: [
          {
            body: '{"n":1}',
            eventSource: 'aws:sqs',
            eventSourceARN: queueArn('orders'),
            awsRegion: 'eu-west-1',
            messageAttributes: { kind: { stringValue: 'new', dataType: 'String' } },
          },
        ],
      },
    });
    expect(await world.depth('orders')).toBe(0);
    const receive = [...world.kernel.journal.since(0)].find(({ kind }) => kind === 'ReceiveMessage');
    expect(receive?.detail['principal']).toBe('arn:aws:sts::111122223333:assumed-role/work-role/work');
  });

  it('waits with one long poll, and does not ask in a circle', async () => {
    const world = await mapped(() => 'ok');
    await world.advance(60_000);
    const polls = [...world.kernel.journal.since(0)].filter(({ kind }) => kind === 'ReceiveMessage');
    expect(polls.length).toBeLessThanOrEqual(4);
  });

  it('journals start and end of the invocation with the messages in it', async () => {
    const world = await mapped(() => 'ok');
    const { MessageId: id } = await world.sendMessage('orders', 'a');
    await world.advance(1);
    const [started] = world.entries('invocation-started');
    expect(started).toMatchObject({ arn: 'arn:aws:lambda:eu-west-1:111122223333:function:work', detail: { trigger: queueArn('orders'), records: [id] } });
    expect(world.entries('invocation-ended')[0]).toMatchObject({ cause: started?.sequence, detail: { outcome: 'succeeded' } });
  });

  it('leaves what a failing function did not do, until it is dead-lettered', async () => {
    const world = await mapped(() => {
      throw new Error('broken');
    });
    await world.sendMessage('orders', 'poison');
    await world.advance(120_000);
    expect(world.invocations).toHaveLength(3);
    expect(await world.drain('dead')).toEqual(['poison']);
    expect(world.metric('Errors')).toEqual([1, 1, 1]);
  });

  it('deletes all but the reported messages', async () => {
    const world = await mapped(
      failing((body) => body === 'b'),
      { ...reports, MaximumBatchingWindowInSeconds: 1 },
    );
    for (const body of ['a', 'b', 'c']) await world.sendMessage('orders', body);
    await world.advance(2000);
    expect(await world.depth('orders')).toBe(1);
    await world.advance(120_000);
    expect(await world.drain('dead')).toEqual(['b']);
    expect(world.entries('batch-failed-items')[0]?.detail).toMatchObject({ records: 3, failed: [expect.any(String)] });
  });

  const answers = [
    { name: 'nothing', answer: undefined, left: 0 },
    { name: 'an empty list', answer: { batchItemFailures: [] }, left: 0 },
    { name: 'a null list', answer: { batchItemFailures: null }, left: 0 },
    { name: 'another object', answer: { ok: true }, left: 0 },
    { name: 'an unknown identifier', answer: { batchItemFailures: [{ itemIdentifier: 'unknown' }] }, left: 2 },
    { name: 'an empty identifier', answer: { batchItemFailures: [{ itemIdentifier: '' }] }, left: 2 },
    { name: 'a null identifier', answer: { batchItemFailures: [{ itemIdentifier: null }] }, left: 2 },
    { name: 'a misspelt key', answer: { batchItemFailures: [{ itemIdentifer: 'x' }] }, left: 2 },
    { name: 'text', answer: 'done', left: 2 },
  ];
  for (const { name, answer, left } of answers) {
    it(`takes ${name} for ${left === 0 ? 'success' : 'failure of the whole batch'}`, async () => {
      const world = await mapped(() => answer, { ...reports, MaximumBatchingWindowInSeconds: 1 });
      for (const body of ['a', 'b']) await world.sendMessage('orders', body);
      await world.advance(2000);
      expect(await world.depth('orders')).toBe(left);
    });
  }

  it('ignores reported failures where it was not told to look', async () => {
    const world = await mapped(failing(() => true));
    await world.sendMessage('orders', 'a');
    await world.advance(1);
    expect(await world.depth('orders')).toBe(0);
  });

  it('deletes messages that its filters do not let pass', async () => {
    const Filters = [{ Pattern: JSON.stringify({ body: { type: ['OrderPlaced'] } }) }];
    const world = await mapped(() => 'ok', { FilterCriteria: { Filters }, MaximumBatchingWindowInSeconds: 1 });
    for (const body of [{ type: 'OrderPlaced' }, { type: 'Other' }, 'no json']) await world.sendMessage('orders', body);
    await world.advance(2000);
    expect(world.invocations.map(({ event }) => bodies(event))).toEqual([['{"type":"OrderPlaced"}']]);
    expect(await world.depth('orders')).toBe(0);
    expect(world.entries('records-filtered')[0]?.detail['records']).toHaveLength(2);
  });

  it('gathers a batch until it is full or its window ends', async () => {
    const world = await mapped(() => 'ok', { BatchSize: 25, MaximumBatchingWindowInSeconds: 5 });
    for (let n = 0; n < 30; n += 1) await world.sendMessage('orders', String(n));
    await world.advance(10_000);
    expect(world.invocations.map(({ event }) => bodies(event).length)).toEqual([25, 5]);
    expect((world.invocations[1]?.atMs ?? 0) - START_MS).toBeGreaterThanOrEqual(5000);
  });

  it('runs no more at once than its maximum concurrency', async () => {
    const script: Script = (_event, { code }) => world.kernel.until(world.kernel.nowMs() + 1000, code.functionName);
    const world = await mapped(script, { BatchSize: 1, ScalingConfig: { MaximumConcurrency: 3 } });
    for (let n = 0; n < 12; n += 1) await world.sendMessage('orders', String(n));
    await world.advance(20_000);
    expect(world.invocations).toHaveLength(12);
    expect(world.peak.running).toBe(3);
  });

  it('receives nothing that no context could take', async () => {
    const script: Script = () => world.kernel.until(world.kernel.nowMs() + 1000, 'work');
    const world = await mapped(script, { BatchSize: 1 }, { concurrencyMax: 2 });
    for (let n = 0; n < 8; n += 1) await world.sendMessage('orders', String(n));
    await world.advance(500);
    const received = [...world.kernel.journal.since(0)].filter(({ kind }) => kind === 'ReceiveMessage').length;
    expect(world.peak.running).toBe(2);
    expect(received).toBeLessThanOrEqual(2);
    await world.advance(9000);
    expect(await world.depth('orders')).toBe(0);
  });

  it('keeps one batch of a group at a time, in order', async () => {
    let running = 0;
    const script: Script = async (event: SqsEvent) => {
      running += 1;
      if (event.Records.some(({ attributes }) => attributes['MessageGroupId'] === 'g')) expect(running).toBe(1);
      await world.kernel.until(world.kernel.nowMs() + 500, 'work');
      running -= 1;
    };
    const world = await mapped(script, { BatchSize: 2 }, { name: 'orders.fifo' });
    for (let n = 0; n < 6; n += 1) await world.sendMessage('orders.fifo', String(n), { MessageGroupId: 'g' });
    await world.advance(10_000);
    expect(world.invocations.flatMap(({ event }) => bodies(event))).toEqual(['0', '1', '2', '3', '4', '5']);
  });

  it('leaves messages of a throttled function to their visibility timeout', async () => {
    const world = await mapped(() => 'ok');
    await world.lambda('PutFunctionConcurrency', { FunctionName: 'work', ReservedConcurrentExecutions: 0 });
    await world.sendMessage('orders', 'a');
    await world.advance(5000);
    expect(world.invocations).toHaveLength(0);
    expect(world.metric('Throttles')).toEqual([1]);
    await world.lambda('DeleteFunctionConcurrency', { FunctionName: 'work' });
    await world.advance(10_000);
    expect(world.invocations).toHaveLength(1);
  });

  it('stops when it is disabled or deleted', async () => {
    const world = await mapped(() => 'ok');
    await world.lambda('UpdateEventSourceMapping', { UUID: world.uuid, Enabled: false });
    await world.sendMessage('orders', 'a');
    await world.advance(30_000);
    expect(world.invocations).toHaveLength(0);
    await world.lambda('UpdateEventSourceMapping', { UUID: world.uuid, Enabled: true });
    await world.advance(1);
    expect(world.invocations).toHaveLength(1);
    expect((await world.lambda('DeleteEventSourceMapping', { UUID: world.uuid })).State).toBe('Deleting');
    await world.sendMessage('orders', 'b');
    await world.advance(30_000);
    expect(world.invocations).toHaveLength(1);
  });

  it('says what keeps it from receiving, once, and tries later and later', async () => {
    const world = createWorld({ functions: { work: () => 'ok' } });
    const { UUID: uuid } = await world.lambda('CreateEventSourceMapping', { FunctionName: 'work', EventSourceArn: queueArn('later') });
    await world.advance(120_000);
    expect(world.entries('mapping-problem')).toHaveLength(1);
    expect(world.state.runningMappings.get(uuid)?.lastResult).toContain('PROBLEM');
    expect([...world.kernel.journal.since(0)].filter(({ kind }) => kind === 'ReceiveMessage').length).toBeLessThan(15);
    await world.createQueue('later');
    await world.sendMessage('later', 'a');
    await world.advance(60_000);
    expect(world.invocations).toHaveLength(1);
  });
});

describe('settings of a queue mapping', () => {
  const cases = [
    { name: 'a batch over ten without a window', input: { BatchSize: 11 }, error: 'Maximum batch window' },
    { name: 'a starting position', input: { StartingPosition: 'LATEST' }, error: 'Unsupported parameter' },
    { name: 'a filter that is no pattern', input: { FilterCriteria: { Filters: [{ Pattern: '[]' }] } }, error: 'Invalid filter pattern' },
    { name: 'too little concurrency', input: { ScalingConfig: { MaximumConcurrency: 1 } }, error: 'maximumConcurrency' },
    { name: 'provisioned pollers', input: { ProvisionedPollerConfig: {} }, error: 'ProvisionedPollerConfig' },
    { name: 'another kind of source', input: { EventSourceArn: 'arn:aws:kafka:eu-west-1:1:cluster/c' }, error: 'kafka' },
  ];
  for (const { name, input, error } of cases) {
    it(`may not be ${name}`, async () => {
      const world = createWorld({ functions: { work: () => 'ok' } });
      await expect(world.lambda('CreateEventSourceMapping', { FunctionName: 'work', EventSourceArn: queueArn('q'), ...input })).rejects.toThrow(error);
    });
  }
});
