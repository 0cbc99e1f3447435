import type { Attributes, AttributeValue } from '../../../languages/dynamodb-expression/attribute-value.ts';
import type { Table } from '../table/table.ts';

export interface ItemCollectionMetrics {
  ItemCollectionKey: Record<string, AttributeValue>;
  SizeEstimateRangeGB: number[];
}

/**
 * What a response says of the item's collection: only where it is asked for and the table has local indexes. The estimate is the first gigabyte,
 * which no collection here outgrows.
 */
export function itemCollectionMetrics(table: Table, item: Attributes, wanted: string | undefined): ItemCollectionMetrics | undefined {
  if (wanted !== 'SIZE' || !table.record.indexes.some((index) => !index.isGlobal)) return undefined;
  const { hash } = table.record.keySchema;
  return { ItemCollectionKey: { [hash]: item[hash] as AttributeValue }, SizeEstimateRangeGB: [0, 1] };
}
