import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { type ConsumerHandler, consumer } from '../../../functions/backbone/consumer.ts';
import { MalformedError, RetryableError, TerminalError, ThrottledError } from '../../../functions/backbone/errors.ts';
import { OrderConfirmed, OrderPlaced, SchemaInvalid } from '../../../schemas/index.ts';
import { batchOf, bodyOf, CONTEXT, newWorld, orderEnvelope, START_MS, sqsRecord, type World } from './world.ts';

const ON = [OrderPlaced.v1] as const;
type Handle = ConsumerHandler<(typeof ON)[number]>;

const confirm: Handle = (event, work) => {
  work.put({ pk: `ORDER#${event.data.orderId}`, sk: 'ORDER', lines: event.data.lines.length });
  work.emit(OrderConfirmed.v1({ orderId: event.data.orderId, customerId: event.data.customerId, confirmedAt: work.now }));
};

let world: World;
beforeEach(() => {
  world = newWorld();
});

function run(handle: Handle, ...records: Parameters<typeof batchOf>) {
  return consumer({ name: 'orders', on: ON, onReplay: 'skip' }, handle, world.ports)(batchOf(...records), CONTEXT);
}

const commits = () => world.table.items().filter(({ sk }) => sk === 'COMMIT');

describe('a unit of work', () => {
  it('writes state, claim and events in one request', async () => {
    await expect(run(confirm, sqsRecord(bodyOf(orderEnvelope('o1'))))).resolves.toEqual({ batchItemFailures: [] });
    expect(world.table.calls).toEqual(['TransactWriteItems']);
    expect(world.table.get('table', 'ORDER#o1', 'ORDER')).toMatchObject({ lines: 1 });
    const [commit] = commits();
    expect(commit).toMatchObject({ pk: 'COMMIT#orders#0#tickertape.orders#event-o1', entity: 'COMMIT', status: 'COMPLETED' });
    const event = world.table.events(commit)[0];
    expect(event).toMatchObject({
      type: 'OrderConfirmed',
      source: 'tickertape.orders',
      causationid: 'event-o1',
      correlationid: 'correlation-o1',
      traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
      flow: 'choreography',
      partitionkey: 'o1',
      subject: 'o1',
      time: '2026-03-15T14:32:00.000Z',
    });
  });

  it('is a single conditional write where there is no state', async () => {
    await run(() => {}, sqsRecord(bodyOf(orderEnvelope('o1'))));
    expect(world.table.calls).toEqual(['PutItem']);
    expect(commits()[0]).toMatchObject({ entity: 'CLAIM', events: [] });
  });

  it('emits the same ids on every attempt', async () => {
    const ids: unknown[] = [];
    for (const attempt of [1, 2]) {
      world = newWorld();
      await run(confirm, sqsRecord(bodyOf(orderEnvelope('o1')), { receiveCount: attempt }));
      ids.push(world.table.events(commits()[0])[0]?.['id']);
    }
    expect(ids[0]).toBe(ids[1]);
    expect(ids[0]).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });

  it('runs again on what is there now where a condition did not hold', async () => {
    world.table.set('table', { pk: 'STOCK', sk: 'STOCK', count: 1 });
    let runs = 0;
    const reserve: Handle = async (_, work) => {
      runs += 1;
      const stock = await work.get<{ count: number }>({ pk: 'STOCK', sk: 'STOCK' });
      if (runs === 1) world.table.set('table', { pk: 'STOCK', sk: 'STOCK', count: 2 });
      work.put(
        { pk: 'STOCK', sk: 'STOCK', count: (stock?.count ?? 0) + 10 },
        { condition: { expression: '#c = :c', names: { '#c': 'count' }, values: { ':c': stock?.count } } },
      );
    };
    await expect(run(reserve, sqsRecord(bodyOf(orderEnvelope('o1'))))).resolves.toEqual({ batchItemFailures: [] });
    expect(runs).toBe(2);
    expect(world.table.get('table', 'STOCK', 'STOCK')).toMatchObject({ count: 12 });
  });

  it('refuses to write an item twice', async () => {
    const twice: Handle = (_, work) => {
      work.put({ pk: 'a', sk: 'a' });
      work.delete({ pk: 'a', sk: 'a' });
    };
    const answer = await run(twice, sqsRecord(bodyOf(orderEnvelope('o1'))));
    expect(answer.batchItemFailures).toHaveLength(1);
    expect(world.table.items()).toEqual([]);
  });
});

