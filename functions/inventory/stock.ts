import type { PaymentProcessedV1 } from '../../schemas/index.ts';
import type { Key } from '../backbone/work.ts';

/** Stock of one article, as the table has it. */
export interface StockItem extends Key {
  readonly entity: 'STOCK';
  readonly sku: string;
  /** Pieces that nobody has reserved. Never negative: every write that takes some has it as its condition. */
  readonly available: number;
}

/** What is set aside for an order, as the table has it. */
export interface ReservationItem extends Key {
  readonly entity: 'RESERVATION';
  readonly orderId: string;
  readonly customerId: string;
  readonly lines: PaymentProcessedV1['lines'];
  readonly reservedAt: string;
  /** When it was put back; absent while it is set aside. */
  readonly releasedAt?: string;
}

/** What the stock does not suffice for, and what to say of it. */
export interface Shortage {
  readonly sku: string;
  readonly reason: string;
}

/** Key of an article's stock. */
export function stockKeyOf(sku: string): Key {
  return { pk: `STOCK#${sku}`, sk: 'STOCK' };
}

/** Key of what is set aside for an order. */
export function reservationKeyOf(orderId: string): Key {
  return { pk: `RESERVATION#${orderId}`, sk: 'RESERVATION' };
}

/** Pieces wanted of each article, lines of one article added up, in the order of the lines. */
export function wantedOf(lines: PaymentProcessedV1['lines']): ReadonlyMap<string, number> {
  const wanted = new Map<string, number>();
  for (const { sku, quantity } of lines) wanted.set(sku, (wanted.get(sku) ?? 0) + quantity);
  return wanted;
}

/** The first article whose stock does not suffice, and what to say of it; `undefined` where all can be had. */
export function shortageOf(wanted: ReadonlyMap<string, number>, available: ReadonlyMap<string, number>): Shortage | undefined {
  for (const [sku, quantity] of wanted) {
    const there = available.get(sku) ?? 0;
    if (there < quantity) return { sku, reason: `${quantity} of ${sku} were ordered and ${there} are available` };
  }
  return undefined;
}
