import type { KinesisStreamEvent } from 'aws-lambda';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { type ConsumerHandler, consumer } from '../../../functions/backbone/consumer.ts';
import type { Climb } from '../../../functions/backbone/delivery/climb.ts';
import { delayOf, type Ladder, rungFor } from '../../../functions/backbone/delivery/ladder.ts';
import { RetryableError, TerminalError, ThrottledError } from '../../../functions/backbone/errors.ts';
import { OrderPlaced } from '../../../schemas/index.ts';
import { batchOf, bodyOf, CONTEXT, newWorld, orderEnvelope, START_MS, sqsRecord, type World } from './world.ts';

const ON = [OrderPlaced.v1] as const;
const RUNGS = [10, 60, 3600].map((delaySeconds, index) => ({ queueUrl: `http://queues/q-retry-${index}`, delaySeconds }));
const LADDER: Ladder = { rungs: RUNGS, defects: 'last' };

let world: World;
let failure: Error | undefined;
const handle: ConsumerHandler<(typeof ON)[number]> = () => {
  if (failure) throw failure;
};

beforeEach(() => {
  world = newWorld({ RETRY_LADDER: JSON.stringify(LADDER) });
  failure = new RetryableError('away');
});

const run = (...records: Parameters<typeof batchOf>) => consumer({ name: 'mail', on: ON, onReplay: 'skip' }, handle, world.ports)(batchOf(...records), CONTEXT);
interface Sending {
  readonly url: string;
  readonly delay: number;
  readonly body: string;
  readonly attributes: Record<string, { readonly StringValue: string }>;
}
const sendings = (): Sending[] =>
  world.sqs.inputs('SendMessage').map(({ QueueUrl, DelaySeconds, MessageBody, MessageAttributes }) => ({
    url: String(QueueUrl),
    delay: Number(DelaySeconds),
    body: String(MessageBody),
    attributes: MessageAttributes as Sending['attributes'],
  }));
const last = (): Sending => sendings().at(-1) as Sending;
const climbOf = ({ attributes }: Sending) => JSON.parse(attributes['climb']?.StringValue ?? '') as Climb;
/** The message of a sending, as its rung hands it out when it is due. */
const fromRung = ({ body, attributes }: Sending) => {
  const { rung } = climbOf(last());
  const record = sqsRecord(body, { attributes: { climb: attributes['climb']?.StringValue ?? '' }, messageId: `m-${rung}`, sentMs: world.nowMs });
  return { ...record, eventSourceARN: `arn:aws:sqs:eu-central-1:000000000000:q-retry-${rung}` };
};
const DONE = { batchItemFailures: [] };
const BODY = bodyOf(orderEnvelope('o1'));

describe('a rung', () => {
  it.each([
    { failed: 'what can pass', atLeastSeconds: 0, reasonAtEnd: 'retries-exhausted', rungs: [0, 1, 2, undefined] },
    { failed: 'what asks for a pause', atLeastSeconds: 30, reasonAtEnd: 'retries-exhausted', rungs: [1, 1, 2, undefined] },
    { failed: 'what asks for more than there is', atLeastSeconds: 9_999, reasonAtEnd: 'retries-exhausted', rungs: [2, 2, 2, undefined] },
    { failed: 'a defect', atLeastSeconds: 0, reasonAtEnd: 'defect', rungs: [2, 2, 2, undefined] },
  ] as const)('is chosen by the error: $failed', ({ atLeastSeconds, reasonAtEnd, rungs }) => {
    const from = [undefined, 0, 1, 2];
    expect(from.map((rung) => rungFor(LADDER, { kind: 'retry', atLeastSeconds, reasonAtEnd }, rung))).toEqual(rungs);
  });

  it('is none for what can never succeed, nor for defects where the ladder says so', () => {
    expect(rungFor(LADDER, { kind: 'dead-letter', reason: 'business' }, undefined)).toBeUndefined();
    const defect = { kind: 'retry', atLeastSeconds: 0, reasonAtEnd: 'defect' } as const;
    expect(rungFor({ ...LADDER, defects: 'none' }, defect, undefined)).toBeUndefined();
    expect(rungFor({ ...LADDER, defects: 'next' }, defect, 0)).toBe(1);
  });

  it('is always a higher one, and its delay from half of its own to all of it, or as long as was asked', () => {
    fc.assert(
      fc.property(fc.nat(5_000), fc.option(fc.nat(2), { nil: undefined }), fc.double({ min: 0, max: 0.999, noNaN: true }), (atLeastSeconds, from, random) => {
        const rung = rungFor(LADDER, { kind: 'retry', atLeastSeconds, reasonAtEnd: 'retries-exhausted' }, from);
        if (rung === undefined) return from === 2;
        const { delaySeconds } = RUNGS[rung] as (typeof RUNGS)[number];
        const delay = delayOf({ delaySeconds, atLeastSeconds, random });
        return rung > (from ?? -1) && delay >= Math.max(atLeastSeconds, delaySeconds / 2) && delay <= Math.max(atLeastSeconds, delaySeconds);
      }),
    );
  });
});

