import type { KinesisStreamEvent, KinesisStreamRecord } from 'aws-lambda';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { type ConsumerHandler, consumer } from '../../../functions/backbone/consumer.ts';
import { RetryableError, TerminalError } from '../../../functions/backbone/errors.ts';
import { OrderPlaced } from '../../../schemas/index.ts';
import { batchOf, CONTEXT, newWorld, orderEnvelope, sqsRecord, type World } from './world.ts';

const ON = [OrderPlaced.v1] as const;
type Handle = ConsumerHandler<(typeof ON)[number]>;

let world: World;
/** Ids of events that took effect, by partition key, in order. */
let effects: Map<string, string[]>;
/** What the handler throws on an event. */
let failure: (id: string, attempt: number) => Error | undefined;
/** Messages of the dead-letter queue. */
let letters: { readonly body: string; readonly attributes: Record<string, string> }[];

const handle: Handle = (event, work, { number }) => {
  const error = failure(event.id, number);
  if (error) throw error;
  work.put({ pk: `SEEN#${event.id}`, sk: 'SEEN', key: event.partitionkey });
};

beforeEach(() => {
  world = newWorld({ ORDERED_BY: 'key', MAX_RECEIVE_COUNT: '2' });
  effects = new Map();
  failure = () => undefined;
  letters = [];
  world.table.after = (operation) => {
    if (operation !== 'TransactWriteItems') return;
    for (const { pk, sk, key } of world.table.items()) {
      const id = String(pk).slice('SEEN#'.length);
      const seen = effects.get(String(key)) ?? [];
      if (sk === 'SEEN' && !seen.includes(id)) effects.set(String(key), [...seen, id]);
    }
  };
  world.sqs.answer = ({ operation, input }) => {
    if (operation !== 'SendMessage') return {};
    const attributes = Object.entries(input['MessageAttributes'] as Record<string, { StringValue: string }>).map(([name, { StringValue }]) => [
      name,
      StringValue,
    ]);
    letters.push({ body: String(input['MessageBody']), attributes: Object.fromEntries(attributes) as Record<string, string> });
    return {};
  };
});

function record(sequence: number, id: string, key: string, changes: Record<string, unknown> = {}): KinesisStreamRecord {
  return textRecord(sequence, JSON.stringify(orderEnvelope(key, { id, ...changes })), key);
}

function textRecord(sequence: number, text: string, partitionKey: string): KinesisStreamRecord {
  return {
    eventID: `shardId-000000000000:${sequence}`,
    eventName: 'aws:kinesis:record',
    eventSource: 'aws:kinesis',
    eventSourceARN: 'arn:aws:kinesis:eu-central-1:000000000000:stream/events',
    eventVersion: '1.0',
    awsRegion: 'eu-central-1',
    invokeIdentityArn: 'arn:aws:iam::000000000000:role/r',
    kinesis: {
      approximateArrivalTimestamp: 1,
      data: Buffer.from(text).toString('base64'),
      kinesisSchemaVersion: '1.0',
      partitionKey,
      sequenceNumber: String(sequence),
    },
  };
}

const target = () => consumer({ name: 'projector', on: ON, onReplay: 'rebuild' }, handle, world.ports);
const run = (...Records: KinesisStreamRecord[]) => target()({ Records } satisfies KinesisStreamEvent, CONTEXT);
/** Sends letters again, as a redrive does. */
const redrive = (all: typeof letters, receiveCount = 1) =>
  target()(batchOf(...all.map(({ body, attributes }) => sqsRecord(body, { attributes, receiveCount, sentMs: world.nowMs }))), CONTEXT);
const DONE = { batchItemFailures: [] };
const stopsAt = (sequence: number) => ({ batchItemFailures: [{ itemIdentifier: String(sequence) }] });
const idOf = ({ body }: { readonly body: string }) => (JSON.parse(body) as { id: string }).id;
const parkedItems = () => world.table.items().filter(({ entity }) => entity === 'PARKED' || entity === 'PARKED_KEY');

