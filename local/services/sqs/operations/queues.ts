import type {
  CreateQueueCommandInput,
  CreateQueueCommandOutput,
  DeleteQueueCommandInput,
  GetQueueUrlCommandInput,
  GetQueueUrlCommandOutput,
  ListDeadLetterSourceQueuesCommandInput,
  ListDeadLetterSourceQueuesCommandOutput,
  ListQueuesCommandInput,
  ListQueuesCommandOutput,
  PurgeQueueCommandInput,
} from '@aws-sdk/client-sqs';
import { refuseAllBut } from '../../../kernel/errors.ts';
import type { Context } from '../../../kernel/service.ts';
import { invalidValue, purgeQueueInProgress, queueDoesNotExist } from '../errors.ts';
import type { Queue } from '../queue/queue.ts';
import { settle } from '../queue/settle.ts';
import { createQueue as create, findQueue, purge, queueUrl, deleteQueue as remove, type SqsState, sourcesOf } from '../state.ts';

type Sqs = Context<SqsState>;
type Output<T> = Omit<T, '$metadata'>;

/** @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_PurgeQueue.html */
const PURGE_INTERVAL_MS = 60_000;
const PAGE_MAX = 1000;

export function createQueue(input: CreateQueueCommandInput, context: Sqs): Output<CreateQueueCommandOutput> {
  const { QueueName: name = '', Attributes: attributes = {}, tags = {} } = input;
  const queue = create(context, { name, attributes: attributes as Record<string, string>, tags, isTemplate: false });
  settle(context);
  return { QueueUrl: queueUrl(context, queue) };
}

export function getQueueUrl(input: GetQueueUrlCommandInput, context: Sqs): Output<GetQueueUrlCommandOutput> {
  const { QueueName: name = '', QueueOwnerAWSAccountId: owner } = input;
  const queue = context.state.byName.get(name);
  if (!queue || (owner !== undefined && owner !== context.kernel.accountId)) throw queueDoesNotExist();
  return { QueueUrl: queueUrl(context, queue) };
}

/** One page of queue URLs in the order of names; the token is the last name shown. */
function page(context: Sqs, queues: Iterable<Queue>, options: { readonly max: number | undefined; readonly token: string | undefined }) {
  const { max, token } = options;
  if (max !== undefined && !(max >= 1 && max <= PAGE_MAX)) throw invalidValue(max, 'MaxResults', 'Must be an integer value between 1 and 1000.');
  const after = token === undefined ? '' : Buffer.from(token, 'base64').toString();
  const following = [...queues].filter(({ record }) => record.name > after).sort((a, b) => (a.record.name < b.record.name ? -1 : 1));
  const shown = following.slice(0, max ?? PAGE_MAX);
  const last = shown.at(-1);
  // Without MaxResults AWS answers up to a thousand and no token.
  const next = max !== undefined && last && shown.length < following.length ? Buffer.from(last.record.name).toString('base64') : undefined;
  return { urls: shown.map((queue) => queueUrl(context, queue)), next };
}

export function listQueues(input: ListQueuesCommandInput, context: Sqs): Output<ListQueuesCommandOutput> {
  const { QueueNamePrefix: prefix = '', MaxResults: max, NextToken: token } = input;
  const named = [...context.state.byName.values()].filter(({ record }) => record.name.startsWith(prefix));
  const { urls, next } = page(context, named, { max, token });
  return { ...(urls.length > 0 && { QueueUrls: urls }), ...(next !== undefined && { NextToken: next }) };
}

export function listDeadLetterSourceQueues(input: ListDeadLetterSourceQueuesCommandInput, context: Sqs): Output<ListDeadLetterSourceQueuesCommandOutput> {
  const queue = findQueue(context.state, input.QueueUrl);
  const { urls, next } = page(context, sourcesOf(context.state, queue), { max: input.MaxResults, token: input.NextToken });
  return { queueUrls: urls, ...(next !== undefined && { NextToken: next }) };
}

/** Differs from AWS: the queue is gone at once, not within a minute. */
export function deleteQueue(input: DeleteQueueCommandInput, context: Sqs): Record<string, never> {
  remove(context, findQueue(context.state, input.QueueUrl));
  return {};
}

/** Differs from AWS: the messages are gone at once, not within a minute. */
export function purgeQueue(input: PurgeQueueCommandInput, context: Sqs): Record<string, never> {
  refuseAllBut(['QueueUrl'], input, { operation: 'PurgeQueue', page: 'sqs' });
  const queue = findQueue(context.state, input.QueueUrl);
  const { purgedMs, name } = queue.record;
  if (purgedMs > 0 && context.kernel.nowMs() < purgedMs + PURGE_INTERVAL_MS) throw purgeQueueInProgress(name);
  const count = purge(context, queue);
  context.kernel.journal.append({ service: 'sqs', kind: 'queue-purged', arn: queue.arn, cause: context.cause, detail: { count } });
  settle(context);
  return {};
}
