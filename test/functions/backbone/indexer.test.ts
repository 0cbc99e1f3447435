import { beforeEach, describe, expect, it } from 'vitest';
import { indexDeadLetters } from '../../../functions/backbone/dead-letters/indexer.ts';
import type { IndexerPorts } from '../../../functions/backbone/dead-letters/indexer-ports.ts';
import { InvocationCounts } from '../../../functions/backbone/telemetry/telemetry.ts';
import { bodyOf, FakeClient, newWorld, orderEnvelope, START_MS, type World } from './world.ts';

interface Letter {
  readonly MessageId: string;
  readonly ReceiptHandle: string;
  readonly Body: string;
  readonly Attributes: Record<string, string>;
  readonly MessageAttributes?: Record<string, { StringValue: string }>;
}

let world: World;
let ports: IndexerPorts;
/** Messages of each dead-letter queue that are visible. */
let visible: Map<string, Letter[]>;

/** As the stack of the bus describes its dead-letter queue. */
const BUS = { consumer: 'bus', deadLetterQueueUrl: 'http://queues/bus-dlq', alarmName: 'bus-depth' };

beforeEach(() => {
  world = newWorld();
  visible = new Map();
  const ssm = new FakeClient();
  ssm.answer = ({ input }) => {
    const name = input['NextToken'] ? 'mail' : 'payments';
    const Value = JSON.stringify({
      consumer: name,
      queueUrl: `http://queues/${name}`,
      deadLetterQueueUrl: `http://queues/${name}-dlq`,
      alarmName: `${name}-depth`,
    });
    return { Parameters: [{ Name: `/tickertape/consumers/${name}`, Value }], ...(name === 'payments' && { NextToken: 'next' }) };
  };
  world.sqs.answer = ({ operation, input }) =>
    operation === 'ReceiveMessage' ? { Messages: (visible.get(String(input['QueueUrl'])) ?? []).splice(0, 10) } : {};
  const environment = { ...world.ports.environment, BUS_DEAD_LETTERS: JSON.stringify(BUS) };
  ports = Object.assign(Object.create(world.ports) as IndexerPorts, { ssm, environment });
});

function letter(body: string, id: string, more: Partial<Letter> = {}): Letter {
  return {
    MessageId: id,
    ReceiptHandle: `handle-${id}`,
    Body: body,
    Attributes: { ApproximateReceiveCount: '6', SentTimestamp: String(START_MS - 60_000) },
    ...more,
  };
}

const run = (event: Parameters<typeof indexDeadLetters>[1] = {}) => indexDeadLetters(ports, event, new InvocationCounts());
const alarm = (alarmName: string, value = 'ALARM') => ({ detail: { alarmName, state: { value } } });

