import { describe, expect, it } from 'vitest';
import { STREAM_ARN, streamSource } from './stream-source.ts';
import { createWorld, type MemoryStore, memoryStore, queueArn, type Script, START_MS } from './world.ts';

interface StreamEvent {
  readonly Records: { readonly eventName: string; readonly dynamodb: { readonly SequenceNumber: string; readonly Keys: { pk: { S: string } } } }[];
}

const ids = (event: unknown): string[] => (event as StreamEvent).Records.map(({ dynamodb }) => dynamodb.Keys.pk.S);
const reports = { FunctionResponseTypes: ['ReportBatchItemFailures'] };

async function mapped(work: Script, mapping: object = {}, options: { source?: ReturnType<typeof streamSource>; store?: MemoryStore } = {}) {
  const source = options.source ?? streamSource();
  const world = createWorld({ functions: { work }, services: [source.service], ...(options.store && { store: options.store }) });
  await world.createQueue('failures');
  if (world.state.mappings.size === 0) {
    await world.lambda('CreateEventSourceMapping', { FunctionName: 'work', EventSourceArn: STREAM_ARN, StartingPosition: 'TRIM_HORIZON', ...mapping });
  }
  return { ...world, source };
}

const batches = (world: { invocations: readonly { event: unknown }[] }): string[][] => world.invocations.map(({ event }) => ids(event));

