import type { QueryCommandInput, ScanCommandInput } from '@aws-sdk/client-dynamodb';
import { type Attributes, attributeOf, typeOf } from '../../../languages/dynamodb-expression/attribute-value.ts';
import type { Path } from '../../../languages/dynamodb-expression/syntax.ts';
import { invalidParameter, validation } from '../errors.ts';
import type { BoundCondition } from '../request/expressions.ts';
import { type ConsumedCapacity, consumedCapacity } from '../table/capacity.ts';
import { checkPaths, conditionPaths, keyNames } from '../table/key-check.ts';
import type { Source, Table } from '../table/table.ts';
import type { Page, PageOptions } from './page.ts';

type ReadInput = Pick<
  QueryCommandInput & ScanCommandInput,
  'IndexName' | 'ConsistentRead' | 'Select' | 'Limit' | 'ProjectionExpression' | 'AttributesToGet' | 'ReturnConsumedCapacity'
>;

/** Checks `Select` against the projection of a request. */
export function checkSelect({ Select: select, IndexName: index, ProjectionExpression, AttributesToGet }: ReadInput): void {
  const given = ProjectionExpression !== undefined ? 'ProjectionExpression' : AttributesToGet !== undefined ? 'AttributesToGet' : undefined;
  if (select === 'ALL_PROJECTED_ATTRIBUTES' && index === undefined) {
    throw invalidParameter('ALL_PROJECTED_ATTRIBUTES can be used only when Querying using an IndexName');
  }
  if (select !== undefined && select !== 'SPECIFIC_ATTRIBUTES' && given) throw validation(`Cannot specify the ${given} when choosing to get ${select}`);
  if (select === 'SPECIFIC_ATTRIBUTES' && !given) {
    throw validation('Must specify the AttributesToGet or ProjectionExpression when choosing to get SPECIFIC_ATTRIBUTES');
  }
}

/** What a request reads, checked against what it asks of it. */
export function sourceOf(table: Table, input: ReadInput): Source {
  const source = table.source(input.IndexName);
  if (!source) throw validation(`The table does not have the specified index: ${input.IndexName}`);
  const index = source.index?.record;
  if (index?.isGlobal && input.ConsistentRead === true) throw validation('Consistent reads are not supported on global secondary indexes');
  return source;
}

/** How a page of the source is read. Throws where a global index does not hold what is asked for. */
export function pageOptions(
  table: Table,
  source: Source,
  input: ReadInput,
  read: { readonly filter: BoundCondition | undefined; readonly projection: readonly Path[] | undefined },
): PageOptions {
  const { filter, projection } = read;
  const { index } = source;
  if (index?.record.isGlobal && input.Select === 'ALL_ATTRIBUTES' && index.record.projection !== 'ALL') {
    throw invalidParameter(
      `Select type ALL_ATTRIBUTES is not supported for global secondary index ${index.record.name} because its projection type is not ALL`,
    );
  }
  if (filter) checkPaths(table.record, conditionPaths(filter.tree), filter.bindings.names);
  if (projection) checkPaths(table.record, projection, {});
  const missing = index && projection ? projection.map((path) => path[0] as string).filter((name) => !index.projects(name)) : [];
  if (index?.record.isGlobal && missing.length > 0) {
    throw invalidParameter(`Global secondary index ${index.record.name} does not project [${missing.join(', ')}]`);
  }
  const fetchesItems =
    index !== undefined && !index.record.isGlobal && (missing.length > 0 || (input.Select === 'ALL_ATTRIBUTES' && index.record.projection !== 'ALL'));
  return { limit: input.Limit, filter, projection, isCount: input.Select === 'COUNT', isConsistent: input.ConsistentRead === true, fetchesItems };
}

const START_INVALID = 'The provided starting key is invalid';
const NOT_OF_SCHEMA = 'The provided key element does not match the schema';

function startNames({ record }: Table, { index }: Source): Set<string> {
  return new Set([...keyNames(record.keySchema), ...(index ? keyNames(index.record.keySchema) : [])]);
}

/** Throws where an attribute of the key that is read by is missing or of another type. */
function checkStartAttribute({ record }: Table, name: string, start: Attributes): void {
  const value = attributeOf(start, name);
  if (!value) throw validation(START_INVALID);
  if (typeOf(value) !== record.attributeTypes[name]) throw validation(NOT_OF_SCHEMA);
}

/** Throws where the primary key in a starting key is not of the table's schema. */
function checkStartPrimaryKey({ record }: Table, start: Attributes): void {
  const isOfSchema = keyNames(record.keySchema).every((name) => {
    const value = attributeOf(start, name);
    return value !== undefined && typeOf(value) === record.attributeTypes[name];
  });
  if (!isOfSchema) throw validation(`${START_INVALID}: ${NOT_OF_SCHEMA}`);
}

/** Checks the starting key of a scan: the attributes of index key and primary key, of their types. */
export function checkScanStart(table: Table, source: Source, start: Attributes): void {
  const isComplete = Object.keys(start).length === startNames(table, source).size;
  if (!isComplete) throw validation(source.index ? START_INVALID : `${START_INVALID}: ${NOT_OF_SCHEMA}`);
  if (source.index) for (const name of keyNames(source.keySchema)) checkStartAttribute(table, name, start);
  checkStartPrimaryKey(table, start);
}

/** What AWS checks of a query's starting key before it looks at the key conditions. */
export function checkQueryStartHash(table: Table, source: Source, start: Attributes): void {
  if (Object.keys(start).length !== startNames(table, source).size) throw validation(START_INVALID);
  checkStartAttribute(table, source.keySchema.hash, start);
}

/** What it checks afterwards: the sort key, then the primary key. */
export function checkQueryStartRest(table: Table, { keySchema }: Source, start: Attributes): void {
  if (keySchema.range !== undefined) checkStartAttribute(table, keySchema.range, start);
  checkStartPrimaryKey(table, start);
}

/** What query and scan answer alike. */
export function pageAnswer(
  page: Page,
  wanted: string | undefined,
): {
  Items?: Attributes[];
  Count: number;
  ScannedCount: number;
  LastEvaluatedKey?: Attributes;
  ConsumedCapacity?: ConsumedCapacity;
} {
  const capacity = consumedCapacity(page.consumption, wanted);
  return {
    ...(page.items && { Items: page.items }),
    Count: page.count,
    ScannedCount: page.scannedCount,
    ...(page.lastEvaluatedKey && { LastEvaluatedKey: page.lastEvaluatedKey }),
    ...(capacity && { ConsumedCapacity: capacity }),
  };
}
