import { InventoryFailed, InventoryReserved, type PaymentProcessed, type ReserveInventoryV1 } from '../../schemas/index.ts';
import type { ConsumerHandler } from '../backbone/consumer.ts';
import type { Reader, Work } from '../backbone/work.ts';
import { reservationKeyOf, type Shortage, type StockItem, shortageOf, stockKeyOf, wantedOf } from './stock.ts';

/** A transaction has 100 writes: the commit record, the reservation, and the articles. */
const ARTICLES_MAX = 98;

/** What is set aside, and for which order. */
type Wanted = Pick<ReserveInventoryV1, 'orderId' | 'customerId' | 'lines'>;

/**
 * Sets all lines of an order aside, or none: one transaction takes them, on condition that each still suffices. Where another order was faster, the
 * condition fails and the stock is looked at again.
 */
export const reserveStock: ConsumerHandler<typeof PaymentProcessed.v1> = async ({ data }, work) => {
  const { orderId, customerId, email, paymentId, lines } = data;
  const shortage = await reserve(data, work);
  work.emit(
    shortage
      ? InventoryFailed.v1({ orderId, customerId, paymentId, ...shortage, failedAt: work.now })
      : InventoryReserved.v1({ orderId, customerId, email, paymentId, lines, reservedAt: work.now }),
  );
};

/** Sets the lines of an order aside, or answers what is missing. */
export async function reserve({ orderId, customerId, lines }: Wanted, work: Work): Promise<Shortage | undefined> {
  const wanted = wantedOf(lines);
  const shortage = wanted.size > ARTICLES_MAX ? tooMany(wanted) : shortageOf(wanted, await availableOf([...wanted.keys()], work));
  if (shortage) return shortage;
  take(wanted, work);
  work.put(
    { ...reservationKeyOf(orderId), entity: 'RESERVATION', orderId, customerId, lines, reservedAt: work.now },
    { condition: { expression: 'attribute_not_exists(pk)' } },
  );
  return undefined;
}

async function availableOf(skus: readonly string[], reader: Reader): Promise<ReadonlyMap<string, number>> {
  const items = await Promise.all(skus.map((sku) => reader.get<StockItem>(stockKeyOf(sku))));
  return new Map(items.filter((item) => item !== undefined).map(({ sku, available }) => [sku, available]));
}

function take(wanted: ReadonlyMap<string, number>, work: Work): void {
  for (const [sku, quantity] of wanted) {
    const values = { ':quantity': quantity };
    work.update(
      stockKeyOf(sku),
      { expression: 'SET available = available - :quantity', values },
      { condition: { expression: 'available >= :quantity', values } },
    );
  }
}

/** An order that no transaction can hold is refused like one that the stock does not suffice for, so that its money goes back. */
function tooMany(wanted: ReadonlyMap<string, number>): Shortage {
  const [sku = ''] = wanted.keys();
  return { sku, reason: `${wanted.size} different articles were ordered; at most ${ARTICLES_MAX} can be reserved together` };
}
