import { paginateListTables, paginateScan } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import type { Clients } from '../../operations/clients.ts';

/** Members that say when, and how long to keep: they differ from run to run. */
const TIMES = /^(expiresAt|at|time|.*At)$/;

/** Ids are drawn at run time: each becomes its kind and the order of its first appearance, seen from what it belongs to. */
const ID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|\b(pay|ref)_[0-9a-f]{16,}|\b[0-9a-f]{32,64}\b/g;

type Plain = Record<string, unknown>;

function withoutTimes(value: unknown): unknown {
  if (typeof value === 'string') return value.startsWith('{') ? JSON.stringify(withoutTimes(JSON.parse(value))) : value;
  if (Array.isArray(value)) return value.map(withoutTimes);
  if (value instanceof Set) return [...value].sort();
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value as Plain).filter(([name]) => !TIMES.test(name) && name !== 'traceparent');
  return Object.fromEntries(kept.sort(([a], [b]) => a.localeCompare(b)).map(([name, member]) => [name, withoutTimes(member)]));
}

/** All items of all tables, less timestamps and ids drawn at run time, as sorted text: two runs that did the same give the same. */
export async function canonicalTables(clients: Pick<Clients, 'dynamodb'>): Promise<Map<string, string[]>> {
  const tables = new Map<string, string[]>();
  for await (const { TableNames: names = [] } of paginateListTables({ client: clients.dynamodb }, {})) {
    for (const name of names) {
      const lines: string[] = [];
      for await (const { Items: items = [] } of paginateScan({ client: clients.dynamodb }, { TableName: name })) {
        for (const item of items) lines.push(JSON.stringify(withoutTimes(unmarshall(item))).replace(ID, '<id>'));
      }
      tables.set(name, lines.sort());
    }
  }
  return tables;
}
