import type { Context } from 'aws-lambda';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ConsumerHandler, consumer } from '../../../functions/backbone/consumer.ts';
import { defineAggregate } from '../../../functions/backbone/event-store/aggregate.ts';
import { history, load } from '../../../functions/backbone/event-store/load.ts';
import { tableReader } from '../../../functions/backbone/table.ts';
import { OrderPlaced, StockReceived } from '../../../schemas/index.ts';
import { batchOf, bodyOf, CONTEXT, newWorld, orderEnvelope, sqsRecord, type World } from './world.ts';

const ON = [OrderPlaced.v1] as const;
type Handle = ConsumerHandler<(typeof ON)[number]>;

/** Remembers who has written, in order. */
const Shelf = defineAggregate({
  type: 'Shelf',
  events: [StockReceived.v1],
  initial: [] as readonly number[],
  evolve: (quantities, { data }) => [...quantities, data.quantity],
  snapshotEvery: 7,
});

/** Everybody writes to the one shelf. */
const stack: Handle = async ({ data }, work) => {
  const loaded = await work.load(Shelf, 's1');
  work.append(Shelf, loaded, [StockReceived.v1({ sku: 's1', quantity: Number(data.orderId), receivedAt: work.now })]);
};

const bodies = (count: number): string[] => Array.from({ length: count }, (_, index) => bodyOf(orderEnvelope(String(index + 1))));

const run = (world: World, handle: Handle, texts: readonly string[], context: Context = CONTEXT) =>
  consumer({ name: 'orders', on: ON, onReplay: 'skip', concurrency: 20 }, handle, world.ports)(batchOf(...texts.map((text) => sqsRecord(text))), context);

const hidden = (world: World) => world.sqs.inputs('ChangeMessageVisibility').map((input) => Number(input['VisibilityTimeout']));

describe('writers that conflict', () => {
  it('have all appended in their first receive, however they were interleaved: 20 on one aggregate', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.double({ min: 0, max: 0.999, noNaN: true }), { minLength: 1, maxLength: 50 }), async (chances) => {
        const world = newWorld();
        let next = 0;
        const ports = Object.assign(world.ports, { random: () => chances[next++ % chances.length] ?? 0 });
        const answer = await run({ ...world, ports }, stack, bodies(20));
        expect(answer).toEqual({ batchItemFailures: [] });
        expect(hidden(world)).toEqual([]);
        const reader = tableReader(world.ports);
        const { version, state } = await load(reader, Shelf, 's1');
        expect(version).toBe(20);
        expect([...state].sort((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, index) => index + 1));
        const sequences: number[] = [];
        for await (const { sequence } of history(reader, Shelf, 's1')) sequences.push(Number(sequence));
        expect(sequences).toEqual(Array.from({ length: 20 }, (_, index) => index + 1));
      }),
      { numRuns: 30 },
    );
  });

  /** Somebody else is always faster. */
  const overtaken: Handle = (_, work) => work.put({ pk: 'a', sk: 'a' }, { condition: { expression: 'attribute_exists(pk)' } });

  it('that lose for a quarter of a minute come back within moments, however often they were received', async () => {
    for (const receiveCount of [1, 4]) {
      const world = newWorld();
      const startMs = world.nowMs;
      const record = sqsRecord(bodies(1)[0] ?? '', { receiveCount });
      const answer = await consumer({ name: 'orders', on: ON, onReplay: 'skip' }, overtaken, world.ports)(batchOf(record), CONTEXT);
      expect(answer.batchItemFailures).toHaveLength(1);
      expect((world.nowMs - startMs) / 1000).toBeGreaterThan(14);
      expect((world.nowMs - startMs) / 1000).toBeLessThanOrEqual(15);
      expect(hidden(world)).toEqual([2]);
    }
  });

  it('leave the invocation the time to answer', async () => {
    const world = newWorld();
    const endMs = world.nowMs + 5_000;
    const context = { awsRequestId: 'request', getRemainingTimeInMillis: () => endMs - world.nowMs } as Context;
    expect((await run(world, overtaken, bodies(1), context)).batchItemFailures).toHaveLength(1);
    expect(endMs - world.nowMs).toBeGreaterThanOrEqual(2_000);
  });

  it('do not go up a retry ladder: nothing failed', async () => {
    const rungs = [{ queueUrl: 'http://queues/q-retry-0', delaySeconds: 30 }];
    const world = newWorld({ RETRY_LADDER: JSON.stringify({ rungs, defects: 'climb' }) });
    expect((await run(world, overtaken, bodies(1))).batchItemFailures).toHaveLength(1);
    expect(world.sqs.inputs('SendMessage')).toEqual([]);
    expect(hidden(world)).toEqual([2]);
  });
});