describe('a consumer of a stream', () => {
  it('handles the records of a key in order, and keys beside each other', async () => {
    await expect(run(record(1, 'a1', 'a'), record(2, 'b1', 'b'), record(3, 'a2', 'a'))).resolves.toEqual(DONE);
    expect(effects).toEqual(
      new Map([
        ['a', ['a1', 'a2']],
        ['b', ['b1']],
      ]),
    );
    expect(parkedItems()).toEqual([]);
  });

  it('skips what it did not declare', async () => {
    await expect(
      run(record(1, 'x', 'a', { type: 'OrderConfirmed' }), record(2, 'y', 'a', { dataschema: 'tickertape:orders/order-placed/v9.0' })),
    ).resolves.toEqual(DONE);
    expect([effects.size, letters.length]).toEqual([0, 0]);
  });

  it('meets a duplicate inside a batch once', async () => {
    let handled = 0;
    failure = () => {
      handled += 1;
      return undefined;
    };
    await expect(run(record(1, 'a1', 'a'), record(2, 'a1', 'a'))).resolves.toEqual(DONE);
    expect(handled).toBe(1);
  });

  it('holds the shard at the lowest record whose error can pass, and goes on with what is counted already', async () => {
    failure = (id) => (id === 'b1' ? new RetryableError('away') : undefined);
    await expect(run(record(1, 'a1', 'a'), record(2, 'b1', 'b'), record(3, 'c1', 'c'), record(4, 'b2', 'b'))).resolves.toEqual(DONE);
    // Its patience of 30 s ended within the invocation.
    expect(letters.map(idOf)).toEqual(['b1', 'b2']);

    world = newWorld({ ORDERED_BY: 'key', PARK_AFTER_SECONDS: '60' });
    world.table.after = () => {};
    const context = { ...CONTEXT, getRemainingTimeInMillis: () => 2_100 };
    const hold = () => target()({ Records: [record(1, 'a1', 'a'), record(2, 'b1', 'b'), record(3, 'b2', 'b')] }, context);
    await expect(hold()).resolves.toEqual(stopsAt(2));
    const after = world.table.get('table', 'PARKED#projector', 'KEY#b');
    expect(after).toMatchObject({ state: 'RETRYING', attempts: 1 });
    world.nowMs += 10_000;
    await expect(hold()).resolves.toEqual(stopsAt(2));
    expect(world.table.get('table', 'PARKED#projector', 'KEY#b')).toMatchObject({
      state: 'RETRYING',
      attempts: 2,
      firstFailedAtMs: after?.['firstFailedAtMs'],
    });
    failure = () => undefined;
    await expect(hold()).resolves.toEqual(DONE);
    expect(world.table.get('table', 'PARKED#projector', 'KEY#b')).toBeUndefined();
  });

  it('dead-letters what is no event without parking anything', async () => {
    await expect(run(textRecord(1, 'no json', 'a'), record(2, 'a1', 'a'))).resolves.toEqual(DONE);
    expect(letters[0]).toMatchObject({ body: 'no json', attributes: { reason: 'malformed', consumer: 'projector' } });
    expect(effects.get('a')).toEqual(['a1']);
    expect(parkedItems()).toEqual([]);
  });
});

