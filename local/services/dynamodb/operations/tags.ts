import type {
  ListTagsOfResourceCommandInput,
  ListTagsOfResourceCommandOutput,
  TagResourceCommandInput,
  UntagResourceCommandInput,
} from '@aws-sdk/client-dynamodb';
import type { Fault } from '../../../kernel/errors.ts';
import { principalName } from '../../../kernel/principal.ts';
import type { Context } from '../../../kernel/service.ts';
import { notPermitted, resourceArnNotFound, validation } from '../errors.ts';
import { changeTable, type DynamoDbState } from '../state.ts';
import type { Table } from '../table/table.ts';

type DynamoDb = Context<DynamoDbState>;

/** @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Tagging.html */
const TAGS_MAX = 50;

export function tagResource(input: TagResourceCommandInput, context: DynamoDb): Record<string, never> {
  checkPermitted('TagResource', input.ResourceArn, context);
  if (!input.Tags) throw missing('tags');
  checkArn(input.ResourceArn);
  if (input.Tags.length === 0) throw validation('Atleast one Tag needs to be provided as Input.');
  const table = tableOfArn(input.ResourceArn as string, context.state);
  const tags = { ...table.record.tags, ...Object.fromEntries(input.Tags.map(({ Key, Value }) => [Key as string, Value as string])) };
  if (Object.keys(tags).length > TAGS_MAX) throw validation(`The resource can have at most ${TAGS_MAX} tags`);
  changeTable(context.state, table, { tags });
  return {};
}

export function untagResource(input: UntagResourceCommandInput, context: DynamoDb): Record<string, never> {
  checkPermitted('UntagResource', input.ResourceArn, context);
  if (!input.TagKeys) throw missing('tagKeys');
  checkArn(input.ResourceArn);
  if (input.TagKeys.length === 0) throw validation('Atleast one Tag Key needs to be provided as Input.');
  const table = tableOfArn(input.ResourceArn as string, context.state);
  const removed = new Set(input.TagKeys);
  changeTable(context.state, table, { tags: Object.fromEntries(Object.entries(table.record.tags).filter(([key]) => !removed.has(key))) });
  return {};
}

/** All tags at once: a table has at most fifty. */
export function listTagsOfResource(input: ListTagsOfResourceCommandInput, context: DynamoDb): Omit<ListTagsOfResourceCommandOutput, '$metadata'> {
  checkPermitted('ListTagsOfResource', input.ResourceArn, context);
  checkArn(input.ResourceArn);
  const { tags } = tableOfArn(input.ResourceArn as string, context.state).record;
  return { Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) };
}

const RESOURCE = /^[^:]*:[^:]*:[^:]*:[^:]*:[^:]*:[^:/]*\/.+$/;
const TABLE_ARN = /^arn:[^:]+:dynamodb:[^:]+:\d{12}:table\/[a-zA-Z0-9_.-]{3,255}$/;

const missing = (member: string): Fault =>
  validation(`1 validation error detected: Value null at '${member}' failed to satisfy constraint: Member must not be null`);

/** AWS refuses what does not look like a resource as not permitted. */
function checkPermitted(operation: string, arn: string | undefined, { principal, kernel }: DynamoDb): void {
  if (arn === undefined) throw validation('Invalid TableArn');
  if (RESOURCE.test(arn)) return;
  throw notPermitted(principalName(principal, kernel.accountId), operation, arn || '*');
}

function checkArn(arn: string | undefined): void {
  if (!TABLE_ARN.test(arn ?? '')) throw validation(`Invalid TableArn: Invalid ResourceArn provided as input ${arn}`);
}

function tableOfArn(arn: string, state: DynamoDbState): Table {
  const table = [...state.tables.values()].find(({ record }) => record.arn === arn);
  if (!table) throw resourceArnNotFound(arn);
  return table;
}
