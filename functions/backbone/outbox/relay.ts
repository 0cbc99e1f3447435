import type { AttributeValue, DynamoDBBatchResponse, DynamoDBRecord, DynamoDBStreamEvent } from 'aws-lambda';
import type { CommitRecord } from '../commit-record.ts';
import type { Envelope } from '../envelope.ts';
import { publishedOf } from '../event-store/append.ts';
import type { Tip } from '../event-store/items.ts';
import { keysBy } from '../event-store/keys.ts';
import { type Keys, opened, type StoredEnvelope } from '../event-store/personal.ts';
import type { Ports } from '../ports.ts';
import { fromItem, tableReader } from '../table.ts';
import { type InvocationCounts, log } from '../telemetry/telemetry.ts';
import { announce, type RelayPorts } from './announce.ts';
import { aggregateOf, type Cursor, type CursorTable, newCursor, readCommitEvents, readCursor, writeCursor } from './order.ts';
import type { Outgoing } from './publish.ts';

/** An event of a commit, and where it stands in the batch. */
interface Committed extends Outgoing {
  readonly index: number;
  readonly commitPk: string;
  /** Whether commits of its aggregate can come out of order: they are different items then, and not one tip. */
  readonly needsOrdering: boolean;
}

/**
 * Publishes the events of the commits in a batch of the table's stream, to the bus and to the log. Answers with the lowest sequence number that is not finished: everything from there comes again, what
 * was published too, with the same ids.
 */
export async function relay(ports: RelayPorts, { Records }: DynamoDBStreamEvent, counts: InvocationCounts): Promise<DynamoDBBatchResponse> {
  const table: Pick<Ports, 'dynamodb' | 'environment'> = {
    get dynamodb() {
      return ports.dynamodb;
    },
    environment: { TABLE_NAME: tableOf(Records[0]) },
  };
  const keys = keysBy(tableReader(table));
  const outgoing = (await Promise.all(Records.map((record, index) => eventsOf(record, index, keys)))).flat();
  const unordered = outgoing.filter(({ needsOrdering }) => !needsOrdering);
  const unfinished = new Set<number>();
  // Those that come in order first: they are the ordinary case, and depend on nothing that is read.
  for (const { index } of await announce(ports, unordered)) unfinished.add(index);
  const ordered = outgoing.filter(({ needsOrdering }) => needsOrdering);
  for (const index of await relayOrdered(ports, ordered, { tableName: tableOf(Records[0]), counts })) unfinished.add(index);
  counts.add('Published', outgoing.filter(({ index }) => !unfinished.has(index)).length);
  if (unfinished.size === 0) return { batchItemFailures: [] };
  counts.add('Retried');
  const lowest = Records[Math.min(...unfinished)];
  return { batchItemFailures: [{ itemIdentifier: lowest?.dynamodb?.SequenceNumber ?? '' }] };
}

async function eventsOf({ eventName, dynamodb }: DynamoDBRecord, index: number, keys: Keys): Promise<readonly Committed[]> {
  // A record whose time-to-live ended is removed; it was published when it was written.
  if (eventName === 'REMOVE' || !dynamodb?.NewImage) return [];
  const item = fromItem(dynamodb.NewImage as Record<string, AttributeValue> as Parameters<typeof fromItem>[0]) as unknown as CommitRecord | Tip;
  if (item.entity !== 'COMMIT' && item.entity !== 'TIP') return [];
  const texts = item.entity === 'TIP' ? publishedOf(item) : (item.events ?? []);
  return Promise.all(
    texts.map(async (text) => {
      const stored = JSON.parse(text) as StoredEnvelope;
      // What is sealed in the store is published as it was: others keep what they need, and forget it by their own rules.
      const outgoing: Outgoing = stored.sealed ? await published(stored, keys) : { envelope: stored, text };
      return { ...outgoing, index, commitPk: item.pk, needsOrdering: item.entity === 'COMMIT' && stored.sequence !== undefined };
    }),
  );
}

async function published(stored: StoredEnvelope, keys: Keys): Promise<Outgoing> {
  const envelope = await opened(stored, keys);
  return { envelope, text: JSON.stringify(envelope) };
}

/** The table's name, from its stream's ARN: `arn:aws:dynamodb:region:account:table/<name>/stream/<label>`. */
function tableOf(record: DynamoDBRecord | undefined): string {
  return record?.eventSourceARN?.split(':')[5]?.split('/')[1] ?? '';
}

