import type { Attributes } from '../../../languages/dynamodb-expression/attribute-value.ts';
import { isMet } from '../../../languages/dynamodb-expression/evaluate-condition.ts';
import { project } from '../../../languages/dynamodb-expression/paths.ts';
import { itemSizeBytes } from '../../../languages/dynamodb-expression/size.ts';
import type { Path } from '../../../languages/dynamodb-expression/syntax.ts';
import type { BoundCondition } from '../request/expressions.ts';
import { addIndexUnits, type Consumption, noConsumption, readUnitsOf } from '../table/capacity.ts';
import { keyOf } from '../table/keys.ts';
import type { Source, Table } from '../table/table.ts';

/** A query or scan reads up to 1 MB before it filters. @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Query.Pagination.html */
const PAGE_BYTES_MAX = 1024 * 1024;

/** How a page is read. */
export interface PageOptions {
  readonly limit: number | undefined;
  readonly filter: BoundCondition | undefined;
  readonly projection: readonly Path[] | undefined;
  readonly isCount: boolean;
  readonly isConsistent: boolean;
  /** Items of a local index whose attributes are not all projected are fetched from the table. */
  readonly fetchesItems: boolean;
}

export interface Page {
  readonly items: Attributes[] | undefined;
  readonly count: number;
  readonly scannedCount: number;
  readonly lastEvaluatedKey: Attributes | undefined;
  readonly consumption: Consumption;
}

/** Reads items in the given order until a page is full. */
export function readPage(table: Table, source: Source, items: Iterable<Attributes>, options: PageOptions): Page {
  const { limit = Number.POSITIVE_INFINITY, filter, projection, isCount } = options;
  const found: Attributes[] = [];
  let count = 0;
  let scannedCount = 0;
  let sizeBytes = 0;
  let fetchedUnits = 0;
  let last: Attributes | undefined;
  let hasMore = false;
  for (const whole of items) {
    const entry = source.index ? source.index.project(whole) : whole;
    const entryBytes = itemSizeBytes(entry);
    if (scannedCount > 0 && sizeBytes + entryBytes > PAGE_BYTES_MAX) {
      hasMore = true;
      break;
    }
    sizeBytes += entryBytes;
    scannedCount += 1;
    last = whole;
    const item = options.fetchesItems ? whole : entry;
    if (options.fetchesItems) fetchedUnits += readUnitsOf(itemSizeBytes(whole), options);
    if (!filter || isMet(filter.tree, item, filter.bindings)) {
      count += 1;
      if (!isCount) found.push(projection ? project(item, projection) : item);
    }
    if (scannedCount >= limit) {
      hasMore = true;
      break;
    }
  }
  const consumption = noConsumption(table.record.name);
  const units = readUnitsOf(sizeBytes, options);
  if (source.index) addIndexUnits(consumption, source.index.record, units);
  else consumption.table = units;
  consumption.table += fetchedUnits;
  return {
    items: isCount ? undefined : found,
    count,
    scannedCount,
    lastEvaluatedKey: hasMore && last ? positionKey(table, source, last) : undefined,
    consumption,
  };
}

/** The key from which a further page starts: primary key and key of the index. */
function positionKey({ record }: Table, { index }: Source, item: Attributes): Attributes {
  const key = keyOf(record.keySchema, item);
  return index ? { ...keyOf(index.record.keySchema, item), ...key } : key;
}