describe('a stream mapping', () => {
  it('brings records as soon as there are any, in the shape that functions know', async () => {
    const world = await mapped(() => 'ok');
    await world.advance(1000);
    world.source.change('a');
    await world.advance(1);
    expect(world.invocations).toMatchObject([
      {
        atMs: START_MS + 1000,
        event: {
          Records: [
            {
              eventID: 'e1',
              eventName: 'INSERT',
              eventSourceARN: STREAM_ARN,
              dynamodb: {
                ApproximateCreationDateTime: (START_MS + 1000) / 1000,
                Keys: { pk: { S: 'a' } },
                NewImage: { bytes: { B: 'AQI=' } },
                SequenceNumber: '101',
              },
            },
          ],
        },
      },
    ]);
    expect(world.metric('IteratorAge')).toEqual([0]);
  });

  it('asks for nothing while nothing is new', async () => {
    const world = await mapped(() => 'ok');
    await world.advance(1);
    const before = world.kernel.journal.lastSequence;
    await world.advance(3_600_000);
    expect(world.kernel.journal.lastSequence).toBe(before);
  });

  it('begins at the trim horizon, or with what comes next', async () => {
    const early = streamSource();
    const world = await mapped(() => 'ok', {}, { source: early });
    early.change('a');
    await world.advance(1);
    expect(batches(world)).toEqual([['a']]);
    const late = streamSource();
    late.change('old');
    const second = await mapped(() => 'ok', { StartingPosition: 'LATEST' }, { source: late });
    await second.advance(1);
    late.change('new');
    await second.advance(1);
    expect(batches(second)).toEqual([['new']]);
  });

  it('keeps order, and cuts batches to their size', async () => {
    const world = await mapped(() => world.kernel.until(world.kernel.nowMs() + 10, 'work'), { BatchSize: 3 });
    for (let n = 0; n < 8; n += 1) world.source.change(String(n));
    await world.advance(1000);
    expect(batches(world)).toEqual([
      ['0', '1', '2'],
      ['3', '4', '5'],
      ['6', '7'],
    ]);
    expect(world.peak.running).toBe(1);
  });

  it('waits for its batching window', async () => {
    const world = await mapped(() => 'ok', { MaximumBatchingWindowInSeconds: 5 });
    world.source.change('a');
    await world.advance(2000);
    world.source.change('b');
    await world.advance(10_000);
    expect(world.invocations).toMatchObject([{ atMs: START_MS + 5000 }]);
    expect(batches(world)).toEqual([['a', 'b']]);
  });

  it('skips what its filters do not let pass', async () => {
    const Filters = [{ Pattern: JSON.stringify({ eventName: ['INSERT'], dynamodb: { NewImage: { value: { S: [{ prefix: 'out' }] } } } }) }];
    const world = await mapped(() => 'ok', { FilterCriteria: { Filters } });
    world.source.change('a', { value: 'outbox' });
    world.source.change('b', { value: 'state' });
    world.source.change('c', { value: 'outbox', eventName: 'REMOVE' });
    await world.advance(1);
    expect(batches(world)).toEqual([['a']]);
    expect([...world.state.checkpoints.values()]).toEqual([{ sequenceNumber: '103', isClosed: false }]);
  });

  it('tries a failing batch again, later and later, and holds up what follows', async () => {
    let fails = 3;
    const world = await mapped(
      () => {
        fails -= 1;
        if (fails >= 0) throw new Error('not yet');
      },
      { BatchSize: 1 },
    );
    world.source.change('a');
    world.source.change('b');
    await world.advance(60_000);
    expect(batches(world)).toEqual([['a'], ['a'], ['a'], ['a'], ['b']]);
    const [first = 0, second = 0, third = 0, fourth = 0] = world.invocations.map(({ atMs }) => atMs);
    expect(second - first).toBeGreaterThan(0);
    expect(third - second).toBeGreaterThan(second - first);
    expect(fourth - third).toBeGreaterThan(third - second);
  });

  it('gives a batch up after its retries, and tells where it lay', async () => {
    const world = await mapped(
      (event) => {
        if (ids(event).includes('poison')) throw new Error('no');
      },
      { BatchSize: 2, MaximumRetryAttempts: 2, DestinationConfig: { OnFailure: { Destination: queueArn('failures') } } },
    );
    const first = world.source.change('poison');
    const last = world.source.change('b');
    world.source.change('c');
    await world.advance(60_000);
    expect(batches(world)).toEqual([['poison', 'b'], ['poison', 'b'], ['poison', 'b'], ['c']]);
    const [text = ''] = await world.drain('failures');
    expect(JSON.parse(text)).toMatchObject({
      version: '1.0',
      requestContext: { condition: 'RetryAttemptsExhausted', approximateInvokeCount: 3, functionArn: 'arn:aws:lambda:eu-west-1:111122223333:function:work' },
      responseContext: { functionError: 'Unhandled' },
      DDBStreamBatchInfo: { shardId: 'shard-1', startSequenceNumber: first, endSequenceNumber: last, batchSize: 2, streamArn: STREAM_ARN },
    });
    expect(text).not.toContain('poison');
  });

  it('halves a failing batch until the record at fault is alone', async () => {
    const world = await mapped(
      (event) => {
        if (ids(event).includes('poison')) throw new Error('no');
      },
      { BatchSize: 4, BisectBatchOnFunctionError: true, MaximumRetryAttempts: 1 },
    );
    for (const id of ['a', 'b', 'poison', 'd']) world.source.change(id);
    await world.advance(60_000);
    expect(batches(world)).toEqual([['a', 'b', 'poison', 'd'], ['a', 'b'], ['poison', 'd'], ['poison'], ['poison'], ['d']]);
    expect(world.entries('records-dropped')).toMatchObject([{ detail: { records: ['103'] } }]);
  });

  it('goes on at the lowest reported record: those before it have ended, those after it come again', async () => {
    let isFirst = true;
    const world = await mapped((event: StreamEvent) => {
      if (!isFirst) return undefined;
      isFirst = false;
      return { batchItemFailures: [event.Records[3], event.Records[1]].map((record) => ({ itemIdentifier: record?.dynamodb.SequenceNumber })) };
    }, reports);
    for (const id of ['a', 'b', 'c', 'd']) world.source.change(id);
    await world.advance(10_000);
    expect(batches(world)).toEqual([
      ['a', 'b', 'c', 'd'],
      ['b', 'c', 'd'],
    ]);
  });

  it('takes an unknown sequence number for failure of the whole batch', async () => {
    let isFirst = true;
    const world = await mapped(() => {
      const answer = isFirst ? { batchItemFailures: [{ itemIdentifier: '999' }] } : undefined;
      isFirst = false;
      return answer;
    }, reports);
    world.source.change('a');
    await world.advance(10_000);
    expect(batches(world)).toEqual([['a'], ['a']]);
  });

  it('gives up records that are too old', async () => {
    const world = await mapped(
      () => {
        throw new Error('no');
      },
      { MaximumRecordAgeInSeconds: 60, DestinationConfig: { OnFailure: { Destination: queueArn('failures') } } },
    );
    world.source.change('a');
    await world.advance(300_000);
    expect((await world.drain('failures')).map((text) => JSON.parse(text).requestContext.condition)).toEqual(['RecordAgeExceeded']);
    expect([...world.state.checkpoints.values()][0]?.sequenceNumber).toBe('101');
  });

  it('runs several batches of a shard at once, but never two with one key', async () => {
    const running = new Map<string, number>();
    const world = await mapped(
      async (event: StreamEvent) => {
        for (const id of new Set(ids(event))) {
          running.set(id, (running.get(id) ?? 0) + 1);
          expect(running.get(id)).toBe(1);
        }
        await world.kernel.until(world.kernel.nowMs() + 100, 'work');
        for (const id of new Set(ids(event))) running.set(id, (running.get(id) ?? 1) - 1);
      },
      { ParallelizationFactor: 4, BatchSize: 5 },
    );
    for (let n = 0; n < 60; n += 1) world.source.change(`key-${n % 12}`, { value: String(n) });
    await world.advance(20_000);
    expect(world.entries('invocation-ended').every(({ detail }) => detail['outcome'] === 'succeeded')).toBe(true);
    expect(world.peak.running).toBeGreaterThan(1);
    expect(world.peak.running).toBeLessThanOrEqual(4);
    expect(world.invocations.flatMap(({ event }) => ids(event))).toHaveLength(60);
    const ofKey = world.invocations.flatMap(({ event }) => (event as StreamEvent).Records).filter(({ dynamodb }) => dynamodb.Keys.pk.S === 'key-3');
    const numbers = ofKey.map(({ dynamodb }) => Number(dynamodb.SequenceNumber));
    expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
    expect([...world.state.checkpoints.values()][0]?.sequenceNumber).toBe('160');
  });

  it('goes on from its checkpoint after a crash: nothing is lost, what was in work comes again', async () => {
    const store = memoryStore();
    const source = streamSource();
    const before = await mapped((event) => (ids(event).includes('c') ? new Promise(() => {}) : undefined), { BatchSize: 2 }, { source, store });
    for (const id of ['a', 'b', 'c', 'd']) source.change(id);
    await before.advance(1);
    expect(batches(before)).toEqual([
      ['a', 'b'],
      ['c', 'd'],
    ]);
    const after = await mapped(() => 'ok', {}, { source, store: store.crash() });
    source.change('e');
    await after.advance(1);
    expect(batches(after).flat()).toEqual(['c', 'd', 'e']);
  });

  it('that begins with the latest record misses none over a crash before the first', async () => {
    const later = streamSource();
    const begun = memoryStore();
    const first = await mapped(() => 'ok', { StartingPosition: 'LATEST' }, { source: later, store: begun });
    await first.advance(10);
    const crashed = begun.crash();
    later.change('after the crash');
    const second = await mapped(() => 'ok', {}, { source: later, store: crashed });
    await second.advance(100);
    expect(batches(second)).toEqual([['after the crash']]);
  });

  it('reads a parent shard wholly before its child', async () => {
    const source = streamSource({ child: { parent: 'parent', records: [] }, parent: { isClosed: true, records: [] } });
    const world = await mapped(() => world.kernel.until(world.kernel.nowMs() + 50, 'work'), { BatchSize: 1 }, { source });
    source.change('new', { shardId: 'child' });
    source.change('old-1', { shardId: 'parent' });
    source.change('old-2', { shardId: 'parent' });
    await world.advance(10_000);
    expect(batches(world)).toEqual([['old-1'], ['old-2'], ['new']]);
  });

  describe('with a tumbling window', () => {
    interface WindowEvent extends StreamEvent {
      readonly window: { readonly start: string; readonly end: string };
      readonly state: { readonly count?: number };
      readonly isFinalInvokeForWindow: boolean;
      readonly shardId: string;
    }
    const count: Script = (event: WindowEvent) => ({ state: { count: (event.state.count ?? 0) + event.Records.length } });
    const seen = (world: { invocations: readonly { event: unknown }[] }) =>
      world.invocations.map(({ event }) => {
        const { window, state, isFinalInvokeForWindow: isFinal, Records } = event as WindowEvent;
        return { from: window.start.slice(14, 19), count: state.count ?? 0, records: Records.length, isFinal };
      });

    it('hands the state on within a window, and ends it with a final invocation', async () => {
      const world = await mapped(count, { TumblingWindowInSeconds: 60 });
      for (const [id, ms] of [
        ['a', 10_000],
        ['b', 30_000],
        ['c', 30_000],
      ] as const) {
        world.source.change(id);
        await world.advance(ms);
      }
      await world.advance(60_000);
      expect(seen(world)).toEqual([
        { from: '00:00', count: 0, records: 1, isFinal: false },
        { from: '00:00', count: 1, records: 1, isFinal: false },
        { from: '00:00', count: 2, records: 1, isFinal: false },
        { from: '00:00', count: 3, records: 0, isFinal: true },
      ]);
      await world.advance(600_000);
      expect(world.invocations).toHaveLength(4);
    });

    it('keeps the window over a crash', async () => {
      const store = memoryStore();
      const source = streamSource();
      const before = await mapped(count, { TumblingWindowInSeconds: 60 }, { source, store });
      source.change('a');
      source.change('b');
      await before.advance(10_000);
      const after = await mapped(count, {}, { source, store: store.crash() });
      await after.advance(120_000);
      expect(seen(after)).toEqual([{ from: '00:00', count: 2, records: 0, isFinal: true }]);
    });

    it('ends a window before the records of the next, and tries that again where it fails', async () => {
      let fails = 1;
      const world = await mapped(
        (event: WindowEvent, invocation) => {
          if (event.isFinalInvokeForWindow && fails > 0) {
            fails -= 1;
            throw new Error('not yet');
          }
          return count(event, invocation);
        },
        { TumblingWindowInSeconds: 60 },
      );
      world.source.change('a');
      await world.advance(59_999);
      world.source.change('b');
      await world.advance(1);
      world.source.change('c');
      await world.advance(10_000);
      expect(seen(world)).toEqual([
        { from: '00:00', count: 0, records: 1, isFinal: false },
        { from: '00:00', count: 1, records: 1, isFinal: false },
        { from: '00:00', count: 2, records: 0, isFinal: true },
        { from: '00:00', count: 2, records: 0, isFinal: true },
        { from: '01:00', count: 0, records: 1, isFinal: false },
      ]);
    });
  });

  it('needs a starting position', async () => {
    await expect(mapped(() => 'ok', { StartingPosition: undefined })).rejects.toThrow('startingPosition');
  });
});
