import { beforeEach, describe, expect, it } from 'vitest';
import { RetryableError, TerminalError, ThrottledError } from '../../../functions/backbone/errors.ts';
import { type CommandHandler, command } from '../../../functions/backbone/http/command.ts';
import { notFound, query } from '../../../functions/backbone/http/query.ts';
import { OrderPlaced, PAYLOAD_BYTES_MAX, PlaceOrder, type PlaceOrderV1 } from '../../../schemas/index.ts';
import { CONTEXT, httpEvent, newWorld, orderData, type World } from './world.ts';

let world: World;
beforeEach(() => {
  world = newWorld();
});

const { orderId: _, orderedAt: __, channel: ___, ...ORDER } = orderData('o1');

const place: CommandHandler<PlaceOrderV1> = ({ data, receivedAt }, work) => {
  const orderId = work.id('order');
  work.put({ pk: `ORDER#${orderId}`, sk: 'ORDER' });
  work.emit(OrderPlaced.v1({ ...data, orderId, orderedAt: data.orderedAt ?? receivedAt }));
  return { status: 202, body: { orderId } };
};

async function send(body: unknown, headers: Record<string, string> = { 'idempotency-key': 'k1' }, handle = place) {
  const handler = command({ name: 'place-order', on: PlaceOrder.v1 }, handle, world.ports);
  const answer = await handler(httpEvent({ body: typeof body === 'string' ? body : JSON.stringify(body), headers }), CONTEXT);
  return { status: answer.statusCode, headers: answer.headers ?? {}, body: JSON.parse(answer.body ?? '') };
}