interface Ordering {
  readonly tableName: string;
  readonly counts: InvocationCounts;
}

/** Publishes events that have a sequence, each aggregate on its own. Answers with the places of those that are not finished. */
async function relayOrdered(ports: RelayPorts, ordered: readonly Committed[], ordering: Ordering): Promise<readonly number[]> {
  const byAggregate = new Map<string, Committed[]>();
  for (const one of ordered) {
    const aggregate = aggregateOf(one.envelope);
    byAggregate.set(aggregate, [...(byAggregate.get(aggregate) ?? []), one]);
  }
  const unfinished = await Promise.all([...byAggregate].map(([aggregate, events]) => relayAggregate(ports, { aggregate, events }, ordering)));
  return unfinished.flat();
}

/** How often a relay looks again after another was faster. */
const LOOKS_MAX = 5;

async function relayAggregate(
  ports: RelayPorts,
  { aggregate, events }: { readonly aggregate: string; readonly events: readonly Committed[] },
  ordering: Ordering,
): Promise<readonly number[]> {
  const table: CursorTable = { ports, tableName: ordering.tableName };
  const sorted = [...events].sort((a, b) => sequenceOf(a) - sequenceOf(b));
  // Nothing comes before the first event, so nothing has to be read for it.
  let cursor = sorted[0] && sequenceOf(sorted[0]) === 1 ? newCursor(aggregate) : await readCursor(table, aggregate);
  for (let look = 0; look < LOOKS_MAX; look += 1) {
    const step = await advance(ports, table, { cursor, events: sorted });
    if (step.kind === 'stuck') return events.map(({ index }) => index);
    if (step.kind === 'written') {
      if (step.parkedCount > 0) {
        ordering.counts.add('Parked', step.parkedCount);
        log('warn', 'parked', { aggregate, last: step.cursor.last, waiting: Object.keys(step.cursor.parked).join(',') });
      }
      return [];
    }
    cursor = await readCursor(table, aggregate);
  }
  return events.map(({ index }) => index);
}

type Step = { readonly kind: 'written'; readonly cursor: Cursor; readonly parkedCount: number } | { readonly kind: 'overtaken' } | { readonly kind: 'stuck' };

/** Publishes what follows the cursor without a gap, parked events included, parks the rest, and moves the cursor. */
async function advance(
  ports: RelayPorts,
  table: CursorTable,
  { cursor, events }: { readonly cursor: Cursor; readonly events: readonly Committed[] },
): Promise<Step> {
  const waiting = new Map<number, string>(Object.entries(cursor.parked).map(([sequence, pk]) => [Number(sequence), pk]));
  const arrived = new Map<number, Outgoing>();
  for (const one of events) if (sequenceOf(one) > cursor.last) arrived.set(sequenceOf(one), one);
  if (arrived.size === 0) return { kind: 'written', cursor, parkedCount: 0 };
  const run: Outgoing[] = [];
  let last = cursor.last;
  for (let next = last + 1; arrived.has(next) || waiting.has(next); next += 1) {
    run.push(arrived.get(next) ?? (await parkedEvent(table, { pk: waiting.get(next) ?? '', sequence: next })));
    last = next;
  }
  if ((await announce(ports, run)).size > 0) return { kind: 'stuck' };
  for (const one of events) if (sequenceOf(one) > last) waiting.set(sequenceOf(one), one.commitPk);
  const parked = Object.fromEntries([...waiting].filter(([sequence]) => sequence > last).map(([sequence, pk]) => [String(sequence), pk]));
  const after = await writeCursor(table, cursor, { last, parked });
  return after ? { kind: 'written', cursor: after, parkedCount: Object.keys(parked).length } : { kind: 'overtaken' };
}

async function parkedEvent(table: CursorTable, { pk, sequence }: { readonly pk: string; readonly sequence: number }): Promise<Outgoing> {
  for (const text of await readCommitEvents(table, pk)) {
    const envelope = JSON.parse(text) as Envelope;
    if (Number(envelope.sequence) === sequence && envelope.sequence !== undefined) return { envelope, text };
  }
  throw new Error(`The commit ${pk} has no event with sequence ${sequence}`);
}

function sequenceOf({ envelope }: Outgoing): number {
  return Number(envelope.sequence);
}
