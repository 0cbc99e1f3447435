import {
  ChangeMessageVisibilityBatchCommand,
  GetQueueAttributesCommand,
  type GetQueueAttributesCommandOutput,
  type Message,
  ReceiveMessageCommand,
  type ReceiveMessageCommandOutput,
} from '@aws-sdk/client-sqs';
import { GetParametersByPathCommand, type GetParametersByPathCommandOutput } from '@aws-sdk/client-ssm';
import { inParallel } from '../delivery/batch.ts';
import { majorOf, parseEnvelope } from '../envelope.ts';
import { MalformedError } from '../errors.ts';
import { type InvocationCounts, log } from '../telemetry/telemetry.ts';
import { type DeadLetter, earlierDeadLettering, fingerprintOf, keyOfForeign } from './dead-letter.ts';
import { readGivenUp } from './given-up.ts';
import { closeAbsent, indexDeadLetter } from './index-table.ts';
import type { IndexerPorts, Subscription } from './indexer-ports.ts';
import { materialise } from './materialise.ts';

/** What EventBridge sends when an alarm changes its state. @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch-and-eventbridge.html */
export interface AlarmStateChange {
  readonly detail?: { readonly alarmName?: string; readonly state?: { readonly value?: string } };
}

const PARAMETERS_PATH = '/tickertape/consumers';
const PAGES_MAX = 50;

/** Longer than reading the queue takes; short, for hidden messages are missing from the depth that the alarm watches. */
const VISIBILITY_SECONDS = 30;
/** Messages a run looks at: as many as fit the visibility at ten a call. */
const RECEIVES_MAX = 100;
const BATCH = 10;
const CONCURRENCY = 10;

/**
 * Indexes what lies in the dead-letter queue that the alarm watches; without an alarm (a call by hand) in all of them. It deletes nothing but Lambda's word of given-up
 * records, in whose place it puts the records.
 * When the alarm is over, it closes what the index still calls dead. The alarm
 * on what was sent makes it look when it goes off and when it ends: what came in between is not missed.
 */
export async function indexDeadLetters(ports: IndexerPorts, { detail }: AlarmStateChange, counts: InvocationCounts): Promise<void> {
  for (const subscription of await subscriptions(ports)) {
    const isOfNews = detail?.alarmName !== undefined && detail.alarmName === subscription.newLettersAlarmName;
    if (!isOfNews) {
      if (detail?.alarmName !== undefined && detail.alarmName !== subscription.alarmName) continue;
      if (detail?.state?.value === 'OK') await closeEmptied(ports, subscription);
      if (detail?.state?.value !== undefined && detail.state.value !== 'ALARM') continue;
    }
    const count = await indexQueue(ports, subscription);
    counts.add('Processed', count);
    log('info', 'indexed', { consumer: subscription.consumer, messages: count });
  }
}

/** The count of a queue is exact about a minute after the last change. @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_GetQueueAttributes.html */
const COUNT_LAG_MS = 60_000;

async function closeEmptied(ports: IndexerPorts, { consumer, deadLetterQueueUrl: QueueUrl }: Subscription): Promise<void> {
  const counts = ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible', 'ApproximateNumberOfMessagesDelayed'] as const;
  const { Attributes } = (await ports.sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: [...counts] }))) as GetQueueAttributesCommandOutput;
  // What is hidden only, by an operator who looks, is still there.
  if (counts.some((name) => Attributes?.[name] !== '0')) return;
  const nowMs = ports.nowMs();
  const closed = await closeAbsent(ports, { consumer, before: new Date(nowMs - COUNT_LAG_MS).toISOString(), at: new Date(nowMs).toISOString() });
  log('info', 'closed', { consumer, letters: closed });
}

async function subscriptions({ ssm: client, environment }: IndexerPorts): Promise<readonly Subscription[]> {
  const found: Subscription[] = [];
  const ofBus = environment['BUS_DEAD_LETTERS'];
  if (ofBus) found.push(JSON.parse(ofBus) as Subscription);
  let NextToken: string | undefined;
  for (let page = 0; page < PAGES_MAX; page += 1) {
    const output = (await client.send(
      new GetParametersByPathCommand({ Path: PARAMETERS_PATH, Recursive: true, NextToken }),
    )) as GetParametersByPathCommandOutput;
    for (const { Value } of output.Parameters ?? []) if (Value) found.push(JSON.parse(Value) as Subscription);
    NextToken = output.NextToken;
    if (!NextToken) break;
  }
  return found;
}