describe('a message on the ladder', () => {
  it('leaves its source at once, goes up with a growing delay and its history, and ends in the dead-letter queue', async () => {
    await expect(run(sqsRecord(BODY))).resolves.toEqual(DONE);
    expect(last()).toMatchObject({ url: 'http://queues/q-retry-0', body: BODY, delay: 8 });
    for (const [rung, delay] of [
      [1, 45],
      [2, 900],
    ] as const) {
      world.nowMs = climbOf(last()).dueMs;
      await expect(run(fromRung(last()))).resolves.toEqual(DONE);
      expect(last()).toMatchObject({ url: `http://queues/q-retry-${rung}`, delay });
    }
    // 45 minutes are three of SQS's delays: twice it is put back without an attempt.
    for (const delay of [900, 900]) {
      world.nowMs += 900_000;
      await expect(run(fromRung(last()))).resolves.toEqual(DONE);
      expect(last()).toMatchObject({ url: 'http://queues/q-retry-2', delay });
    }
    world.nowMs += 900_000;
    expect(climbOf(last()).history).toHaveLength(3);
    failure = new RetryableError('still away');
    await expect(run(fromRung(last()))).resolves.toEqual(DONE);
    const { url, attributes, body } = last();
    expect([url, body]).toEqual(['http://queues/dlq', BODY]);
    expect(Object.keys(attributes)).toHaveLength(10);
    expect(attributes).toMatchObject({
      reason: { StringValue: 'retries-exhausted' },
      attempts: { StringValue: '4' },
      firstFailedAt: { StringValue: new Date(START_MS).toISOString() },
    });
    expect(JSON.parse(attributes['history']?.StringValue ?? '')).toMatchObject([
      { at: '2026-03-15T14:32:00.000Z', error: 'RetryableError: away' },
      { rung: 0, error: 'RetryableError: away' },
      { rung: 1, error: 'RetryableError: away' },
      { rung: 2, error: 'RetryableError: still away' },
    ]);
    expect(world.table.items('index')[0]).toMatchObject({ reason: 'retries-exhausted', attempts: 4, history: attributes['history']?.StringValue });
  });

  it('is handled once its cause is gone', async () => {
    failure = new ThrottledError('slow down', { retryAfterSeconds: 30 });
    await run(sqsRecord(BODY));
    expect(last()).toMatchObject({ url: 'http://queues/q-retry-1', delay: 45 });
    world.nowMs = climbOf(last()).dueMs;
    failure = undefined;
    await run(fromRung(last()));
    expect(sendings()).toHaveLength(1);
    expect(world.table.items().filter(({ sk }) => sk === 'COMMIT')).toHaveLength(1);
  });

  it('is dead-lettered at once where it can never succeed', async () => {
    failure = new TerminalError('no');
    await run(sqsRecord(BODY));
    expect(sendings().map(({ url }) => url)).toEqual(['http://queues/dlq']);
  });

  it('is not acknowledged where its rung does not take it', async () => {
    world.sqs.answer = ({ operation }) => {
      if (operation === 'SendMessage') throw new Error('SQS is away');
      return {};
    };
    await expect(run(sqsRecord(BODY, { messageId: 'm' }))).resolves.toEqual({ batchItemFailures: [{ itemIdentifier: 'm' }] });
  });

  it('lets the shard of a stream go on, where order does not matter', async () => {
    const kinesis = (id: string, sequence: number) => ({
      eventID: `shard:${sequence}`,
      eventSourceARN: 'arn:aws:kinesis:eu-central-1:000000000000:stream/events',
      kinesis: { sequenceNumber: String(sequence), partitionKey: 'a', data: Buffer.from(JSON.stringify(orderEnvelope('a', { id }))).toString('base64') },
    });
    let handled = 0;
    const flaky: typeof handle = (event) => {
      if (event.id === 'e1') throw new RetryableError('away');
      handled += 1;
    };
    const Records = [kinesis('e1', 1), kinesis('e2', 2)] as unknown as KinesisStreamEvent['Records'];
    await expect(consumer({ name: 'mail', on: ON, onReplay: 'skip' }, flaky, world.ports)({ Records }, CONTEXT)).resolves.toEqual(DONE);
    expect([handled, last().url]).toEqual([1, 'http://queues/q-retry-0']);
    expect(world.table.items().filter(({ entity }) => entity === 'PARKED')).toEqual([]);
  });
});
