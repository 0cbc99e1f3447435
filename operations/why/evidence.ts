import { DescribeTableCommand, GetItemCommand, paginateQuery } from '@aws-sdk/client-dynamodb';
import { GetFunctionConcurrencyCommand, GetFunctionConfigurationCommand } from '@aws-sdk/client-lambda';
import type { Clients } from '../clients.ts';
import { consumerMapping, type MappingStatus, mappingOf } from '../consumers/mapping.ts';
import { type ConsumerRule, ruleOf } from '../consumers/rule.ts';
import { peekDeadLetters, peekMessages } from '../dead-letters/peek.ts';
import type { Handling } from '../flow/flow-event.ts';
import { storedEvents } from '../flow/stored-thread.ts';
import { CONTRACTS } from '../flow/summary.ts';
import { type QueueDepth, queueDepth } from '../status/status.ts';
import type { PublishedEvent, Surroundings } from '../surroundings.ts';
import type { ConsumerDescription, System } from '../system.ts';

/** Where evidence is looked for. */
export interface Search {
  readonly clients: Clients;
  readonly surroundings: Surroundings;
  readonly system: System;
  readonly consumer: ConsumerDescription;
  readonly eventId: string;
  /** The event, where who asks has it at hand. */
  readonly given?: PublishedEvent | undefined;
}

/** The event itself, and who knows of it. */
export interface FoundEvent extends PublishedEvent {
  readonly knownBy: 'bus' | 'outbox' | 'dead letter' | 'question';
  /** The table whose outbox has it. */
  readonly tableName: string | undefined;
}

/** What index or queue say of the event's dead letter at the consumer. */
export interface LetterFacts {
  readonly status: string;
  readonly reason: string;
  readonly error: string | undefined;
  readonly lastFailedAt: string | undefined;
  readonly decidedBy: string | undefined;
  readonly because: string | undefined;
  readonly payload: string | undefined;
}

/** The commit record of the event at the consumer. */
export interface CommitFacts {
  readonly status: 'COMPLETED' | 'INPROGRESS';
  readonly committedAt: string | undefined;
  readonly leaseUntilMs: number | undefined;
}

/** What the function of a consumer is like. */
export interface FunctionFacts {
  readonly state: string;
  /** Reserved concurrency; undefined: none is set. */
  readonly reserved: number | undefined;
}

/** The event by its id: the bus's memory first, then what came with the question, then the outboxes, then what the dead letter holds. */
export async function findEvent({ clients, surroundings, system, eventId, given }: Search, letter: LetterFacts | undefined): Promise<FoundEvent | undefined> {
  const published = surroundings.publishedEvent(eventId);
  if (published) return { ...published, knownBy: 'bus', tableName: undefined };
  if (given) return { ...given, knownBy: 'question', tableName: undefined };
  const stored = (await storedEvents(clients.dynamodb, system, [eventId])).find(({ envelope }) => envelope.id === eventId);
  if (stored) {
    const { envelope, tableName } = stored;
    return { source: envelope.source, detailType: envelope.type, detail: JSON.stringify(envelope), knownBy: 'outbox', tableName };
  }
  return letter?.payload === undefined ? undefined : eventInLetter(letter.payload);
}

function eventInLetter(payload: string): FoundEvent | undefined {
  try {
    const {
      specversion,
      source,
      type,
      'detail-type': detailType,
      detail,
    } = JSON.parse(payload) as Readonly<Record<string, unknown>> & { source?: string; 'detail-type'?: string };
    // A stream's records are the envelopes themselves.
    if (specversion === '1.0' && source !== undefined)
      return { source, detailType: String(type), detail: payload, knownBy: 'dead letter', tableName: undefined };
    if (source === undefined || detailType === undefined) return undefined;
    return { source, detailType, detail: JSON.stringify(detail), knownBy: 'dead letter', tableName: undefined };
  } catch {
    // A malformed letter holds no event.
    return undefined;
  }
}

/** What the index says of the event at the consumer; where it says nothing, what lies in the dead-letter queue. */
export async function findLetter({ clients, surroundings, system, consumer, eventId }: Search): Promise<LetterFacts | undefined> {
  const pages = paginateQuery(
    { client: clients.dynamodb },
    {
      TableName: system.deadLetterIndexTableName,
      KeyConditionExpression: 'pk = :pk',
      FilterExpression: 'contains(eventKey, :id)',
      ExpressionAttributeValues: { ':pk': { S: `CONSUMER#${consumer.consumer}` }, ':id': { S: `#${eventId}` } },
    },
  );
  for await (const { Items: [item] = [] } of pages) {
    if (!item) continue;
    const text = (name: string): string | undefined => item[name]?.S;
    return {
      status: text('status') ?? 'dead',
      reason: text('reason') ?? 'unknown',
      error: text('error'),
      lastFailedAt: text('lastFailedAt'),
      decidedBy: text('decidedBy'),
      because: text('because'),
      payload: text('payload'),
    };
  }
  const letters = await peekDeadLetters({ sqs: clients.sqs, receiveWaitSeconds: surroundings.receiveWaitSeconds }, { ...consumer, isOfBus: false });
  const letter = letters.find((one) => one.eventId === eventId);
  return (
    letter && {
      status: 'dead',
      reason: letter.reason,
      error: letter.error,
      lastFailedAt: letter.lastFailedAt,
      decidedBy: undefined,
      because: undefined,
      payload: letter.payload,
    }
  );
}