describe('a poisoned key', () => {
  const poison = (id: string) => (id === 'a2' ? new TerminalError('no') : undefined);

  it('is parked with all its later records, visibly, while the shard goes on', async () => {
    failure = poison;
    await expect(run(record(1, 'a1', 'a'), record(2, 'a2', 'a'), record(3, 'b1', 'b'), record(10, 'a3', 'a'))).resolves.toEqual(DONE);
    await expect(run(record(11, 'a4', 'a'), record(12, 'b2', 'b'))).resolves.toEqual(DONE);
    expect(effects).toEqual(
      new Map([
        ['a', ['a1']],
        ['b', ['b1', 'b2']],
      ]),
    );
    expect(letters.map((one) => [idOf(one), one.attributes['reason']])).toEqual([
      ['a2', 'business'],
      ['a3', 'parked'],
      ['a4', 'parked'],
    ]);
    expect(world.table.get('index', 'CONSUMER#projector', 'tickertape.orders#a3')).toMatchObject({ status: 'dead', reason: 'parked' });
    expect(world.table.get('table', 'PARKED#projector', 'KEY#a')).toMatchObject({ state: 'PARKED', parked: 3 });
  });

  it('is parked by a defect after its attempts', async () => {
    const attempts: number[] = [];
    failure = (id, attempt) => {
      if (id === 'a1') attempts.push(attempt);
      return id === 'a1' ? new TypeError('of undefined') : undefined;
    };
    await expect(run(record(1, 'a1', 'a'), record(2, 'b1', 'b'))).resolves.toEqual(DONE);
    expect(attempts).toEqual([1, 2, 3]);
    expect(letters[0]?.attributes).toMatchObject({ reason: 'defect', attempts: '3' });
  });

  it('is not lettered twice where its records come again', async () => {
    failure = poison;
    const all = [record(2, 'a2', 'a'), record(3, 'a3', 'a')];
    await run(...all);
    await run(...all);
    expect(letters.map(idOf)).toEqual(['a2', 'a3']);
    expect(world.table.get('table', 'PARKED#projector', 'KEY#a')).toMatchObject({ parked: 2 });
  });

  it('holds the shard where it cannot be parked', async () => {
    failure = poison;
    world.sqs.answer = () => {
      throw new Error('SQS is away');
    };
    await expect(run(record(1, 'b1', 'b'), record(2, 'a2', 'a'), record(3, 'a3', 'a'))).resolves.toEqual(stopsAt(2));
  });

  it('is handled in the order of the stream when it is redriven, whichever letter comes first, and then is no longer parked', async () => {
    failure = poison;
    await run(record(9, 'a2', 'a'), record(10, 'a3', 'a'), record(11, 'a4', 'a'));
    failure = () => undefined;
    const sent = letters.splice(0).reverse();
    await expect(redrive(sent)).resolves.toEqual(DONE);
    expect(effects.get('a')).toEqual(['a2', 'a3', 'a4']);
    expect(parkedItems()).toEqual([]);
    expect(letters).toEqual([]);
    for (const id of ['a2', 'a3', 'a4'])
      expect(world.table.get('index', 'CONSUMER#projector', `tickertape.orders#${id}`)).toMatchObject({ status: 'resolved' });
    await run(record(12, 'a5', 'a'));
    expect(effects.get('a')).toEqual(['a2', 'a3', 'a4', 'a5']);
  });

  it('stays parked where it fails again, and all its letters go back after one failure', async () => {
    failure = poison;
    await run(record(2, 'a2', 'a'), record(3, 'a3', 'a'), record(4, 'a4', 'a'));
    let tried = 0;
    failure = (id) => {
      if (id === 'a2') tried += 1;
      return poison(id);
    };
    const sent = letters.splice(0);
    const messages = [...sent.slice(1), ...sent.slice(0, 1)].map(({ body, attributes }) => sqsRecord(body, { attributes, sentMs: world.nowMs }));
    world.nowMs += 1_000;
    await target()(batchOf(...messages), CONTEXT);
    expect(letters.map((one) => [idOf(one), one.attributes['reason']])).toEqual([
      ['a3', 'parked'],
      ['a4', 'parked'],
      ['a2', 'business'],
    ]);
    // Once for the first letter, once for its own.
    expect(tried).toBe(2);
    expect(effects.get('a')).toBeUndefined();
    expect(world.table.get('table', 'PARKED#projector', 'KEY#a')).toMatchObject({ state: 'PARKED', parked: 3 });
  });

  it('leaves out what an operator discarded, and takes an edited letter as it was edited', async () => {
    failure = (id) => (id === 'a2' ? new TerminalError('no') : undefined);
    await run(record(2, 'a2', 'a'), record(3, 'a3', 'a'), record(4, 'a4', 'a'));
    world.table.set('index', { pk: 'CONSUMER#projector', sk: 'tickertape.orders#a2', status: 'discarded' });
    const [, third, fourth] = letters.splice(0);
    const edited = { ...third, body: third?.body.replace('"totalCents":1999', '"totalCents":1') ?? '', attributes: third?.attributes ?? {} };
    await redrive([edited, ...(fourth ? [fourth] : [])]);
    expect(effects.get('a')).toEqual(['a3', 'a4']);
    expect(parkedItems()).toEqual([]);
  });
});

