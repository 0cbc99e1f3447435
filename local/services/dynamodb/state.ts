import type { Collection } from '../../kernel/collection.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import type { Timer } from '../../kernel/scheduler.ts';
import type { KeptItem } from '../../languages/dynamodb-item/packed-item.ts';
import { itemCodec } from '../../languages/dynamodb-item/stream-record.ts';
import { resourceNotFound, tableIsBeingCreated } from './errors.ts';
import type { StreamDescriptor, StreamViewType, TableRecord } from './table/schema.ts';
import { forgetClosedStreams, newStream, StreamWriter } from './table/stream.ts';
import { Table } from './table/table.ts';

export interface DynamoDbState {
  readonly records: Collection<TableRecord>;
  readonly streams: Collection<StreamDescriptor>;
  /** Transactions by client request token: when they ended and what they asked, as one text. */
  readonly tokens: Collection<string>;
  readonly tables: Map<string, Table>;
  readonly nowMs: () => number;
  /** How long a table that a client makes is being created. */
  tableCreationMs: number;
  /** One timer for each table in which something expires: for what is due next. */
  readonly expiryTimers: Map<Table, { readonly dueMs: number; readonly timer: Timer }>;
}

export function createState(kernel: Kernel): DynamoDbState {
  const state: DynamoDbState = {
    records: kernel.collection('dynamodb.tables'),
    streams: kernel.collection('dynamodb.streams'),
    tokens: kernel.collection('dynamodb.tokens'),
    tables: new Map(),
    nowMs: () => kernel.nowMs(),
    tableCreationMs: 0,
    expiryTimers: new Map(),
  };
  for (const record of state.records.values()) state.tables.set(record.name, openTable(kernel, state, record));
  return state;
}

function openTable(kernel: Kernel, state: DynamoDbState, record: TableRecord): Table {
  const table = new Table(record, itemsOf(kernel, record));
  const descriptor = record.stream && state.streams.get(streamArn(record, record.stream.label));
  if (descriptor) table.stream = new StreamWriter(kernel, state.streams, descriptor);
  return table;
}

function itemsOf(kernel: Kernel, { id }: TableRecord): Collection<KeptItem> {
  return kernel.collection(`dynamodb.items/${id}`, itemCodec);
}

/** ARN of a table's stream. */
export function streamArn(record: Pick<TableRecord, 'arn'>, label: string): string {
  return `${record.arn}/stream/${label}`;
}

/** The name in what may be a name or an ARN. */
export function tableNameOf(nameOrArn: string): string {
  return nameOrArn.startsWith('arn:') ? (nameOrArn.split('/')[1] ?? nameOrArn) : nameOrArn;
}

/** The table of that name or ARN, for operations on items. */
export function tableOf(state: DynamoDbState, nameOrArn: string | undefined): Table {
  const table = state.tables.get(tableNameOf(nameOrArn ?? ''));
  if (!table || !isReady(state, table)) throw resourceNotFound();
  return table;
}

/** Whether a table can be used: it is not being created any more. */
export function isReady(state: DynamoDbState, { record: { readyMs } }: Table): boolean {
  return readyMs === undefined || state.nowMs() >= readyMs;
}

/** Refuses to change a table that is being created. */
export function checkIsReady(state: DynamoDbState, table: Table): void {
  if (!isReady(state, table)) throw tableIsBeingCreated(table.record.name);
}

/** Adds a table. */
export function addTable(kernel: Kernel, state: DynamoDbState, record: TableRecord): Table {
  state.records.put(record.name, record);
  const table = openTable(kernel, state, record);
  state.tables.set(record.name, table);
  return table;
}

/** Changes a table's record and what follows from it: indexes, times of expiry. */
export function changeTable(state: DynamoDbState, table: Table, changes: Partial<TableRecord>): void {
  table.record = { ...table.record, ...changes };
  state.records.put(table.record.name, table.record);
  table.setIndexes();
  table.setExpiry();
}

/** Begins a stream; an earlier one ends. */
export function startStream(kernel: Kernel, state: DynamoDbState, table: Table, viewType: StreamViewType): void {
  table.stream?.close();
  forgetClosedStreams(kernel, state.streams);
  const descriptor = newStream(kernel, state.streams, { record: table.record, keySchema: table.record.keySchema, viewType });
  table.stream = new StreamWriter(kernel, state.streams, descriptor);
  changeTable(state, table, { stream: { label: descriptor.label, viewType }, latestStreamLabel: descriptor.label });
}

/** Ends a table's stream. */
export function stopStream(state: DynamoDbState, table: Table): void {
  table.stream?.close();
  table.stream = undefined;
  changeTable(state, table, { stream: undefined });
}

/** Removes a table and its items. Its stream can be read on. */
export function removeTable(state: DynamoDbState, table: Table): void {
  table.stream?.close();
  state.expiryTimers.get(table)?.timer.cancel();
  state.expiryTimers.delete(table);
  table.clear();
  state.tables.delete(table.record.name);
  state.records.delete(table.record.name);
}
