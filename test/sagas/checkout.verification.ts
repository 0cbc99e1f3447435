import type { Broken, EndedSaga, SagaVerification, SystemUnderTest } from '../../simulator/sagas/verification.ts';

const AVAILABLE = 5;
const ORDERED = 2;
const TOTAL_CENTS = 2998;

/** Each order is for an article of its own, so that the stock of one says nothing of another's. */
const sku = (orderKey: string): string => `CD-${orderKey.replace(/\W+/g, '-')}`;

async function post(system: SystemUnderTest, path: string, request: { readonly key: string; readonly body: object }): Promise<unknown> {
  const { status, body } = await system.http('POST', path, { body: request.body, headers: { 'idempotency-key': `${path}/${request.key}` } });
  if (status !== 202) throw new Error(`POST ${path} was answered with ${status}: ${JSON.stringify(body)}`);
  return body;
}

async function start(system: SystemUnderTest, key: string): Promise<string> {
  await post(system, '/stock', { key, body: { sku: sku(key), quantity: AVAILABLE } });
  const order = {
    customerId: 'ada',
    email: 'ada@example.com',
    lines: [{ sku: sku(key), quantity: ORDERED }],
    totalCents: TOTAL_CENTS,
    currency: 'USD',
    cardToken: 'tok_visa',
    flow: 'orchestration',
  };
  const { orderId } = (await post(system, '/orders', { key, body: order })) as { readonly orderId: string };
  return orderId;
}

/** Money in = money kept + refunded, and it is kept for orders that were shipped only. */
async function money(system: SystemUnderTest, { sagaId, state }: EndedSaga): Promise<Broken | undefined> {
  const entries = await system.items(({ entity, orderId }) => entity === 'LEDGER' && orderId === sagaId);
  const sum = (kind: string): number => entries.filter((entry) => entry['kind'] === kind).reduce((total, entry) => total + Number(entry['amountCents']), 0);
  const [charged, refunded] = [sum('charge'), sum('refund')];
  const kept = state === 'COMPLETED' ? TOTAL_CENTS : 0;
  const isRight = charged - refunded === kept && charged <= TOTAL_CENTS;
  return isRight
    ? undefined
    : { step: 'ProcessPayment', cause: `charged ${charged} - refunded ${refunded}, and ${kept} is to be kept of an order that is ${state}` };
}

/** Reserved = shipped + released, each once. */
async function goods(system: SystemUnderTest, { sagaId, state }: EndedSaga): Promise<Broken | undefined> {
  const items = await system.items(({ orderId }) => orderId === sagaId);
  const shipments = items.filter(({ entity }) => entity === 'SHIPMENT').length;
  const expected = state === 'COMPLETED' ? 1 : 0;
  if (shipments !== expected) return { step: 'PrepareShipment', cause: `${shipments} shipments of an order that is ${state}` };
  const [reservation] = items.filter(({ entity }) => entity === 'RESERVATION');
  const isReserved = reservation !== undefined && reservation['releasedAt'] === undefined;
  return isReserved === (expected === 1)
    ? undefined
    : { step: 'ReserveInventory', cause: `its goods are ${isReserved ? 'still reserved' : 'not reserved'}, and the order is ${state}` };
}

async function stock(system: SystemUnderTest, { sagaId, state }: EndedSaga): Promise<Broken | undefined> {
  const orders = await system.items(({ entity, sagaId: id }) => entity === 'SAGA' && id === sagaId);
  const ordered = await system.items(({ entity, orderId }) => entity === 'RESERVATION' && orderId === sagaId);
  const lines = (ordered[0]?.['lines'] ?? []) as readonly { readonly sku: string }[];
  const [article] = lines;
  // Nothing was ever reserved: there is nothing to balance.
  if (!article || orders.length === 0) return undefined;
  const [left] = await system.items(({ entity, sku: of }) => entity === 'STOCK' && of === article.sku);
  const available = Number(left?.['available']);
  const expected = state === 'COMPLETED' ? AVAILABLE - ORDERED : AVAILABLE;
  return available === expected
    ? undefined
    : { step: 'ReserveInventory', cause: `${available} pieces are in stock instead of ${expected}: the order is ${state}` };
}

const verification: SagaVerification = {
  start,
  invariants: { 'money in = money kept + refunded': money, 'reserved = shipped + released': goods, 'the stock balances': stock },
};

export default verification;
