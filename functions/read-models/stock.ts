import { InventoryReserved, StockReceived } from '../../schemas/index.ts';
import type { EventOf } from '../backbone/delivery/declaration.ts';
import type { Source } from '../backbone/projections/projection.ts';
import { type Change, defineProjection } from '../backbone/projections/projection.ts';

/** What came in and was set aside of one article. */
export interface StockLevel {
  readonly received: number;
  readonly reserved: number;
}

type StockEvent = EventOf<typeof StockReceived.v1 | typeof InventoryReserved.v1>;

/** Pieces by article, that one receipt added or one order took. */
interface StockPart {
  readonly kind: keyof StockLevel;
  readonly pieces: Readonly<Record<string, number>>;
}

/** A receipt and a reservation happen once: neither has an aggregate whose events could be counted, so that each is a source of one event. */
function sourceOf(event: StockEvent): Source {
  return { id: event.type === 'StockReceived' ? `receipt-${event.id}` : `reservation-${event.data.orderId}`, version: 1 };
}

function apply(_: StockPart | undefined, event: StockEvent): StockPart {
  if (event.type === 'StockReceived') return { kind: 'received', pieces: { [event.data.sku]: event.data.quantity } };
  const pieces: Record<string, number> = {};
  for (const { sku, quantity } of event.data.lines) pieces[sku] = (pieces[sku] ?? 0) + quantity;
  return { kind: 'reserved', pieces };
}

function merge(view: StockLevel, { key, before, after }: Change<StockPart>): StockLevel {
  const added = (after.pieces[key] ?? 0) - (before?.pieces[key] ?? 0);
  return { ...view, [after.kind]: view[after.kind] + added };
}

/** One view an article. */
export const stock = defineProjection({
  name: 'stock',
  version: 1,
  on: [StockReceived.v1, InventoryReserved.v1],
  source: sourceOf,
  apply,
  into: { keysOf: ({ pieces }) => Object.keys(pieces), initial: { received: 0, reserved: 0 } as StockLevel, merge },
});
