import { ScanCommand, type ScanCommandOutput } from '@aws-sdk/client-dynamodb';
import type { Envelope } from '../../envelope.ts';
import type { Tip } from '../../event-store/items.ts';
import { envelopesOf, history } from '../../event-store/load.ts';
import { type Ports, required } from '../../ports.ts';
import { fromItem, tableReader, toItem } from '../../table.ts';
import type { Key } from '../../work.ts';
import { projectionPrefix } from '../items.ts';

/** One page of a scan. `cursor` is undefined where it was the last. */
export interface ScanPage<Item> {
  readonly items: readonly Item[];
  readonly cursor: string | undefined;
}

/** Where a scan goes on, and how far it may go. */
export interface ScanPosition {
  readonly cursor: string | undefined;
  /** Items looked at. @default a megabyte of them */
  readonly limit?: number | undefined;
}

interface ScanFilter {
  readonly table: string;
  readonly expression: string;
  readonly values: object;
}

async function scan<Item extends object>(
  { dynamodb }: Ports,
  { table, expression, values }: ScanFilter,
  { cursor, limit }: ScanPosition,
): Promise<ScanPage<Item>> {
  const command = new ScanCommand({
    TableName: table,
    ConsistentRead: true,
    FilterExpression: expression,
    ExpressionAttributeValues: toItem(values),
    ExclusiveStartKey: cursor === undefined ? undefined : toItem(JSON.parse(cursor) as Key),
    Limit: limit,
  });
  const { Items = [], LastEvaluatedKey } = (await dynamodb.send(command)) as ScanCommandOutput;
  return { items: Items.map((item) => fromItem<Item>(item)), cursor: LastEvaluatedKey && JSON.stringify(fromItem(LastEvaluatedKey)) };
}

/** All events of some aggregates. */
export interface StorePage {
  readonly sources: number;
  readonly events: readonly Envelope[];
  readonly cursor: string | undefined;
}

/** Reads a page of an event store, with all events of each aggregate on it, in order: what was appended before the page was read is there. */
export async function storePage(ports: Ports, position: ScanPosition): Promise<StorePage> {
  const table = required(ports.environment, 'STORE_TABLE_NAME');
  const { items, cursor } = await scan<Tip>(ports, { table, expression: 'entity = :tip', values: { ':tip': 'TIP' } }, position);
  const reader = tableReader({ dynamodb: ports.dynamodb, environment: { TABLE_NAME: table } });
  const events: Envelope[] = [];
  for (const tip of items) {
    if (tip.first === 1) events.push(...envelopesOf(tip));
    else for await (const event of history(reader, { type: tip.aggregate }, tip.id)) events.push(event);
  }
  return { sources: items.length, events, cursor };
}

/** Reads a page of what a projection has, in all generations. */
export function projectionPage<Item extends Key>(ports: Ports, name: string, position: ScanPosition): Promise<ScanPage<Item>> {
  const table = required(ports.environment, 'TABLE_NAME');
  return scan<Item>(ports, { table, expression: 'begins_with(pk, :prefix)', values: { ':prefix': projectionPrefix(name) } }, position);
}
