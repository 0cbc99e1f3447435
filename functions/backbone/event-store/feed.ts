import { ScanCommand, type ScanCommandOutput } from '@aws-sdk/client-dynamodb';
import type { Envelope } from '../envelope.ts';
import { type Ports, required } from '../ports.ts';
import { fromItem, tableReader, toItem } from '../table.ts';
import type { Aggregate } from './aggregate.ts';
import { paddedVersion, type Slice, streamKeyOf, type Tip } from './items.ts';
import { keysBy } from './keys.ts';
import { envelopesOf, newestSlices } from './load.ts';
import { NO_KEYS, opened } from './personal.ts';

/**
 * A place in the order of all events of an aggregate type: just after an event. The order is that of (time, aggregate, version): it is a property of the events themselves, which never change, so that it
 * is the same in every reading, and no counter makes it, which all appends would have to share.
 */
export interface Position {
  readonly time: string;
  readonly id: string;
  readonly version: number;
}

/** An event, and its place. */
export interface FeedEvent {
  readonly envelope: Envelope;
  readonly position: Position;
}

/** A part of the feed. */
export interface FeedPage {
  readonly events: readonly FeedEvent[];
  /** All events up to this time, and after `events`, are in the feed for good: none will come in between. */
  readonly until: string;
  /** Whether `events` are all up to `until`. */
  readonly isEnd: boolean;
}

/** A place as a text. */
export const positionText = ({ time, id, version }: Position): string => `${time}#${id}#${paddedVersion(version)}`;

/** Reads a place; `undefined` where the text is none. */
export function readPosition(text: string): Position | undefined {
  const [, time, id, version] = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z)#(.+)#(\d{16})$/s.exec(text) ?? [];
  return time === undefined || id === undefined ? undefined : { time, id, version: Number(version) };
}

/** What is read of a feed. */
export interface FeedRequest {
  /** @default from the first event on */
  readonly after?: Position | undefined;
  /** Events of the page, at most. Memory holds twice as many. @default 10,000 */
  readonly limit?: number | undefined;
  /** Whether personal data is told as it was appended, where its key is still there. @default false: placeholders stand for it */
  readonly isOpened?: boolean | undefined;
  /** Parts of the table that are scanned at the same time. @default 4 */
  readonly segments?: number | undefined;
}

/**
 * How far behind now the feed ends. An event is stamped when its unit of work begins, and is there when its transaction commits: until then, one with a later time can be there before it. A unit of work that is
 * older than `APPEND_MS_MAX` is not committed but run again, so that what is older than this is complete; the rest is for the request itself, and for clocks that differ.
 */
export const FEED_LAG_MS = 120_000;

/** Age at which a unit of work that appends is not committed any more. */
export const APPEND_MS_MAX = 45_000;

const LIMIT = 10_000;
const SEGMENTS = 4;

/** The world of a reader of feeds. */
export type FeedPorts = Pick<Ports, 'dynamodb' | 'environment' | 'nowMs'>;

/**
 * Reads the next events of all aggregates of a type, in order. Each page is one scan of the table: what it costs does not depend on where it begins, so that pages should be large. In return an append
 * writes nothing for the feed.
 */
export async function feedPage(ports: FeedPorts, { type }: Pick<Aggregate<unknown>, 'type'>, request: FeedRequest = {}): Promise<FeedPage> {
  const { after, limit = LIMIT, segments = SEGMENTS, isOpened = false } = request;
  const until = new Date(ports.nowMs() - FEED_LAG_MS).toISOString();
  const nearest = new Nearest({ after, until, limit });
  const scanned = Array.from({ length: segments }, (_, segment) => sweep(ports, { type, segment, segments, nearest }));
  await Promise.all(scanned);
  const keys = isOpened ? keysBy(tableReader(ports)) : NO_KEYS;
  const events = await Promise.all(nearest.sorted().map(async ({ envelope, position }) => ({ envelope: await opened(envelope, keys), position })));
  return { events, until, isEnd: !nearest.isCut };
}

/** All events of a type, in order, up to where the feed ends now. */
export async function* feed(ports: FeedPorts, aggregate: Pick<Aggregate<unknown>, 'type'>, request: FeedRequest = {}): AsyncGenerator<FeedEvent, string> {
  let { after } = request;
  for (;;) {
    const { events, until, isEnd } = await feedPage(ports, aggregate, { ...request, after });
    yield* events;
    after = events.at(-1)?.position ?? after;
    if (isEnd) return until;
  }
}

