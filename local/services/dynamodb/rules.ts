import type {
  AttributeDefinition,
  CreateTableCommandInput,
  GlobalSecondaryIndex,
  KeySchemaElement,
  LocalSecondaryIndex,
  Projection,
} from '@aws-sdk/client-dynamodb';
import { invalidParameter, validation } from './errors.ts';
import type { IndexRecord, KeySchema, KeyType, Throughput } from './table/schema.ts';

/** @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html */
const GLOBAL_INDEXES_MAX = 20;
const LOCAL_INDEXES_MAX = 5;
const CAPACITY_UNITS_MAX = 1_000_000_000_000;
const NAME_LENGTH_MIN = 3;
const NAME_LENGTH_MAX = 255;

/** A table name of a request that takes names or ARNs of tables. */
export function checkTableName(name: string | undefined): string {
  if (name === undefined) throw validation("The parameter 'TableName' is required but was not present in the request");
  const isLengthOk = name.startsWith('arn:') || (name.length >= NAME_LENGTH_MIN && name.length <= NAME_LENGTH_MAX);
  if (!isLengthOk) throw validation('TableName must be at least 3 characters long and at most 255 characters long');
  return name;
}

/** What a request gives of a table's keys and throughput, checked as a whole. */
export interface TableShape {
  readonly keySchema: KeySchema;
  readonly attributeTypes: Readonly<Record<string, KeyType>>;
  readonly isOnDemand: boolean;
  readonly throughput: Throughput;
  readonly indexes: readonly IndexRecord[];
}

const NO_THROUGHPUT: Throughput = { readUnits: 0, writeUnits: 0 };

type ShapeInput = Pick<
  CreateTableCommandInput,
  'AttributeDefinitions' | 'KeySchema' | 'BillingMode' | 'ProvisionedThroughput' | 'LocalSecondaryIndexes' | 'GlobalSecondaryIndexes'
>;

/** Checks keys, indexes and throughput of a new table. */
export function readTableShape(input: ShapeInput): TableShape {
  checkPresent(input);
  const isOnDemand = input.BillingMode === 'PAY_PER_REQUEST';
  const throughput = readThroughput(input.ProvisionedThroughput, { isOnDemand });
  const definitions = input.AttributeDefinitions ?? [];
  const attributeTypes = readAttributeTypes(definitions);
  if ((input.KeySchema?.length ?? 0) > definitions.length) throw validation('Invalid KeySchema: Some index key attribute have no definition');
  const keySchema = readKeySchema(input.KeySchema, attributeTypes);
  const local = readLocalIndexes(input.LocalSecondaryIndexes, keySchema, attributeTypes);
  const global = readGlobalIndexes(input.GlobalSecondaryIndexes, { isOnDemand, attributeTypes });
  const indexes = [...local, ...global];
  checkNames(indexes);
  checkAllUsed(keySchema, indexes, attributeTypes);
  return { keySchema, attributeTypes, isOnDemand, throughput, indexes };
}

/** The model lets a request leave these out, which only imports of tables may. */
function checkPresent(input: ShapeInput): void {
  const missing = (['AttributeDefinitions', 'KeySchema'] as const).filter((name) => input[name] === undefined);
  if (missing.length === 0) return;
  const errors = missing.map((name) => `Value null at '${name.charAt(0).toLowerCase()}${name.slice(1)}' failed to satisfy constraint: Member must not be null`);
  throw validation(`${missing.length} validation error${missing.length === 1 ? '' : 's'} detected: ${errors.join('; ')}`);
}

/** Types of key attributes by name. */
export function readAttributeTypes(definitions: readonly AttributeDefinition[]): Record<string, KeyType> {
  return Object.fromEntries(definitions.map(({ AttributeName: name, AttributeType: type }) => [name as string, type as KeyType]));
}

/** Provisioned throughput, as it goes with the billing mode. */
export function readThroughput(given: CreateTableCommandInput['ProvisionedThroughput'], { isOnDemand }: { readonly isOnDemand: boolean }): Throughput {
  if (isOnDemand) {
    const isGiven = (given?.ReadCapacityUnits ?? 0) > 0 || (given?.WriteCapacityUnits ?? 0) > 0;
    if (isGiven) throw invalidParameter('Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST');
    return NO_THROUGHPUT;
  }
  if (!given) throw invalidParameter('ReadCapacityUnits and WriteCapacityUnits must both be specified when BillingMode is PROVISIONED');
  for (const name of ['ReadCapacityUnits', 'WriteCapacityUnits'] as const) {
    if ((given[name] ?? 0) > CAPACITY_UNITS_MAX) throw validation(`Given value ${given[name]} for ${name} is out of bounds`);
  }
  return { readUnits: given.ReadCapacityUnits ?? 0, writeUnits: given.WriteCapacityUnits ?? 0 };
}

