import { applyUpdate } from '../../../languages/dynamodb-expression/apply-update.ts';
import { type Attributes, type AttributeValue, attributeOf, copyAttributes, typeOf } from '../../../languages/dynamodb-expression/attribute-value.ts';
import { isMet } from '../../../languages/dynamodb-expression/evaluate-condition.ts';
import { resolveElement } from '../../../languages/dynamodb-expression/paths.ts';
import { itemSizeBytes } from '../../../languages/dynamodb-expression/size.ts';
import { UpdateError } from '../../../languages/dynamodb-expression/syntax.ts';
import { invalidParameter, validation } from '../errors.ts';
import { checkIndexKeys, checkItemKey, checkKey, checkPaths, conditionPaths, keyNames, updatePaths } from '../table/key-check.ts';
import { itemKey } from '../table/keys.ts';
import type { Table } from '../table/table.ts';
import type { BoundCondition, BoundUpdate } from './expressions.ts';

/** Largest item. @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html#limits-items */
const ITEM_BYTES_MAX = 400 * 1024;

/** One change of one item, as a request asks for it: form and content are checked, the table is not yet. */
export interface WriteRequest {
  readonly operation: 'PutItem' | 'UpdateItem' | 'DeleteItem' | 'ConditionCheckItem';
  /** The item that is put, or the key of the one that is changed. */
  readonly attributes: Attributes;
  readonly condition: BoundCondition | undefined;
  readonly update: BoundUpdate | undefined;
  /** An update of before there were expressions names its faults otherwise. */
  readonly isLegacy: boolean;
  readonly returnsItemOnFailure: boolean;
}

/** A change that can be committed. */
export interface Write {
  readonly table: Table;
  readonly request: WriteRequest;
  readonly key: string;
  readonly old: Attributes | undefined;
  readonly next: Attributes | undefined;
  readonly oldBytes: number;
  readonly nextBytes: number;
}

/** What came of planning a change: it can be made, or its condition does not hold. */
export type Plan =
  | { readonly status: 'ready'; readonly write: Write }
  | { readonly status: 'condition-failed'; readonly key: string; readonly old: Attributes | undefined };

/** Checks a request against the table's keys. */
export function checkAgainstTable(table: Table, request: WriteRequest): void {
  const { record } = table;
  const { attributes, condition, update } = request;
  if (request.operation === 'PutItem') {
    checkItemKey(record, attributes);
    checkIndexKeys(record, attributes);
  } else {
    checkKey(record, attributes);
  }
  if (update) {
    for (const name of keyNames(record.keySchema)) {
      if (update.paths.some((path) => path[0] === name)) throw invalidParameter(`Cannot update attribute ${name}. This attribute is part of the key`);
    }
    if (record.indexes.length > 0) checkIndexKeys(record, knownValues(update));
    checkPaths(record, updatePaths(update.tree), update.bindings.names);
  }
  if (condition) checkPaths(record, conditionPaths(condition.tree), condition.bindings.names);
}

/** The attributes whose type an update settles whatever item is there: those that it gives a value of the request, or a sum. */
function knownValues({ tree, bindings: { names, values } }: BoundUpdate): Attributes {
  const known: Record<string, AttributeValue> = {};
  for (const { path, value } of tree.set) {
    const settled = value.kind === 'value' ? values[value.name] : value.kind === 'arithmetic' ? ANY_NUMBER : undefined;
    if (path.length === 1 && settled) known[resolveElement(path[0] as string, names) as string] = settled;
  }
  for (const { path, value } of tree.add) {
    const settled = values[value];
    if (path.length === 1 && settled) known[resolveElement(path[0] as string, names) as string] = settled;
  }
  return known;
}

const ANY_NUMBER: AttributeValue = { N: '0' };

const NOTHING: Attributes = {};

/** Works out what a checked request makes of the item that is there. Changes nothing. Throws validation faults that depend on the item. */
export function planWrite(table: Table, request: WriteRequest): Plan {
  const key = itemKey(table.record.keySchema, request.attributes);
  const old = table.item(key);
  if (request.condition && !isMet(request.condition.tree, old ?? NOTHING, request.condition.bindings)) return { status: 'condition-failed', key, old };
  const next = nextItem(table, request, old);
  const oldBytes = old ? itemSizeBytes(old) : 0;
  const nextBytes = next === old ? oldBytes : next ? itemSizeBytes(next) : 0;
  if (nextBytes > ITEM_BYTES_MAX && next !== old) {
    throw validation(
      request.operation === 'UpdateItem' ? 'Item size to update has exceeded the maximum allowed size' : 'Item size has exceeded the maximum allowed size',
    );
  }
  return { status: 'ready', write: { table, request, key, old, next, oldBytes, nextBytes } };
}

function nextItem(table: Table, request: WriteRequest, old: Attributes | undefined): Attributes | undefined {
  switch (request.operation) {
    case 'PutItem':
      return request.attributes;
    case 'DeleteItem':
      return undefined;
    case 'ConditionCheckItem':
      return old;
    case 'UpdateItem':
      return updatedItem(table, request, old ?? request.attributes);
  }
}

function updatedItem(table: Table, { update, isLegacy }: WriteRequest, item: Attributes): Attributes {
  if (!update) return copyAttributes(item);
  const next = applied(update, item);
  if (isLegacy) checkIndexKeys(table.record, next);
  else checkUpdatedIndexKeys(table, next);
  return next;
}

function applied(update: BoundUpdate, item: Attributes): Attributes {
  try {
    return applyUpdate(update.tree, item, update.bindings);
  } catch (error) {
    if (error instanceof UpdateError) throw validation(error.message);
    throw error;
  }
}

function checkUpdatedIndexKeys({ record }: Table, next: Attributes): void {
  for (const { keySchema } of record.indexes) {
    for (const name of keyNames(keySchema)) {
      const value = attributeOf(next, name);
      if (value && typeOf(value) !== record.attributeTypes[name]) {
        throw validation('The update expression attempted to update the secondary index key to unsupported type');
      }
    }
  }
  checkIndexKeys(record, next);
}
