import type { KeysAndAttributes, QueryCommandInput, TransactGetItem, TransactWriteItem, WriteRequest } from '@aws-sdk/client-dynamodb';
import type { AccessCheck } from '../../kernel/principal.ts';
import type { Context } from '../../kernel/service.ts';
import { remembered } from '../../languages/dynamodb-expression/bindings.ts';
import { parseCondition } from '../../languages/dynamodb-expression/parse-condition.ts';
import { resolveElement } from '../../languages/dynamodb-expression/paths.ts';
import { type Condition, ExpressionError, type Parsed } from '../../languages/dynamodb-expression/syntax.ts';
import { type DynamoDbState, tableNameOf } from './state.ts';

type DynamoDb = Context<DynamoDbState>;

/** A key or item as it comes from a client. */
type RawItem = Readonly<Record<string, object>> | undefined;

const ACCOUNT_OPERATIONS = new Set(['ListTables', 'DescribeLimits', 'DescribeEndpoints']);
const RESOURCE_OPERATIONS = new Set(['TagResource', 'UntagResource', 'ListTagsOfResource', 'PutResourcePolicy', 'GetResourcePolicy', 'DeleteResourcePolicy']);

/**
 * The permissions that a call needs: batches need one for each table, transactions those of their single actions. Says the condition keys
 * `dynamodb:LeadingKeys` (partition keys) and `dynamodb:EnclosingOperation`.
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis-iam.html
 */
// biome-ignore lint/suspicious/noExplicitAny: the input of any operation
export function accessOf(operation: string, input: any, context: DynamoDb): readonly AccessCheck[] {
  if (ACCOUNT_OPERATIONS.has(operation)) return [{ action: `dynamodb:${operation}`, resource: '*' }];
  if (RESOURCE_OPERATIONS.has(operation)) return [{ action: `dynamodb:${operation}`, resource: input.ResourceArn ?? '*' }];
  switch (operation) {
    case 'TransactWriteItems':
      return transactionChecks('TransactWriteItems', (input.TransactItems ?? []).map(writeAction), context);
    case 'TransactGetItems':
      return transactionChecks(
        'TransactGetItems',
        (input.TransactItems ?? []).map(({ Get: get }: TransactGetItem) => ['GetItem', get?.TableName, get?.Key]),
        context,
      );
    case 'BatchGetItem':
      return batchChecks(operation, input.RequestItems, ({ Keys: keys }: KeysAndAttributes) => keys ?? [], context);
    case 'BatchWriteItem':
      return batchChecks(
        operation,
        input.RequestItems,
        (requests: WriteRequest[]) => requests.map(({ PutRequest: put, DeleteRequest: removal }) => put?.Item ?? removal?.Key),
        context,
      );
    case 'Query':
      return [tableCheck(operation, input.TableName, context, { index: input.IndexName, leadingKeys: () => queriedKeys(input, context) })];
    default:
      return [
        tableCheck(operation, input.TableName, context, {
          index: input.IndexName,
          leadingKeys: () => leadingKeys(input.TableName, [input.Key ?? input.Item], context),
        }),
      ];
  }
}

interface CheckOptions {
  readonly index?: string | undefined;
  /** Called only where a policy will be asked: the root may do everything. */
  readonly leadingKeys?: () => readonly string[];
  readonly enclosing?: string;
}

function tableCheck(operation: string, nameOrArn: string | undefined, { kernel, state, principal }: DynamoDb, options: CheckOptions): AccessCheck {
  const name = tableNameOf(nameOrArn ?? '');
  const resource = kernel.arn('dynamodb', options.index === undefined ? `table/${name}` : `table/${name}/index/${options.index}`);
  const action = `dynamodb:${operation}`;
  if (principal.type === 'root') return { action, resource };
  const keys = options.leadingKeys?.() ?? [];
  const conditionKeys = {
    ...(keys.length > 0 && { 'dynamodb:LeadingKeys': keys }),
    ...(options.enclosing && { 'dynamodb:EnclosingOperation': options.enclosing }),
  };
  return { action, resource, resourcePolicy: state.tables.get(name)?.record.policy, conditionKeys };
}