function readKeySchema(elements: readonly KeySchemaElement[] | undefined, attributeTypes: Readonly<Record<string, KeyType>>): KeySchema {
  const [first, second] = elements ?? [];
  const names = (elements ?? []).map((element) => element.AttributeName as string);
  const undefinedNames = names.filter((name) => !Object.hasOwn(attributeTypes, name));
  if (undefinedNames.length > 0) {
    throw invalidParameter(
      `Some index key attributes are not defined in AttributeDefinitions. Keys: [${names.join(', ')}], AttributeDefinitions: [${Object.keys(attributeTypes).join(', ')}]`,
    );
  }
  if (first?.KeyType !== 'HASH') throw validation('Invalid KeySchema: The first KeySchemaElement is not a HASH key type');
  if (!second) return { hash: first.AttributeName as string };
  if (second.AttributeName === first.AttributeName) throw validation('Both the Hash Key and the Range Key element in the KeySchema have the same name');
  if (second.KeyType !== 'RANGE') throw validation('Invalid KeySchema: The second KeySchemaElement is not a RANGE key type');
  return { hash: first.AttributeName as string, range: second.AttributeName as string };
}

function readLocalIndexes(
  given: readonly LocalSecondaryIndex[] | undefined,
  table: KeySchema,
  attributeTypes: Readonly<Record<string, KeyType>>,
): IndexRecord[] {
  if (!given) return [];
  if (given.length === 0) throw invalidParameter('List of LocalSecondaryIndexes is empty');
  const indexes = given.map((one) => {
    const name = one.IndexName as string;
    const keySchema = readKeySchema(one.KeySchema, attributeTypes);
    if (table.range === undefined) {
      throw invalidParameter('Table KeySchema does not have a range key, which is required when specifying a LocalSecondaryIndex');
    }
    if (keySchema.hash !== table.hash) {
      throw invalidParameter(
        `Index KeySchema does not have the same leading hash key as table KeySchema for index: ${name}. index hash key: ${keySchema.hash}, table hash key: ${table.hash}`,
      );
    }
    if (keySchema.range === undefined) throw invalidParameter(`Index KeySchema does not have a range key for index: ${name}`);
    return { name, isGlobal: false, keySchema, ...readProjection(one.Projection), throughput: NO_THROUGHPUT };
  });
  checkNames(indexes);
  if (indexes.length > LOCAL_INDEXES_MAX) throw invalidParameter(`LocalSecondaryIndex count exceeds the per-table limit of ${LOCAL_INDEXES_MAX}`);
  return indexes;
}

function readGlobalIndexes(
  given: readonly GlobalSecondaryIndex[] | undefined,
  table: { readonly isOnDemand: boolean; readonly attributeTypes: Readonly<Record<string, KeyType>> },
): IndexRecord[] {
  if (!given) return [];
  if (given.length === 0) throw invalidParameter('List of GlobalSecondaryIndexes is empty');
  const indexes = given.map((one) => readGlobalIndex(one, table));
  if (indexes.length > GLOBAL_INDEXES_MAX) throw invalidParameter(`GlobalSecondaryIndex count exceeds the per-table limit of ${GLOBAL_INDEXES_MAX}`);
  return indexes;
}

/** Checks a global index of a new or a present table. */
export function readGlobalIndex(
  given: GlobalSecondaryIndex,
  { isOnDemand, attributeTypes }: { readonly isOnDemand: boolean; readonly attributeTypes: Readonly<Record<string, KeyType>> },
): IndexRecord {
  const keySchema = readKeySchema(given.KeySchema, attributeTypes);
  const projection = readProjection(given.Projection);
  return { name: given.IndexName as string, isGlobal: true, keySchema, ...projection, throughput: readThroughput(given.ProvisionedThroughput, { isOnDemand }) };
}

function readProjection(given: Projection | undefined): Pick<IndexRecord, 'projection' | 'nonKeyAttributes'> {
  const { ProjectionType: type, NonKeyAttributes: nonKeyAttributes } = given ?? {};
  if (!type) throw invalidParameter('Unknown ProjectionType: null');
  if (type !== 'INCLUDE' && nonKeyAttributes) throw invalidParameter(`ProjectionType is ${type}, but NonKeyAttributes is specified`);
  if (type === 'INCLUDE' && !nonKeyAttributes) throw invalidParameter('ProjectionType is INCLUDE, but NonKeyAttributes is not specified');
  return { projection: type, nonKeyAttributes: nonKeyAttributes ?? [] };
}

function checkNames(indexes: readonly IndexRecord[]): void {
  const repeated = indexes.find(({ name }, position) => indexes.findIndex((other) => other.name === name) < position);
  if (repeated) throw invalidParameter(`Duplicate index name: ${repeated.name}`);
}

/** Every attribute that is defined is part of some key. */
export function checkAllUsed(table: KeySchema, indexes: readonly IndexRecord[], attributeTypes: Readonly<Record<string, KeyType>>): void {
  const used = new Set([table, ...indexes.map((index) => index.keySchema)].flatMap(({ hash, range }) => (range === undefined ? [hash] : [hash, range])));
  const defined = Object.keys(attributeTypes);
  if (defined.every((name) => used.has(name))) return;
  throw invalidParameter(
    indexes.length === 0
      ? 'Number of attributes in KeySchema does not exactly match number of attributes defined in AttributeDefinitions'
      : `Some AttributeDefinitions are not used. AttributeDefinitions: [${defined.join(', ')}], keys used: [${[...used].join(', ')}]`,
  );
}
