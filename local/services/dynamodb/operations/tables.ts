import type {
  CreateTableCommandInput,
  CreateTableCommandOutput,
  DeleteTableCommandInput,
  DeleteTableCommandOutput,
  DescribeTableCommandInput,
  DescribeTableCommandOutput,
  ListTablesCommandInput,
  ListTablesCommandOutput,
} from '@aws-sdk/client-dynamodb';
import { NotEmulated, refuseAllBut } from '../../../kernel/errors.ts';
import type { Kernel } from '../../../kernel/kernel.ts';
import type { Context } from '../../../kernel/service.ts';
import { tableExists, tableNotFound, validation } from '../errors.ts';
import { checkTableName, readTableShape, type TableShape } from '../rules.ts';
import { addTable, checkIsReady, type DynamoDbState, isReady, removeTable, startStream, tableNameOf } from '../state.ts';
import { describeDeletedTable, describeTable as description } from '../table/description.ts';
import type { StreamViewType, TableRecord } from '../table/schema.ts';
import type { Table } from '../table/table.ts';
import { readPolicy } from './resource-policy.ts';

type DynamoDb = Context<DynamoDbState>;
type Output<T> = Omit<T, '$metadata'>;

const TABLES_PER_PAGE_MAX = 100;

const CREATE_MEMBERS = [
  'AttributeDefinitions',
  'TableName',
  'KeySchema',
  'LocalSecondaryIndexes',
  'GlobalSecondaryIndexes',
  'BillingMode',
  'ProvisionedThroughput',
  'StreamSpecification',
  'SSESpecification',
  'Tags',
  'TableClass',
  'DeletionProtectionEnabled',
  'ResourcePolicy',
  'WarmThroughput',
];

/**
 * Creates a table.
 * Differs from AWS: the answer says CREATING, as it does there, but the table is ACTIVE at once, unless the plane's `tableCreationMs` says otherwise.
 */
export function createTable(input: CreateTableCommandInput, context: DynamoDb): Output<CreateTableCommandOutput> {
  return makeTable(input, context, { creationMs: context.state.tableCreationMs });
}

/** As `CreateTable`; the table is there after that time. */
export function makeTable(
  input: CreateTableCommandInput,
  { kernel, state }: DynamoDb,
  { creationMs }: { readonly creationMs: number },
): Output<CreateTableCommandOutput> {
  const name = checkTableName(input.TableName);
  refuseAllBut(CREATE_MEMBERS, input, { operation: 'CreateTable', page: 'dynamodb' });
  if (input.SSESpecification?.Enabled === true) throw new NotEmulated('CreateTable with SSESpecification', 'dynamodb');
  const shape = readTableShape(input);
  const viewType = readStreamViewType(input.StreamSpecification);
  if (state.tables.has(name)) throw tableExists(name);
  const warm = input.WarmThroughput;
  const table = addTable(kernel, state, {
    ...newRecord(kernel, name, shape),
    tags: Object.fromEntries((input.Tags ?? []).map(({ Key, Value }) => [Key as string, Value as string])),
    isDeletionProtected: input.DeletionProtectionEnabled === true,
    tableClass: input.TableClass,
    warmThroughput: warm && { readUnits: warm.ReadUnitsPerSecond ?? 0, writeUnits: warm.WriteUnitsPerSecond ?? 0 },
    policy: input.ResourcePolicy === undefined ? undefined : readPolicy(input.ResourcePolicy),
    policyRevision: input.ResourcePolicy === undefined ? undefined : String(kernel.nowMs()),
    readyMs: creationMs > 0 ? kernel.nowMs() + creationMs : undefined,
  });
  if (viewType) startStream(kernel, state, table, viewType);
  return { TableDescription: description(table, 'CREATING', kernel.nowMs()) };
}

/** The record of a table with these keys, otherwise as a table is by default. */
function newRecord(kernel: Kernel, name: string, shape: TableShape): TableRecord {
  return {
    ...shape,
    name,
    id: kernel.uuid(),
    arn: kernel.arn('dynamodb', `table/${name}`),
    createdMs: kernel.nowMs(),
    onDemandSinceMs: shape.isOnDemand ? kernel.nowMs() : undefined,
    warmThroughput: undefined,
    throughputIncreasedMs: undefined,
    throughputDecreasedMs: undefined,
    throughputDecreases: undefined,
    readyMs: undefined,
    stream: undefined,
    latestStreamLabel: undefined,
    expiryAttribute: undefined,
    tags: {},
    isDeletionProtected: false,
    tableClass: undefined,
    isPointInTimeRecoverable: false,
    policy: undefined,
    policyRevision: undefined,
  };
}

/** The view type of a stream that is to be; `undefined` where none is. */
function readStreamViewType(given: CreateTableCommandInput['StreamSpecification']): StreamViewType | undefined {
  if (!given?.StreamEnabled) {
    if (given?.StreamViewType !== undefined) {
      throw validation(
        'One or more parameter values were invalid: Table is being created with stream disabled, UpdateTable with StreamViewType is not allowed',
      );
    }
    return undefined;
  }
  if (!given.StreamViewType) throw validation('One or more parameter values were invalid: StreamViewType is required when StreamEnabled is true');
  return given.StreamViewType;
}

/** The table of that name or ARN, for operations on tables. */
export function namedTable(state: DynamoDbState, nameOrArn: string | undefined): Table {
  const name = tableNameOf(checkTableName(nameOrArn));
  const table = state.tables.get(name);
  if (!table) throw tableNotFound(name);
  return table;
}

export function describeTable(input: DescribeTableCommandInput, { kernel, state }: DynamoDb): Output<DescribeTableCommandOutput> {
  const table = namedTable(state, input.TableName);
  return { Table: description(table, isReady(state, table) ? 'ACTIVE' : 'CREATING', kernel.nowMs()) };
}

/** Deletes a table; it is gone at once. */
export function deleteTable(input: DeleteTableCommandInput, { state }: DynamoDb): Output<DeleteTableCommandOutput> {
  const table = namedTable(state, input.TableName);
  checkIsReady(state, table);
  if (table.record.isDeletionProtected) {
    throw validation(`Resource cannot be deleted as it is currently protected against deletion. Disable deletion protection first.`);
  }
  removeTable(state, table);
  return { TableDescription: describeDeletedTable(table) };
}

export function listTables(input: ListTablesCommandInput, { state }: DynamoDb): Output<ListTablesCommandOutput> {
  const { ExclusiveStartTableName: after, Limit: limit = TABLES_PER_PAGE_MAX } = input;
  const names = [...state.tables.keys()].sort().filter((name) => after === undefined || name > after);
  const page = names.slice(0, limit);
  const last = page[page.length - 1];
  return { TableNames: page, ...(names.length > page.length && last !== undefined && { LastEvaluatedTableName: last }) };
}
