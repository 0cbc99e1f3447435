import type { PaymentFailed, PaymentProcessed, PaymentRefunded } from '../../schemas/index.ts';
import type { ConsumerHandler, EventOf } from '../backbone/consumer.ts';
import type { Key } from '../backbone/work.ts';

type Money = typeof PaymentProcessed.v1 | typeof PaymentFailed.v1 | typeof PaymentRefunded.v1;

/** One line of an order's account. It is never changed. */
export interface AuditEntry extends Key {
  readonly entity: 'AUDIT_ENTRY';
  readonly orderId: string;
  /** From 1, without gaps. */
  readonly number: number;
  readonly event: string;
  readonly eventId: string;
  readonly at: string;
  readonly amountCents: number;
  /** What the customer has paid for the order, after this line. */
  readonly balanceCents: number;
  readonly correlationId: string;
  readonly reason?: string;
}

const NUMBER_DIGITS = 6;

/**
 * Writes what happened to an order's money, line after line with the balance, for whoever has to answer for it. It lives on the order of the stream: a refund is written after the payment that it
 * gives back.
 */
export const recordPayment: ConsumerHandler<Money> = async (event, work) => {
  const { orderId, amountCents } = event.data;
  const pk = `ORDER#${orderId}`;
  const { items } = await work.query<AuditEntry>({ pk, skPrefix: 'ENTRY#', newestFirst: true, limit: 1 });
  const number = (items[0]?.number ?? 0) + 1;
  const entry: AuditEntry = {
    pk,
    sk: `ENTRY#${String(number).padStart(NUMBER_DIGITS, '0')}`,
    entity: 'AUDIT_ENTRY',
    orderId,
    number,
    event: event.type,
    eventId: event.id,
    at: event.time,
    amountCents,
    balanceCents: (items[0]?.balanceCents ?? 0) + signOf(event) * amountCents,
    correlationId: event.correlationid,
    ...('reason' in event.data && { reason: event.data.reason }),
  };
  work.put(entry, { condition: { expression: 'attribute_not_exists(pk)' } });
};

/** What an event does to the balance. */
function signOf({ type }: EventOf<Money>): -1 | 0 | 1 {
  if (type === 'PaymentProcessed') return 1;
  return type === 'PaymentRefunded' ? -1 : 0;
}