describe('the indexer', () => {
  it('indexes what the queue moved by itself, gives all of it back at once, and deletes nothing', async () => {
    visible.set(
      'http://queues/payments-dlq',
      Array.from({ length: 12 }, (_, index) => letter(bodyOf(orderEnvelope(`o${index}`)), `m${index}`)),
    );
    await run(alarm('payments-depth'));
    const items = world.table.items('index');
    expect(items).toHaveLength(12);
    expect(items[0]).toMatchObject({
      pk: 'CONSUMER#payments',
      sk: 'tickertape.orders#event-o0',
      reason: 'retries-exhausted',
      status: 'dead',
      attempts: 6,
      firstFailedAt: '2026-03-15T14:31:00.000Z',
      correlationId: 'correlation-o0',
      deadLetterQueueUrl: 'http://queues/payments-dlq',
    });
    expect(world.sqs.inputs('ReceiveMessage')[0]).toMatchObject({ VisibilityTimeout: 30 });
    const released = world.sqs
      .inputs('ChangeMessageVisibilityBatch')
      .flatMap(({ Entries }) => Entries as { ReceiptHandle: string; VisibilityTimeout: number }[]);
    expect(released).toHaveLength(12);
    expect(released.every(({ VisibilityTimeout }) => VisibilityTimeout === 0)).toBe(true);
    expect(world.sqs.sent.map(({ operation }) => operation)).not.toContain('DeleteMessage');
  });

  it('takes the reason that a handler gave from the attributes, and never overwrites it', async () => {
    const body = bodyOf(orderEnvelope('o1'));
    const attributes = {
      reason: 'business',
      fingerprint: 'f1',
      error: 'TerminalError: no',
      attempts: '3',
      firstFailedAt: '2026-03-15T10:00:00.000Z',
      lastFailedAt: '2026-03-15T11:00:00.000Z',
      codeVersion: 'v0',
    };
    visible.set('http://queues/mail-dlq', [
      letter(body, 'm1', { MessageAttributes: Object.fromEntries(Object.entries(attributes).map(([name, StringValue]) => [name, { StringValue }])) }),
    ]);
    await run(alarm('mail-depth'));
    visible.set('http://queues/mail-dlq', [letter(body, 'm2')]);
    await run(alarm('mail-depth'));
    expect(world.table.items('index')).toMatchObject([
      { reason: 'business', fingerprint: 'f1', attempts: 3, codeVersion: 'v0', firstFailedAt: '2026-03-15T10:00:00.000Z', messageId: 'm2' },
    ]);
  });

  it('indexes a message without an envelope by its text', async () => {
    visible.set('http://queues/mail-dlq', [letter('no JSON', 'm1')]);
    await run(alarm('mail-depth'));
    expect(world.table.items('index')).toMatchObject([{ sk: expect.stringMatching(/^unknown#[0-9a-f]{64}$/), payload: 'no JSON' }]);
  });

  it('looks at the queue of the alarm, receives nothing when it is over, and looks at all when called by hand', async () => {
    visible.set('http://queues/payments-dlq', [letter(bodyOf(orderEnvelope('o1')), 'm1')]);
    visible.set('http://queues/mail-dlq', [letter(bodyOf(orderEnvelope('o2')), 'm2')]);
    await run(alarm('payments-depth', 'OK'));
    await run(alarm('another'));
    expect(world.sqs.inputs('ReceiveMessage')).toEqual([]);
    await run();
    expect(world.table.items('index')).toHaveLength(2);
  });

  const GOOD = orderEnvelope('o1');

  it.each([
    { name: 'no envelope', detail: { orderId: '1' }, error: /^MalformedError: No envelope: / },
    { name: 'an envelope with a gap', detail: { ...GOOD, flow: undefined }, error: /`flow` is not a text/ },
    { name: 'a foreign schema', detail: { ...GOOD, dataschema: 'https://example.com/order.json' }, error: /`dataschema` is not / },
    { name: 'a foreign source on the bus', detail: GOOD, error: /`Source` is not `tickertape\.<context>`/ },
  ])('says of what the bus dead-lettered that it is malformed, and why: $name', async ({ detail, error }) => {
    const body = JSON.stringify({ id: 'e1', source: 'by.hand', 'detail-type': 'OrderPlaced', detail });
    visible.set('http://queues/bus-dlq', [letter(body, 'm1')]);
    await run(alarm('bus-depth'));
    expect(world.table.items('index')).toMatchObject([
      { pk: 'CONSUMER#bus', status: 'dead', reason: 'malformed', attempts: 0, messageId: 'm1', payload: body, error: expect.stringMatching(error) },
    ]);
    expect(world.table.items('index')[0]).not.toHaveProperty('queueUrl');
  });

  it('cuts a payload that is too large for an item, and says so', async () => {
    const body = JSON.stringify({ text: 'é'.repeat(200_000) });
    visible.set('http://queues/mail-dlq', [letter(body, 'm1')]);
    await run(alarm('mail-depth'));
    const [item] = world.table.items('index');
    expect(item).toMatchObject({ payloadCut: true });
    expect(Buffer.byteLength(String(item?.['payload']))).toBeLessThanOrEqual(300 * 1024);
  });

  it('gives the messages back when the index cannot be written', async () => {
    visible.set('http://queues/mail-dlq', [letter('x', 'm1')]);
    world.table.before = () => {
      throw new Error('no table');
    };
    await expect(run(alarm('mail-depth'))).rejects.toThrow('no table');
    expect(world.sqs.inputs('ChangeMessageVisibilityBatch')).toHaveLength(1);
  });
});