/** The commit record of the event, under the source that it has or, where nobody knows it, could have. */
export async function findCommit({ clients, consumer, eventId }: Search, source: string | undefined): Promise<CommitFacts | undefined> {
  const possible = consumer.on.map((type) => CONTRACTS.get(type)).map((contract) => `tickertape.${contract?.context}`);
  for (const candidate of source === undefined ? new Set(possible) : [source]) {
    const pk = `COMMIT#${consumer.consumer}#0#${candidate}#${eventId}`;
    const { Item: item } = await clients.dynamodb.send(new GetItemCommand({ TableName: consumer.tableName, Key: { pk: { S: pk }, sk: { S: 'COMMIT' } } }));
    if (!item) continue;
    const leaseUntil = item['leaseUntilMs']?.N;
    return {
      status: item['status']?.S === 'INPROGRESS' ? 'INPROGRESS' : 'COMPLETED',
      committedAt: item['committedAt']?.S,
      leaseUntilMs: leaseUntil === undefined ? undefined : Number(leaseUntil),
    };
  }
  return undefined;
}

/** Why the rule could not put the event into the queue, where it lies in the rule's dead-letter queue. */
export async function findUndelivered({
  clients,
  surroundings,
  consumer,
  eventId,
}: Search): Promise<{ readonly code: string; readonly message: string } | undefined> {
  if (consumer.ruleDeadLetterQueueUrl === undefined) return undefined;
  const access = { sqs: clients.sqs, receiveWaitSeconds: surroundings.receiveWaitSeconds };
  const messages = await peekMessages(access, consumer.ruleDeadLetterQueueUrl);
  const found = messages.find(({ Body }) => eventInLetter(Body ?? '')?.detail.includes(`"${eventId}"`));
  if (!found) return undefined;
  const text = (name: string): string => found.MessageAttributes?.[name]?.StringValue ?? '';
  return { code: text('ERROR_CODE'), message: text('ERROR_MESSAGE') };
}

/** What the recorder knows of the event at the consumer, where there is one. */
export function findHandling({ surroundings, consumer, eventId }: Search): Handling | undefined {
  const event = surroundings.recordedThread(eventId).events.find(({ id }) => id === eventId);
  return event?.handlings.find((handling) => handling.consumer === consumer.consumer);
}

/** The relay that publishes what a table's outbox holds. */
export async function relayOf({ clients }: Search, tableName: string): Promise<MappingStatus | undefined> {
  const { Table: table } = await clients.dynamodb.send(new DescribeTableCommand({ TableName: tableName }));
  return table?.LatestStreamArn === undefined ? undefined : mappingOf(clients.lambda, table.LatestStreamArn);
}

/** The consumer's function; `undefined` where it does not exist. */
async function functionOf({ clients, consumer }: Search): Promise<FunctionFacts | undefined> {
  const FunctionName = consumer.functionName;
  try {
    const { State } = await clients.lambda.send(new GetFunctionConfigurationCommand({ FunctionName }));
    const { ReservedConcurrentExecutions: reserved } = await clients.lambda.send(new GetFunctionConcurrencyCommand({ FunctionName }));
    return { state: State ?? 'Active', reserved };
  } catch (error) {
    if ((error as Error).name === 'ResourceNotFoundException') return undefined;
    throw error;
  }
}

/** The way between bus and handler, as it stands. */
export interface Path {
  readonly rule: ConsumerRule | undefined;
  readonly mapping: MappingStatus;
  readonly function: FunctionFacts | undefined;
  readonly depth: QueueDepth;
}

/** Looks at the way between bus and handler. */
export async function findPath(search: Search): Promise<Path> {
  const { clients, system, consumer } = search;
  const [rule, mapping, facts, depth] = await Promise.all([
    consumer.group ? undefined : ruleOf(clients.eventbridge, system.busName, consumer),
    consumerMapping(clients.lambda, consumer),
    functionOf(search),
    queueDepth(clients.sqs, consumer.queueUrl),
  ]);
  return { rule, mapping, function: facts, depth };
}