/** Whether a place is before another: negative, zero or positive, as a sort asks. */
export function comparePositions(a: Position, b: Position): number {
  if (a.time !== b.time) return a.time < b.time ? -1 : 1;
  if (a.id !== b.id) return a.id < b.id ? -1 : 1;
  return a.version - b.version;
}

/** The first events after a place: as many as are wanted, however many are shown to it. */
class Nearest {
  readonly #after: Position | undefined;
  readonly #until: string;
  readonly #limit: number;
  #found: FeedEvent[] = [];
  /** Nothing from here on is wanted any more. */
  #bound: Position | undefined;

  constructor({ after, until, limit }: { readonly after: Position | undefined; readonly until: string; readonly limit: number }) {
    this.#after = after;
    this.#until = until;
    this.#limit = limit;
  }

  /** Whether there are more than were wanted. */
  get isCut(): boolean {
    return this.#bound !== undefined;
  }

  /** Whether events between two times, both included, can be among the nearest. */
  mayHold(first: string, last: string): boolean {
    if (this.#after && last < this.#after.time) return false;
    return first <= this.#until && (!this.#bound || first <= this.#bound.time);
  }

  add(event: FeedEvent): void {
    const { position } = event;
    if (position.time > this.#until || (this.#after && comparePositions(position, this.#after) <= 0)) return;
    if (this.#bound && comparePositions(position, this.#bound) >= 0) return;
    this.#found.push(event);
    if (this.#found.length > 2 * this.#limit) this.#cut();
  }

  sorted(): readonly FeedEvent[] {
    this.#cut();
    return this.#found;
  }

  #cut(): void {
    this.#found.sort((a, b) => comparePositions(a.position, b.position));
    const first = this.#found[this.#limit];
    if (!first) return;
    this.#bound = first.position;
    this.#found.length = this.#limit;
  }
}

interface Sweep {
  readonly type: string;
  readonly segment: number;
  readonly segments: number;
  readonly nearest: Nearest;
}

/**
 * Shows the events of one part of the table. Only tips are looked for: a tip is read as it was at one instant, and the slices before it are there and never change, whereas a scan could pass the place of a slice
 * before it is written, and the tip after.
 */
async function sweep(ports: FeedPorts, { type, segment, segments, nearest }: Sweep): Promise<void> {
  const reader = tableReader(ports);
  let startKey: ScanCommandOutput['LastEvaluatedKey'];
  do {
    const command = new ScanCommand({
      TableName: required(ports.environment, 'TABLE_NAME'),
      ConsistentRead: true,
      FilterExpression: 'entity = :tip AND #aggregate = :type',
      ExpressionAttributeNames: { '#aggregate': 'aggregate' },
      ExpressionAttributeValues: toItem({ ':tip': 'TIP', ':type': type }),
      ...(segments > 1 && { Segment: segment, TotalSegments: segments }),
      ExclusiveStartKey: startKey,
    });
    const { Items = [], LastEvaluatedKey } = (await ports.dynamodb.send(command)) as ScanCommandOutput;
    for (const item of Items) {
      const tip = fromItem<Tip>(item);
      const firstOfTip = show(nearest, tip.id, tip);
      if (tip.first > 1 && nearest.mayHold('', firstOfTip)) {
        for await (const slice of newestSlices(reader, { pk: streamKeyOf(type, tip.id), before: tip.first })) {
          if (!nearest.mayHold('', show(nearest, tip.id, slice))) break;
        }
      }
    }
    startKey = LastEvaluatedKey;
  } while (startKey);
}

/** Shows the events of a tip or a slice. Answers the time of the first, which those before it do not pass. */
function show(nearest: Nearest, id: string, part: Pick<Slice, 'first' | 'events'>): string {
  const envelopes = envelopesOf(part);
  const [first, last] = [envelopes[0]?.time ?? '', envelopes.at(-1)?.time ?? ''];
  if (nearest.mayHold(first, last)) {
    for (const [index, envelope] of envelopes.entries()) nearest.add({ envelope, position: { time: envelope.time, id, version: part.first + index } });
  }
  return first;
}