describe('a command', () => {
  it('is committed with its answer and its events', async () => {
    const { status, body, headers } = await send(ORDER);
    expect(status).toBe(202);
    expect(world.table.calls).toEqual(['TransactWriteItems']);
    const commit = world.table.get('table', 'COMMAND#place-order#k1', 'COMMIT');
    expect(commit).toMatchObject({ entity: 'COMMIT', answer: JSON.stringify({ status: 202, body }) });
    const event = world.table.events(commit)[0];
    expect(event).toMatchObject({
      type: 'OrderPlaced',
      subject: body.orderId,
      causationid: 'k1',
      correlationid: headers['x-correlation-id'],
      flow: 'choreography',
    });
    expect(event?.['traceparent']).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
  });

  it('gets the same answer when it is repeated, member order aside, and does nothing', async () => {
    const first = await send(ORDER);
    const again = await send(Object.fromEntries(Object.entries(ORDER).reverse()));
    expect(again.status).toBe(202);
    expect(again.body).toEqual(first.body);
    expect(again.headers['idempotency-replayed']).toBe('true');
    expect(world.table.items()).toHaveLength(2);
  });

  it('takes correlation and trace from the caller', async () => {
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    await send(ORDER, { 'idempotency-key': 'k1', 'x-correlation-id': 'c-7', traceparent });
    const commit = world.table.get('table', 'COMMAND#place-order#k1', 'COMMIT');
    expect(world.table.events(commit)[0]).toMatchObject({ correlationid: 'c-7', traceparent });
  });

  const { lines: [line] = [] } = ORDER;
  it.each([
    { name: 'no key', body: ORDER, headers: {}, status: 400, says: 'Idempotency-Key' },
    { name: 'a key that is none', body: ORDER, headers: { 'idempotency-key': 'a b' }, status: 400, says: 'visible ASCII' },
    { name: 'no JSON', body: '{"customerId":', status: 400, says: 'not JSON' },
    { name: 'no body', body: '', status: 400, says: 'no body' },
    { name: 'an unknown member', body: { ...ORDER, coupon: 'x' }, status: 400, says: '/coupon is not a known member' },
    { name: 'an unknown member inside', body: { ...ORDER, lines: [{ ...line, price: 1 }] }, status: 400, says: '/lines/0/price is not a known member' },
    { name: 'a negative quantity', body: { ...ORDER, lines: [{ sku: 'cd', quantity: -1 }] }, status: 400, says: '/lines/0/quantity must be >= 1' },
    { name: 'a fraction of a cent', body: { ...ORDER, totalCents: 1.5 }, status: 400, says: '/totalCents must be integer' },
    { name: 'a missing member', body: { ...ORDER, email: undefined }, status: 400, says: '/email is missing' },
    { name: 'a month that is none', body: { ...ORDER, orderedAt: '2026-13-01T00:00:00Z' }, status: 400, says: '/orderedAt must match format "date-time"' },
    { name: 'too large a body', body: { ...ORDER, cardToken: 'x'.repeat(PAYLOAD_BYTES_MAX) }, status: 413, says: `at most ${PAYLOAD_BYTES_MAX}` },
  ])('is refused with $name', async ({ body, headers, status, says }) => {
    const answer = await send(body, headers ?? { 'idempotency-key': 'k1' });
    expect(answer).toMatchObject({ status, headers: { 'content-type': 'application/problem+json' }, body: { status } });
    expect(answer.body.detail).toContain(says);
    expect(world.table.calls).toEqual([]);
  });

  it('tells all that is wrong with its body', async () => {
    const { body } = await send({ ...ORDER, totalCents: -1, currency: 'euro', coupon: 'x' });
    expect(body.errors.map(({ path }: { path: string }) => path).sort()).toEqual(['/coupon', '/currency', '/totalCents']);
  });

  it('is refused where its key was used with another body', async () => {
    await send(ORDER);
    const { status, body } = await send({ ...ORDER, totalCents: 1 });
    expect(status).toBe(422);
    expect(body.detail).toContain('another body');
    expect(world.table.items()).toHaveLength(2);
  });

  it('takes effect once where two of it meet', async () => {
    const answers = await Promise.all([send(ORDER), send(ORDER), send(ORDER)]);
    expect(new Set(answers.map(({ body }) => body.orderId)).size).toBe(1);
    expect(world.table.items()).toHaveLength(2);
  });

  it.each([
    { name: 'terminal', error: new TerminalError('too many orders'), status: 422, detail: 'too many orders', retryAfter: undefined },
    { name: 'throttled', error: new ThrottledError('slow', { retryAfterSeconds: 7 }), status: 503, detail: 'Try again later', retryAfter: '7' },
    { name: 'retryable', error: new RetryableError('away'), status: 503, detail: 'Try again later', retryAfter: '1' },
    {
      name: 'a defect, of which the caller learns nothing',
      error: new Error('secret'),
      status: 500,
      detail: 'The request could not be processed',
      retryAfter: undefined,
    },
  ])('answers an error that is $name', async ({ error, status, detail, retryAfter }) => {
    const answer = await send(ORDER, { 'idempotency-key': 'k1' }, () => {
      throw error;
    });
    expect(answer).toMatchObject({ status, body: { detail } });
    expect(answer.headers['retry-after']).toBe(retryAfter);
  });
});

describe('a query', () => {
  const handler = () =>
    query(
      { name: 'get-order' },
      async ({ path, query: parameters }, reader) => {
        if (parameters['cursor']) return { status: 200, body: await reader.query({ pk: 'x', cursor: parameters['cursor'] }) };
        const order = await reader.get({ pk: `ORDER#${path['orderId']}`, sk: 'ORDER' });
        if (!order) throw notFound('order', path['orderId'] ?? '');
        return { status: 200, body: order };
      },
      world.ports,
    );

  it('answers what is there', async () => {
    world.table.set('table', { pk: 'ORDER#o1', sk: 'ORDER', total: 7 });
    const answer = await handler()(httpEvent({ path: { orderId: 'o1' } }), CONTEXT);
    expect(answer).toMatchObject({ statusCode: 200, headers: { 'content-type': 'application/json' } });
    expect(JSON.parse(answer.body ?? '')).toMatchObject({ total: 7 });
  });

  it('answers 404 where nothing is, and 400 to a cursor that is none', async () => {
    expect(await handler()(httpEvent({ path: { orderId: 'o2' } }), CONTEXT)).toMatchObject({
      statusCode: 404,
      body: expect.stringContaining('There is no order o2'),
    });
    expect(await handler()(httpEvent({ query: { cursor: 'nonsense' } }), CONTEXT)).toMatchObject({ statusCode: 400 });
  });
});