describe('duplicates', () => {
  it('are recognised by the failed condition and acknowledged', async () => {
    const body = bodyOf(orderEnvelope('o1'));
    let runs = 0;
    const counting: Handle = (event, work) => {
      runs += 1;
      work.put({ pk: `RUN#${runs}`, sk: event.id });
    };
    await run(counting, sqsRecord(body));
    await expect(run(counting, sqsRecord(body, { messageId: 'other' }))).resolves.toEqual({ batchItemFailures: [] });
    expect(world.table.items().filter(({ pk }) => String(pk).startsWith('RUN#'))).toHaveLength(1);
  });

  it('meet once within a batch', async () => {
    let runs = 0;
    const body = bodyOf(orderEnvelope('o1'));
    const answer = await run(
      () => {
        runs += 1;
      },
      ...['a', 'b', 'c'].map((messageId) => sqsRecord(body, { messageId })),
    );
    expect(answer).toEqual({ batchItemFailures: [] });
    expect(runs).toBe(1);
    expect(world.table.calls).toHaveLength(1);
  });

  it('fail together within a batch', async () => {
    const body = bodyOf(orderEnvelope('o1'));
    const answer = await run(
      () => {
        throw new RetryableError('away');
      },
      ...['a', 'b'].map((messageId) => sqsRecord(body, { messageId })),
    );
    expect(answer.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier)).toEqual(['a', 'b']);
  });

  it('with another payload are dead-lettered', async () => {
    await run(confirm, sqsRecord(bodyOf(orderEnvelope('o1'))));
    const changed = orderEnvelope('o1');
    await run(confirm, sqsRecord(bodyOf({ ...changed, data: { ...(changed['data'] as object), totalCents: 1 } })));
    expect(world.sqs.inputs('SendMessage')[0]).toMatchObject({ MessageAttributes: { reason: { StringValue: 'malformed' } } });
  });

  it('are done again by a replay that the consumer wants, and not by one that it skips', async () => {
    const replay = bodyOf(orderEnvelope('o1'), { 'replay-name': 'r1' });
    await run(confirm, sqsRecord(bodyOf(orderEnvelope('o1'))));
    await run(confirm, sqsRecord(replay));
    expect(commits()).toHaveLength(1);
    await consumer({ name: 'orders', on: ON, onReplay: 'reprocess' }, confirm, world.ports)(batchOf(sqsRecord(replay)), CONTEXT);
    expect(commits().map(({ pk }) => pk)).toContain('COMMIT#orders#r1#tickertape.orders#event-o1');
  });

  it('in any interleaving, with crashes between any two calls, have one effect', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ order: fc.integer({ min: 0, max: 2 }), at: fc.integer({ min: 1, max: 3 }), crash: fc.constantFrom('none', 'before', 'after') }), {
          minLength: 1,
          maxLength: 12,
        }),
        async (deliveries) => {
          world = newWorld();
          const add: Handle = (event, work) => {
            const key = { pk: `COUNT#${event.data.orderId}`, sk: 'COUNT' };
            work.update(key, { expression: 'SET #n = if_not_exists(#n, :zero) + :one', names: { '#n': 'n' }, values: { ':zero': 0, ':one': 1 } });
          };
          const handler = consumer({ name: 'orders', on: ON, onReplay: 'skip' }, add, world.ports);
          const crash = { armed: 'none' };
          world.table.before = () => {
            if (crash.armed === 'before') throw new Error('crash');
          };
          world.table.after = () => {
            if (crash.armed === 'after') throw new Error('the answer was lost');
          };
          for (const at of [1, 2, 3]) {
            for (const kind of ['none', 'before', 'after']) {
              crash.armed = kind;
              const wave = deliveries.filter((one) => one.at === at && one.crash === kind);
              await Promise.all(
                wave.map(({ order }, index) => handler(batchOf(sqsRecord(bodyOf(orderEnvelope(`o${order}`)), { messageId: `${at}${kind}${index}` })), CONTEXT)),
              );
            }
          }
          crash.armed = 'none';
          for (const { order } of deliveries) await handler(batchOf(sqsRecord(bodyOf(orderEnvelope(`o${order}`)))), CONTEXT);
          const counts = world.table.items().filter(({ sk }) => sk === 'COUNT');
          expect(counts).toHaveLength(new Set(deliveries.map(({ order }) => order)).size);
          for (const { n } of counts) expect(n).toBe(1);
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe('the error table', () => {
  const cases = [
    { name: 'retryable', error: new RetryableError('away'), early: 'hidden', late: 'retries-exhausted' },
    { name: 'a defect', error: new TypeError('x is undefined'), early: 'hidden', late: 'defect' },
    { name: 'a server fault of AWS', error: Object.assign(new Error('500'), { $fault: 'server' }), early: 'hidden', late: 'retries-exhausted' },
    { name: 'terminal', error: new TerminalError('no such card'), early: 'business', late: 'business' },
    { name: 'malformed', error: new MalformedError('bad'), early: 'malformed', late: 'malformed' },
    { name: 'an event that breaks its contract', error: new SchemaInvalid('tickertape:orders/order-confirmed/v1.0', []), early: 'defect', late: 'defect' },
  ];
  it.each(cases)('$name', async ({ error, early, late }) => {
    const body = bodyOf(orderEnvelope('o1'));
    const failing: Handle = () => {
      throw error;
    };
    const first = await run(failing, sqsRecord(body, { messageId: 'm', receiveCount: 1 }));
    if (early === 'hidden') {
      expect(first.batchItemFailures).toEqual([{ itemIdentifier: 'm' }]);
      expect(world.sqs.inputs('ChangeMessageVisibility')).toMatchObject([{ ReceiptHandle: 'handle', VisibilityTimeout: 2 }]);
      expect(world.sqs.inputs('SendMessage')).toEqual([]);
    } else {
      expect(first.batchItemFailures).toEqual([]);
      expect(world.table.items('index')).toMatchObject([{ reason: early }]);
    }
    world = newWorld();
    await expect(run(failing, sqsRecord(body, { receiveCount: 5 }))).resolves.toEqual({ batchItemFailures: [] });
    expect(world.table.items('index')).toMatchObject([
      {
        pk: 'CONSUMER#orders',
        sk: 'tickertape.orders#event-o1',
        reason: late,
        attempts: 5,
        status: 'dead',
        codeVersion: 'v1',
        payload: body,
        type: 'OrderPlaced',
      },
    ]);
    const [sent] = world.sqs.inputs('SendMessage');
    expect(sent).toMatchObject({ QueueUrl: 'http://queues/dlq', MessageBody: body });
    expect(Object.keys(sent?.['MessageAttributes'] as object)).toHaveLength(10);
  });

  it('backs off further with each receive', async () => {
    for (const receiveCount of [1, 2, 3, 4]) {
      await run(
        () => {
          throw new RetryableError('away');
        },
        sqsRecord(bodyOf(orderEnvelope('o1')), { receiveCount }),
      );
    }
    expect(world.sqs.inputs('ChangeMessageVisibility').map(({ VisibilityTimeout }) => VisibilityTimeout)).toEqual([2, 3, 6, 12]);
  });

  it('pauses for as long as a dependency asks', async () => {
    await run(
      () => {
        throw new ThrottledError('slow down', { retryAfterSeconds: 77 });
      },
      sqsRecord(bodyOf(orderEnvelope('o1'))),
    );
    expect(world.sqs.inputs('ChangeMessageVisibility')).toMatchObject([{ VisibilityTimeout: 77 }]);
  });

  it.each([
    { name: 'no JSON', body: 'no JSON', says: 'The message is not JSON' },
    { name: 'no envelope', body: bodyOf({ orderId: 'o1' }), says: 'No envelope' },
    { name: 'a missing attribute', body: bodyOf(orderEnvelope('o1', { correlationid: undefined })), says: '`correlationid` is not a text' },
    { name: 'a type it does not take', body: bodyOf(orderEnvelope('o1', { type: 'OrderLost' })), says: 'takes OrderPlaced v1, not OrderLost' },
    { name: 'another major version', body: bodyOf(orderEnvelope('o1', { dataschema: 'tickertape:orders/order-placed/v2.0' })), says: 'v2.0' },
    { name: 'data against the schema', body: bodyOf(orderEnvelope('o1', { data: { orderId: 'o1' } })), says: '/customerId is missing' },
  ])('dead-letters $name at once', async ({ body, says }) => {
    await expect(run(confirm, sqsRecord(body))).resolves.toEqual({ batchItemFailures: [] });
    expect(world.table.items('index')).toMatchObject([{ reason: 'malformed', payload: body }]);
    expect(world.table.items('index')[0]?.['error']).toContain(says);
  });

  it('accepts a later minor version with members that it does not know', async () => {
    const envelope = orderEnvelope('o1', { dataschema: 'tickertape:orders/order-placed/v1.9' });
    await run(confirm, sqsRecord(bodyOf({ ...envelope, data: { ...(envelope['data'] as object), giftWrap: true } })));
    expect(commits()).toHaveLength(1);
  });

  it('dead-letters what is older than its time-to-live', async () => {
    world = newWorld({ TIME_TO_LIVE_SECONDS: '60' });
    await run(confirm, sqsRecord(bodyOf(orderEnvelope('o1')), { sentMs: START_MS - 61_000 }));
    await run(confirm, sqsRecord(bodyOf(orderEnvelope('o2')), { sentMs: START_MS - 59_000 }));
    expect(world.table.items('index')).toMatchObject([{ sk: 'tickertape.orders#event-o1', reason: 'expired' }]);
    expect(commits()).toHaveLength(1);
  });

  it('gives one fingerprint to failures that differ only in their values', async () => {
    const failing: Handle = (event) => {
      throw new TerminalError(`No stock for order ${event.data.orderId.length}7 "${event.data.orderId}"`);
    };
    await run(failing, sqsRecord(bodyOf(orderEnvelope('o1'))), sqsRecord(bodyOf(orderEnvelope('o22'))));
    const fingerprints = world.table.items('index').map(({ fingerprint }) => fingerprint);
    expect(fingerprints).toHaveLength(2);
    expect(new Set(fingerprints).size).toBe(1);
  });
});

describe('dead letters', () => {
  const refuse: Handle = () => {
    throw new TerminalError('no');
  };

  it('are not acknowledged when they could not be sent', async () => {
    world.sqs.answer = ({ operation }) => {
      if (operation === 'SendMessage') throw new Error('no queue');
      return {};
    };
    const answer = await run(refuse, sqsRecord(bodyOf(orderEnvelope('o1')), { messageId: 'm' }));
    expect(answer.batchItemFailures).toEqual([{ itemIdentifier: 'm' }]);
    expect(world.table.items('index')).toEqual([]);
  });

  it('stay one in the index when a crash repeats the sending', async () => {
    let crashes = 1;
    world.table.before = (operation) => {
      if (operation === 'UpdateItem' && crashes-- > 0) throw new Error('crash');
    };
    const record = sqsRecord(bodyOf(orderEnvelope('o1')));
    expect((await run(refuse, record)).batchItemFailures).toHaveLength(1);
    expect((await run(refuse, record)).batchItemFailures).toEqual([]);
    expect(world.sqs.inputs('SendMessage')).toHaveLength(2);
    expect(world.table.items('index')).toHaveLength(1);
  });

  it('count attempts over redrives, start afresh in the queue, and are resolved by a success', async () => {
    const body = bodyOf(orderEnvelope('o1'));
    const failing: Handle = () => {
      throw new RetryableError('away');
    };
    await run(failing, sqsRecord(body, { receiveCount: 5 }));
    const attributes = Object.fromEntries(
      Object.entries(world.sqs.inputs('SendMessage')[0]?.['MessageAttributes'] as Record<string, { StringValue: string }>).map(([name, { StringValue }]) => [
        name,
        StringValue,
      ]),
    );
    expect((await run(failing, sqsRecord(body, { attributes, receiveCount: 1 }))).batchItemFailures).toHaveLength(1);
    world.nowMs += 60_000;
    await run(failing, sqsRecord(body, { attributes, receiveCount: 5 }));
    expect(world.table.items('index')).toMatchObject([
      { attempts: 10, firstFailedAt: '2026-03-15T14:32:00.000Z', lastFailedAt: '2026-03-15T14:33:00.000Z', status: 'dead' },
    ]);
    await run(confirm, sqsRecord(body, { attributes, receiveCount: 1 }));
    expect(world.table.items('index')).toMatchObject([{ status: 'resolved', resolvedAt: '2026-03-15T14:33:00.000Z' }]);
  });

  it('cost nothing on the ordinary path', async () => {
    await run(confirm, sqsRecord(bodyOf(orderEnvelope('o1'))));
    expect(world.table.calls).toHaveLength(1);
    expect(world.sqs.sent).toEqual([]);
  });
});

describe('a FIFO queue', () => {
  it('stops a group at its first failure and lets the others go on', async () => {
    const handled: string[] = [];
    const handle: Handle = (event) => {
      handled.push(event.data.orderId);
      if (event.data.orderId === 'a2') throw new RetryableError('away');
    };
    const records = ['a1', 'b1', 'a2', 'a3', 'b2'].map((id) => sqsRecord(bodyOf(orderEnvelope(id)), { group: id.charAt(0), messageId: id }));
    const answer = await run(handle, ...records);
    expect(answer.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier)).toEqual(['a2', 'a3']);
    expect(handled.filter((id) => id.startsWith('a'))).toEqual(['a1', 'a2']);
    expect(handled.filter((id) => id.startsWith('b'))).toEqual(['b1', 'b2']);
  });
});

it('refuses records of anything but a queue or a stream', async () => {
  const handler = consumer({ name: 'orders', on: ON, onReplay: 'skip' }, confirm, world.ports);
  const record = { ...sqsRecord(bodyOf(orderEnvelope('o1'))), eventSourceARN: 'arn:aws:dynamodb:eu-central-1:000000000000:table/t/stream/s' };
  await expect(handler(batchOf(record), CONTEXT)).rejects.toThrow('takes the records of a queue or a stream');
});

it('starts no record for which there is no time', async () => {
  const handler = consumer({ name: 'orders', on: ON, onReplay: 'skip' }, confirm, world.ports);
  const answer = await handler(batchOf(sqsRecord(bodyOf(orderEnvelope('o1')), { messageId: 'm' })), { ...CONTEXT, getRemainingTimeInMillis: () => 100 });
  expect(answer).toEqual({ batchItemFailures: [{ itemIdentifier: 'm' }] });
  expect(world.table.calls).toEqual([]);
});