type SingleAction = readonly [operation: string, tableName: string | undefined, item: RawItem];

function writeAction({ Put: put, Update: update, Delete: removal, ConditionCheck: check }: TransactWriteItem): SingleAction {
  if (put) return ['PutItem', put.TableName, put.Item];
  if (update) return ['UpdateItem', update.TableName, update.Key];
  if (removal) return ['DeleteItem', removal.TableName, removal.Key];
  return ['ConditionCheckItem', check?.TableName, check?.Key];
}

/** One check for each table and kind of action. */
function transactionChecks(enclosing: string, actions: readonly SingleAction[], context: DynamoDb): AccessCheck[] {
  const groups = new Map<string, { operation: string; tableName: string | undefined; items: RawItem[] }>();
  for (const [operation, tableName, item] of actions) {
    const id = `${operation} ${tableName}`;
    const group = groups.get(id);
    if (group) group.items.push(item);
    else groups.set(id, { operation, tableName, items: [item] });
  }
  return [...groups.values()].map(({ operation, tableName, items }) =>
    tableCheck(operation, tableName, context, { enclosing, leadingKeys: () => leadingKeys(tableName, items, context) }),
  );
}

function batchChecks<Request>(
  operation: string,
  requests: Readonly<Record<string, Request>> | undefined,
  itemsOf: (request: Request) => readonly RawItem[],
  context: DynamoDb,
): AccessCheck[] {
  return Object.entries(requests ?? {}).map(([name, request]) =>
    tableCheck(operation, name, context, { leadingKeys: () => leadingKeys(name, itemsOf(request), context) }),
  );
}

/** Partition keys of items, as policies compare them. */
function leadingKeys(nameOrArn: string | undefined, items: readonly RawItem[], { state }: DynamoDb): string[] {
  const hash = state.tables.get(tableNameOf(nameOrArn ?? ''))?.record.keySchema.hash;
  if (hash === undefined) return [];
  return items.map((item) => plainText(item?.[hash])).filter((key) => key !== undefined);
}

function plainText(value: object | undefined): string | undefined {
  const { S: text, N: number, B: bytes } = (value ?? {}) as { S?: string; N?: string; B?: Uint8Array };
  return text ?? number ?? (bytes && Buffer.from(bytes).toString('base64'));
}

const parsed = remembered(parseCondition);

/** The partition key that a query asks for, in either form. What is malformed has none: the operation will say so. */
function queriedKeys(input: QueryCommandInput, { state }: DynamoDb): string[] {
  const table = state.tables.get(tableNameOf(input.TableName ?? ''));
  const hash = table?.source(input.IndexName)?.keySchema.hash;
  if (hash === undefined) return [];
  const legacy = plainText(input.KeyConditions?.[hash]?.AttributeValueList?.[0]);
  if (legacy !== undefined) return [legacy];
  const tree = treeOf(input.KeyConditionExpression);
  const key = tree && plainText(equalTo(tree, hash, input));
  return key === undefined ? [] : [key];
}

function treeOf(text: string | undefined): Condition | undefined {
  if (text === undefined) return undefined;
  try {
    const { tree }: Parsed<Condition> = parsed(text);
    return tree;
  } catch (error) {
    if (error instanceof ExpressionError) return undefined;
    throw error;
  }
}

/** The value that a condition says an attribute is equal to. */
function equalTo(node: Condition, name: string, input: QueryCommandInput): object | undefined {
  if (node.kind === 'and') return equalTo(node.left, name, input) ?? equalTo(node.right, name, input);
  if (node.kind !== 'compare' || node.operator !== '=') return undefined;
  const sides = [node.left, node.right];
  const path = sides.find((side) => side.kind === 'path');
  const value = sides.find((side) => side.kind === 'value');
  if (!path || !value || resolveElement(path.path[0] as string, input.ExpressionAttributeNames ?? {}) !== name) return undefined;
  return input.ExpressionAttributeValues?.[value.name];
}