describe('order', () => {
  it('is kept for each key, and each event has its effect once, whatever fails and is redriven, with batches that come again and records that are parked meanwhile', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ key: fc.constantFrom('a', 'b', 'c'), poisoned: fc.boolean(), twice: fc.boolean() }), { minLength: 1, maxLength: 25 }),
        fc.array(fc.constantFrom('batch', 'again', 'mend', 'redrive', 'batch'), { maxLength: 20 }),
        async (events, steps) => {
          world = newWorld({ ORDERED_BY: 'key', MAX_RECEIVE_COUNT: '1' });
          const order = new Map<string, string[]>();
          letters = [];
          const inbox: typeof letters = [];
          world.sqs.answer = ({ operation, input }) => {
            const attributes = Object.entries((input['MessageAttributes'] ?? {}) as Record<string, { StringValue: string }>);
            if (operation === 'SendMessage')
              letters.push({
                body: String(input['MessageBody']),
                attributes: Object.fromEntries(attributes.map(([name, { StringValue }]) => [name, StringValue])),
              });
            return {};
          };
          const mended = new Set<string>();
          const poisoned = new Set(events.flatMap((one, index) => (one.poisoned ? [`e${index}`] : [])));
          failure = (id) => (poisoned.has(id) && !mended.has(id) ? new TerminalError('no') : undefined);
          const log: Handle = async (event, work, attempt) => {
            await handle(event, work, attempt);
            work.update(
              { pk: `LOG#${event.partitionkey}`, sk: 'LOG' },
              { expression: 'SET #n = if_not_exists(#n, :none) + :one', names: { '#n': 'n' }, values: { ':none': 0, ':one': 1 } },
            );
            order.set(event.partitionkey, [...(order.get(event.partitionkey) ?? []), event.id]);
          };
          const ordered = consumer({ name: 'projector', on: ON, onReplay: 'rebuild' }, log, world.ports);
          const all = events.flatMap(({ key, twice }, index) => Array.from({ length: twice ? 2 : 1 }, () => ({ key, id: `e${index}` })));
          const records = all.map(({ key, id }, index) => record(index + 1, id, key));
          let next = 0;
          const batch = async (from: number) => {
            const size = Math.min(4, records.length - from);
            await ordered({ Records: records.slice(from, from + size) }, CONTEXT);
            next = Math.max(next, from + size);
          };
          const sendAgain = async () => {
            world.nowMs += 1_000;
            inbox.push(...letters.splice(0).reverse());
            const messages = inbox.splice(0).map(({ body, attributes }) => sqsRecord(body, { attributes, sentMs: world.nowMs }));
            if (messages.length > 0) await ordered(batchOf(...messages), CONTEXT);
          };
          for (const step of steps) {
            if (step === 'batch') await batch(next);
            else if (step === 'again') await batch(Math.max(0, next - 4));
            else if (step === 'mend') for (const id of [...poisoned].slice(0, 2)) mended.add(id);
            else await sendAgain();
          }
          while (next < records.length) await batch(next);
          for (const id of poisoned) mended.add(id);
          await sendAgain();
          for (const key of ['a', 'b', 'c']) {
            const expected = [...new Set(all.filter((one) => one.key === key).map(({ id }) => id))];
            // The handler may run on a duplicate, which then does not commit: what counts is where an event was first.
            expect([...new Set(order.get(key) ?? [])]).toEqual(expected);
            expect(world.table.get('table', `LOG#${key}`, 'LOG')?.['n'] ?? 0).toBe(expected.length);
          }
          expect(parkedItems()).toEqual([]);
        },
      ),
      { numRuns: 300 },
    );
  });
});
