import { type AttributeValue, type DynamoDBClient, GetItemCommand, paginateScan } from '@aws-sdk/client-dynamodb';
import type { Clients } from '../clients.ts';
import type { ConsumerDescription, System } from '../system.ts';
import type { FlowEvent, Handling } from './flow-event.ts';
import { type Envelope, parseEnvelope, summaryOf } from './summary.ts';

/** An envelope as an outbox keeps it. */
export interface StoredEnvelope extends Envelope {
  readonly time: string;
}

/** An event in an outbox. */
export interface StoredEvent {
  readonly envelope: StoredEnvelope;
  /** The service's table. */
  readonly tableName: string;
}

/**
 * What the tables keep of a thread: the events in the commit records of the services (for 30 days) and in their event stores, what became of each by the commit records of the consumers, and the
 * dead-letter index. The same here and on AWS, where nobody records the flow; it reads each table twice. Attempts that failed and what waits where are not kept.
 * @param key an event's id, a correlation id or a subject
 */
export async function storedThread(clients: Pick<Clients, 'dynamodb'>, system: System, key: string): Promise<FlowEvent[]> {
  const { dynamodb } = clients;
  const named = (await storedEvents(dynamodb, system, [key])).map(({ envelope }) => envelope);
  const threads = [...new Set(named.filter(({ id, correlationid, subject }) => [id, correlationid, subject].includes(key)).map(threadOf))];
  if (threads.length === 0) return [];
  const events = (await storedEvents(dynamodb, system, threads)).map(({ envelope }) => envelope).filter((event) => threads.includes(threadOf(event)));
  events.sort((a, b) => a.time.localeCompare(b.time));
  return Promise.all(events.map(async (event) => flowEvent(event, await handlingsOf(dynamodb, system, event))));
}

const threadOf = ({ correlationid, id }: Envelope): string => correlationid ?? id;

/** The events of all outboxes and event stores in whose text one of `texts` stands. */
export async function storedEvents(dynamodb: DynamoDBClient, { consumers }: System, texts: readonly string[]): Promise<StoredEvent[]> {
  const found = new Map<string, StoredEvent>();
  const tables = [...new Set(consumers.map(({ tableName }) => tableName))];
  const read = async (TableName: string): Promise<void> => {
    const pages = paginateScan(
      { client: dynamodb },
      {
        TableName,
        FilterExpression: 'entity IN (:commit, :tip, :slice)',
        ProjectionExpression: 'events',
        ExpressionAttributeValues: { ':commit': { S: 'COMMIT' }, ':tip': { S: 'TIP' }, ':slice': { S: 'EVENTS' } },
      },
    );
    for await (const { Items: items = [] } of pages) {
      for (const text of items.flatMap(({ events }) => events?.L ?? []).map(({ S }) => S ?? '')) {
        const envelope = texts.some((part) => text.includes(part)) ? parseEnvelope(text) : undefined;
        if (envelope) found.set(`${envelope.source}#${envelope.id}`, { envelope: envelope as StoredEnvelope, tableName: TableName });
      }
    }
  };
  await Promise.all(tables.map(read));
  return [...found.values()];
}

function flowEvent(envelope: StoredEnvelope, handlings: readonly Handling[]): FlowEvent {
  const { id, type, source, subject, correlationid: correlationId, causationid: causationId, flow, time } = envelope;
  return { id, type, source, subject, summary: summaryOf(envelope), correlationId, causationId, flow, atMs: Date.parse(time), handlings };
}

/** Recorded events with what became of them at consumer groups: these read a stream, and only their commit records and dead letters tell of each event. */
export async function withGroups({ dynamodb }: Pick<Clients, 'dynamodb'>, system: System, events: readonly FlowEvent[]): Promise<FlowEvent[]> {
  const groups = system.consumers.filter(({ source }) => source === 'stream');
  return Promise.all(
    events.map(async (event) => {
      const known = new Set(event.handlings.map(({ consumer }) => consumer));
      const missing = groups.filter(({ consumer, on }) => !known.has(consumer) && on.some((taken) => taken.startsWith(`${event.type}.v`)));
      const about = { ...event, time: new Date(event.atMs).toISOString() };
      const found = await Promise.all(missing.map((consumer) => handlingOf(dynamodb, { system, consumer, event: about })));
      return { ...event, handlings: [...event.handlings, ...found.filter((handling) => handling !== undefined)] };
    }),
  );
}

async function handlingsOf(dynamodb: DynamoDBClient, system: System, event: StoredEnvelope): Promise<Handling[]> {
  const major = /\/v(\d+)\./.exec(event.dataschema ?? '')?.[1];
  const subscribed = system.consumers.filter(({ on }) => on.includes(`${event.type}.v${major}`));
  const handlings = await Promise.all(subscribed.map((consumer) => handlingOf(dynamodb, { system, consumer, event })));
  return handlings.filter((handling) => handling !== undefined);
}

/** What became of an event at a consumer. Where neither table nor index knows, it may wait, or the subscription may not have taken it: nothing is claimed. */
async function handlingOf(
  dynamodb: DynamoDBClient,
  {
    system,
    consumer,
    event,
  }: { readonly system: System; readonly consumer: ConsumerDescription; readonly event: Pick<StoredEnvelope, 'source' | 'id' | 'time'> },
): Promise<Handling | undefined> {
  const { consumer: name, tableName } = consumer;
  const about = { consumer: name, attempts: 0, queuedAtMs: Date.parse(event.time), startedAtMs: undefined };
  const letter = await itemOf(dynamodb, system.deadLetterIndexTableName, { pk: `CONSUMER#${name}`, sk: `${event.source}#${event.id}` });
  if (letter?.['status']?.S === 'dead') {
    const endedAtMs = Date.parse(letter['lastFailedAt']?.S ?? event.time);
    return { ...about, state: 'dead', attempts: Number(letter['attempts']?.N ?? 0), endedAtMs, error: letter['error']?.S };
  }
  const commit = await itemOf(dynamodb, tableName, { pk: `COMMIT#${name}#${LIVE}#${event.source}#${event.id}`, sk: 'COMMIT' });
  if (commit?.['status']?.S === 'INPROGRESS') return { ...about, state: 'running', endedAtMs: undefined, error: undefined };
  if (!commit) return undefined;
  return { ...about, state: 'done', endedAtMs: Date.parse(commit['committedAt']?.S ?? event.time), error: undefined };
}

/** Epoch in a commit's key of what is no replay. */
const LIVE = '0';

async function itemOf(
  dynamodb: DynamoDBClient,
  TableName: string,
  { pk, sk }: { pk: string; sk: string },
): Promise<Record<string, AttributeValue> | undefined> {
  return (await dynamodb.send(new GetItemCommand({ TableName, Key: { pk: { S: pk }, sk: { S: sk } } }))).Item;
}