/** Receives until the queue has nothing more to show, indexes, and gives everything back at once. */
async function indexQueue(ports: IndexerPorts, subscription: Subscription): Promise<number> {
  const received = new Map<string, Message>();
  for (let count = 0; count < RECEIVES_MAX; count += 1) {
    const messages = await receive(ports, subscription);
    if (messages.length === 0) break;
    for (const message of messages) received.set(message.MessageId ?? '', message);
  }
  const messages = [...received.values()];
  const replaced = new Set<Message>();
  try {
    await inParallel(messages, CONCURRENCY, async (message) => {
      if ((await indexMessage(ports, subscription, message)) === 'replaced') replaced.add(message);
    });
  } finally {
    await release(
      ports,
      subscription,
      messages.filter((message) => !replaced.has(message)),
    );
  }
  return messages.length;
}

async function receive({ sqs }: IndexerPorts, { deadLetterQueueUrl: QueueUrl }: Subscription): Promise<readonly Message[]> {
  const command = new ReceiveMessageCommand({
    QueueUrl,
    MaxNumberOfMessages: BATCH,
    VisibilityTimeout: VISIBILITY_SECONDS,
    MessageAttributeNames: ['All'],
    MessageSystemAttributeNames: ['All'],
  });
  return ((await sqs.send(command)) as ReceiveMessageCommandOutput).Messages ?? [];
}

async function release({ sqs }: IndexerPorts, { deadLetterQueueUrl: QueueUrl }: Subscription, messages: readonly Message[]): Promise<void> {
  for (let start = 0; start < messages.length; start += BATCH) {
    const Entries = messages.slice(start, start + BATCH).map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle, VisibilityTimeout: 0 }));
    await sqs.send(new ChangeMessageVisibilityBatchCommand({ QueueUrl, Entries }));
  }
}

/**
 * A message with attributes was dead-lettered by a handler, which knows why; one without was moved by the queue, after crashes or time-outs, or is Lambda's word of what it gave up of a stream,
 * and is replaced by the records themselves.
 */
async function indexMessage(ports: IndexerPorts, subscription: Subscription, message: Message): Promise<'indexed' | 'replaced'> {
  const earlier = earlierDeadLettering((name) => message.MessageAttributes?.[name]?.StringValue);
  const givenUp = earlier === undefined ? readGivenUp(message.Body ?? '') : undefined;
  if (givenUp) {
    await materialise(ports, subscription, { message, givenUp });
    return 'replaced';
  }
  await indexDeadLetter(ports, letterOf(ports, subscription, message), { onlyIfUnknown: earlier === undefined });
  return 'indexed';
}

/** What the queue's own redrive policy stands for. */
function movedByQueue(): Error {
  const error = new Error('The queue moved the message after its last receive: the function crashed, timed out or was throttled');
  error.name = 'MovedByQueue';
  error.stack = '';
  return error;
}

/** Why no subscription could match an event: the rule of the bus that took it says only that none could. */
function refusedByBus(body: string): Error {
  const error = problemOf(body);
  error.stack = '';
  return error;
}

function problemOf(body: string): Error {
  try {
    const { envelope } = parseEnvelope(body);
    if (majorOf(envelope.dataschema) === undefined)
      return new MalformedError("The envelope's `dataschema` is not `tickertape:<context>/<type>/v<major>.<minor>`");
    return new MalformedError("The event's `Source` is not `tickertape.<context>`");
  } catch (error) {
    if (error instanceof MalformedError) return error;
    throw error;
  }
}

function letterOf(
  { environment, nowMs }: IndexerPorts,
  { consumer, queueUrl, deadLetterQueueUrl }: Subscription,
  { Body, MessageId, Attributes, MessageAttributes }: Message,
): DeadLetter {
  const body = Body ?? '';
  const envelope = envelopeOf(body);
  const earlier = earlierDeadLettering((name) => MessageAttributes?.[name]?.StringValue);
  const isOfBus = queueUrl === undefined;
  const cause = isOfBus ? refusedByBus(body) : movedByQueue();
  const sentAt = new Date(Number(Attributes?.SentTimestamp ?? nowMs())).toISOString();
  return {
    consumer,
    queueUrl,
    deadLetterQueueUrl,
    body,
    messageId: MessageId ?? '',
    eventKey: envelope ? `${envelope.source}#${envelope.id}` : keyOfForeign(body),
    type: envelope?.type,
    correlationId: envelope?.correlationid,
    reason: isOfBus ? 'malformed' : 'retries-exhausted',
    fingerprint: fingerprintOf(cause),
    error: `${cause.name}: ${cause.message}`,
    attempts: isOfBus ? 0 : Number(Attributes?.ApproximateReceiveCount ?? 0),
    firstFailedAt: sentAt,
    lastFailedAt: new Date(nowMs()).toISOString(),
    codeVersion: environment['CODE_VERSION'] ?? 'unknown',
    ...(earlier && { ...earlier, reason: earlier.reason as DeadLetter['reason'] }),
  };
}

function envelopeOf(body: string): { readonly source: string; readonly id: string; readonly type: string; readonly correlationid: string } | undefined {
  try {
    return parseEnvelope(body).envelope;
  } catch (error) {
    if (error instanceof MalformedError) return undefined;
    throw error;
  }
}
