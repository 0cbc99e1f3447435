import { type AttributeValue, ListTablesCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import type { World } from './world.ts';

/** An item as plain values. */
// biome-ignore lint/suspicious/noExplicitAny: tests look at what they expect
export type PlainItem = Record<string, any>;

/** All items of all tables, by table and sorted by key. */
export async function readTables(world: World): Promise<Record<string, PlainItem[]>> {
  const { TableNames: names = [] } = await world.complete(world.clients.dynamodb.send(new ListTablesCommand({})));
  const tables: Record<string, PlainItem[]> = {};
  for (const name of names) {
    const items: PlainItem[] = [];
    let startKey: Record<string, AttributeValue> | undefined;
    do {
      const page = await world.complete(world.clients.dynamodb.send(new ScanCommand({ TableName: name, ...(startKey && { ExclusiveStartKey: startKey }) })));
      items.push(...(page.Items ?? []).map((item) => unmarshall(item)));
      startKey = page.LastEvaluatedKey;
    } while (startKey);
    tables[name] = items.sort((a, b) => JSON.stringify([a['pk'], a['sk']]).localeCompare(JSON.stringify([b['pk'], b['sk']])));
  }
  return tables;
}

/** All items of one kind, whatever table they are in. */
export async function itemsOf(world: World, entity: string): Promise<PlainItem[]> {
  return Object.values(await readTables(world))
    .flat()
    .filter((item) => item['entity'] === entity);
}

/** Charged less refunded, and both, in cents. */
export async function ledger(world: World): Promise<{ readonly charged: number; readonly refunded: number; readonly entries: PlainItem[] }> {
  const entries = await itemsOf(world, 'LEDGER');
  const sum = (kind: string): number => entries.filter((entry) => entry['kind'] === kind).reduce((total, entry) => total + Number(entry['amountCents']), 0);
  return { charged: sum('charge'), refunded: sum('refund'), entries };
}
