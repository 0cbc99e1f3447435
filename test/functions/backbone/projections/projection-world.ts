import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import type { Envelope } from '../../../../functions/backbone/envelope.ts';
import { defineProjection, type Projection } from '../../../../functions/backbone/projections/projection.ts';
import { OrderCancelled, OrderConfirmed, OrderPlaced } from '../../../../schemas/index.ts';
import { FakeTable } from '../fake-table.ts';
import { newWorld, orderEnvelope, type World } from '../world.ts';

type Input = Record<string, unknown>;

/** A fake table that knows what projections ask for besides: batches and scans, both in pages. */
export class ProjectionTable extends FakeTable {
  /** Items in an answer. */
  pageSize = 1_000;

  override async send(command: object): Promise<unknown> {
    const operation = command.constructor.name.replace(/Command$/, '');
    if (!['BatchGetItem', 'BatchWriteItem', 'Scan'].includes(operation)) return super.send(command);
    await Promise.resolve();
    const { input } = command as { input: Input };
    this.calls.push(operation);
    this.before(operation, this.calls.length);
    if (operation === 'Scan') return this.#scan(input);
    return operation === 'BatchGetItem' ? this.#get(input) : this.#write(input);
  }

  #get({ RequestItems }: Input): unknown {
    const [[table, { Keys }]] = Object.entries(RequestItems as Record<string, { Keys: Record<string, never>[] }>) as [
      [string, { Keys: Record<string, never>[] }],
    ];
    const answered = Keys.slice(0, this.pageSize);
    const items = answered.map((key) => unmarshall(key)).map(({ pk, sk }) => this.get(table, String(pk), String(sk)));
    const left = Keys.slice(this.pageSize);
    return {
      Responses: { [table]: items.filter((item) => item !== undefined).map((item) => marshall(item, { removeUndefinedValues: true })) },
      UnprocessedKeys: left.length > 0 ? { [table]: { Keys: left } } : {},
    };
  }

  #write({ RequestItems }: Input): unknown {
    for (const [table, writes] of Object.entries(RequestItems as Record<string, { DeleteRequest: { Key: Record<string, never> } }[]>)) {
      for (const { DeleteRequest } of writes) {
        const { pk, sk } = unmarshall(DeleteRequest.Key);
        this.tables.get(table)?.delete(`${pk}\u0000${sk}`);
      }
    }
    return { UnprocessedItems: {} };
  }

  #scan({ TableName, ExclusiveStartKey, ExpressionAttributeValues }: Input): unknown {
    const values = unmarshall((ExpressionAttributeValues ?? {}) as Record<string, never>);
    const keyOf = (item: object): string => {
      const { pk, sk } = item as { pk: string; sk: string };
      return `${pk}\u0000${sk}`;
    };
    const start = ExclusiveStartKey ? keyOf(unmarshall(ExclusiveStartKey as Record<string, never>)) : '';
    const all = this.items(String(TableName)).sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
    const page = all.filter((item) => keyOf(item) > start).slice(0, this.pageSize);
    const isWanted = (item: Input): boolean =>
      values[':prefix'] === undefined ? item['entity'] === values[':tip'] : String(item['pk']).startsWith(String(values[':prefix']));
    const last = page.at(-1);
    return {
      Items: page.filter(isWanted).map((item) => marshall(item, { removeUndefinedValues: true })),
      ...(last && page.length === this.pageSize && { LastEvaluatedKey: marshall({ pk: last['pk'], sk: last['sk'] }) }),
    };
  }
}

/** A world with a table for projections. */
export function newProjectionWorld(environment: Record<string, string> = {}): World & { readonly table: ProjectionTable } {
  const world = newWorld(environment);
  const table = new ProjectionTable();
  return Object.assign(world, { table, ports: { ...world.ports, dynamodb: table } });
}

/** What happens to one order: placed, and perhaps confirmed, and perhaps cancelled. */
export interface OrderStory {
  readonly orderId: string;
  readonly customerId: string;
  readonly orderedAt: string;
  readonly totalCents: number;
  readonly end: 'PLACED' | 'CONFIRMED' | 'CANCELLED' | 'RETURNED';
}

/** The events of an order, as its store has them. */
export function eventsOf({ orderId, customerId, orderedAt, totalCents, end }: OrderStory): Envelope[] {
  const base = orderEnvelope(orderId) as unknown as Envelope<string, object>;
  const confirmed = OrderConfirmed.v1({ orderId, customerId, confirmedAt: orderedAt });
  const cancelled = OrderCancelled.v1({ orderId, customerId, email: 'ada@example.org', reason: 'Declined', cancelledAt: orderedAt });
  const placed = { ...OrderPlaced.v1({ ...(base.data as never as Parameters<typeof OrderPlaced.v1>[0]), customerId, orderedAt, totalCents }) };
  const payloads = [
    placed,
    ...(end === 'CONFIRMED' || end === 'RETURNED' ? [confirmed] : []),
    ...(end === 'CANCELLED' || end === 'RETURNED' ? [cancelled] : []),
  ];
  return payloads.map((payload, index) => ({ ...base, ...payload, id: `${orderId}-${index + 1}`, sequence: String(index + 1).padStart(16, '0') }));
}

/** Which of an order's events a view has seen, by customer: any event that is lost, doubled or out of order shows. */
export const tally: Projection = defineProjection({
  name: 'tally',
  version: 1,
  on: [OrderPlaced.v1, OrderConfirmed.v1, OrderCancelled.v1],
  apply: (part: { readonly customerId: string; readonly events: readonly string[] } | undefined, event) => ({
    customerId: event.data.customerId,
    events: [...(part?.events ?? []), event.id],
  }),
  into: {
    keysOf: ({ customerId }) => [customerId],
    initial: {} as Readonly<Record<string, number>>,
    merge: (view, { before, after }) => {
      const counted = { ...view };
      for (const id of after.events.slice(before?.events.length ?? 0)) counted[id] = (counted[id] ?? 0) + 1;
      return counted;
    },
  },
});
