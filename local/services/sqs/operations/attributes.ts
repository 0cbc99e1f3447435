import type {
  AddPermissionCommandInput,
  GetQueueAttributesCommandInput,
  GetQueueAttributesCommandOutput,
  ListQueueTagsCommandInput,
  ListQueueTagsCommandOutput,
  RemovePermissionCommandInput,
  SetQueueAttributesCommandInput,
  TagQueueCommandInput,
  UntagQueueCommandInput,
} from '@aws-sdk/client-sqs';
import type { PolicyStatement } from '../../../kernel/principal.ts';
import type { Context } from '../../../kernel/service.ts';
import { invalidParameter, invalidValue, missingParameter, unknownAttribute } from '../errors.ts';
import { advance } from '../queue/advance.ts';
import { READABLE } from '../queue/attributes.ts';
import type { Queue } from '../queue/queue.ts';
import { effectiveAttributes } from '../queue/settings.ts';
import { settle } from '../queue/settle.ts';
import { findQueue, type SqsState, setAttributes } from '../state.ts';

type Sqs = Context<SqsState>;
type Output<T> = Omit<T, '$metadata'>;

const TAGS_MAX = 50;
const LABEL = /^[A-Za-z0-9_-]{1,80}$/;

function readAll(queue: Queue): Record<string, string> {
  const { record, counts, arn } = queue;
  return {
    ...effectiveAttributes(record.attributes),
    QueueArn: arn,
    ApproximateNumberOfMessages: String(counts.visible),
    ApproximateNumberOfMessagesNotVisible: String(counts.inFlight),
    ApproximateNumberOfMessagesDelayed: String(counts.delayed),
    CreatedTimestamp: String(Math.floor(record.createdMs / 1000)),
    LastModifiedTimestamp: String(Math.floor(record.modifiedMs / 1000)),
  };
}

/** Differs from AWS: the approximate numbers are exact. */
export function getQueueAttributes(input: GetQueueAttributesCommandInput, context: Sqs): Output<GetQueueAttributesCommandOutput> {
  const queue = findQueue(context.state, input.QueueUrl);
  advance(context, queue);
  const names: readonly string[] = input.AttributeNames ?? [];
  for (const name of names) if (!READABLE.has(name)) throw unknownAttribute(name);
  const all = readAll(queue);
  settle(context);
  const shown = names.includes('All') ? Object.entries(all) : Object.entries(all).filter(([name]) => names.includes(name));
  return shown.length > 0 ? { Attributes: Object.fromEntries(shown) } : {};
}

/** Differs from AWS: a change counts at once, not within a minute; only a changed deduplication scope waits for its minute. */
export function setQueueAttributes(input: SetQueueAttributesCommandInput, context: Sqs): Record<string, never> {
  const queue = findQueue(context.state, input.QueueUrl);
  if (!input.Attributes) throw missingParameter('Attributes');
  setAttributes(context, queue, input.Attributes as Record<string, string>);
  settle(context);
  return {};
}

export function tagQueue(input: TagQueueCommandInput, { state }: Sqs): Record<string, never> {
  const { record } = findQueue(state, input.QueueUrl);
  const tags = { ...record.tags, ...input.Tags };
  if (Object.keys(tags).length > TAGS_MAX) throw invalidParameter(`Too many tags added for queue ${record.name}.`);
  record.tags = tags;
  state.records.touch(record.name);
  return {};
}

export function untagQueue(input: UntagQueueCommandInput, { state }: Sqs): Record<string, never> {
  const { record } = findQueue(state, input.QueueUrl);
  record.tags = Object.fromEntries(Object.entries(record.tags).filter(([key]) => !input.TagKeys?.includes(key)));
  state.records.touch(record.name);
  return {};
}

export function listQueueTags(input: ListQueueTagsCommandInput, { state }: Sqs): Output<ListQueueTagsCommandOutput> {
  const { tags } = findQueue(state, input.QueueUrl).record;
  return Object.keys(tags).length > 0 ? { Tags: { ...tags } } : {};
}

function statementsOf(queue: Queue): readonly PolicyStatement[] {
  const statements = queue.settings.policy?.Statement ?? [];
  return Array.isArray(statements) ? statements : [statements as PolicyStatement];
}

/** The policy as AWS writes it for permissions by label. */
function writeStatements(context: Sqs, queue: Queue, statements: readonly PolicyStatement[]): void {
  const policy = { Version: '2008-10-17', Id: `${queue.arn}/SQSDefaultPolicy`, ...queue.settings.policy, Statement: statements };
  setAttributes(context, queue, { Policy: statements.length > 0 ? JSON.stringify(policy) : '' });
}

const oneOrMany = (values: readonly string[]): string | readonly string[] => (values.length === 1 ? (values[0] as string) : values);

export function addPermission(input: AddPermissionCommandInput, context: Sqs): Record<string, never> {
  const queue = findQueue(context.state, input.QueueUrl);
  const { Label: label = '', AWSAccountIds: accounts = [], Actions: actions = [] } = input;
  if (!LABEL.test(label)) throw invalidValue(label, 'Label', 'Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length');
  if (actions.length === 0) throw missingParameter('Actions');
  if (accounts.length === 0) throw invalidValue('[]', 'PrincipalId', 'Unable to verify.');
  const statements = statementsOf(queue);
  if (statements.some(({ Sid }) => Sid === label)) throw invalidValue(label, 'Label', 'Already exists.');
  const statement: PolicyStatement = {
    Sid: label,
    Effect: 'Allow',
    Principal: { AWS: oneOrMany(accounts.map((account) => `arn:aws:iam::${account}:root`)) },
    Action: oneOrMany(actions.map((action) => `SQS:${action}`)),
    Resource: queue.arn,
  };
  writeStatements(context, queue, [...statements, statement]);
  return {};
}

export function removePermission(input: RemovePermissionCommandInput, context: Sqs): Record<string, never> {
  const queue = findQueue(context.state, input.QueueUrl);
  const statements = statementsOf(queue);
  const remaining = statements.filter(({ Sid }) => Sid !== input.Label);
  if (remaining.length === statements.length) throw invalidValue(input.Label, 'Label', "can't find label.");
  writeStatements(context, queue, remaining);
  return {};
}
