import type { Context } from 'aws-lambda';
import type { EventContract } from '../../../schemas/index.ts';
import type { Envelope } from '../envelope.ts';
import { lambdaPorts, type Ports } from '../ports.ts';
import { tableReader } from '../table.ts';
import { counted } from '../telemetry/invocation.ts';
import type { Reader } from '../work.ts';
import type { Aggregate } from './aggregate.ts';
import { feedPage, positionText, readPosition } from './feed.ts';
import { type Tip, tipKeyOf } from './items.ts';
import { history, type Moment, stateAt } from './load.ts';
import { NO_KEYS, opened } from './personal.ts';

/** What an operator asks of an aggregate: its state at a moment, its events after a version; or the events of all aggregates of the type, after a place in their order. */
export type Inspection =
  | { readonly ask: 'state'; readonly id: string /** @default now */; readonly moment?: Moment }
  | { readonly ask: 'log'; readonly id: string; readonly after?: number /** @default 100 */; readonly limit?: number }
  | { readonly ask: 'feed' /** @default from the first event on */; readonly after?: string /** @default 100 */; readonly limit?: number };

/** A state, and how many events made it, of how many there are now. */
export interface InspectedState {
  readonly id: string;
  readonly version: number;
  readonly latest: number;
  /** `null` where the aggregate did not exist then. */
  readonly state: unknown;
}

/** Events without what their contracts call secret, placeholders for personal data. */
export interface InspectedLog {
  readonly id: string;
  readonly latest: number;
  readonly events: readonly Envelope[];
}

/** Events of all aggregates of the type, in an order that never changes. */
export interface InspectedFeed {
  readonly events: readonly { readonly position: string; readonly envelope: Envelope }[];
  /** Up to here the order is certain. */
  readonly until: string;
  /** Whether there is no more up to `until`. */
  readonly isEnd: boolean;
}

/** An answer of Lambda has at most 6 MB. @see https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const LOG_BYTES_MAX = 4_000_000;
const LOG_EVENTS = 100;
const FEED_EVENTS_MAX = 5_000;

/** An operator asked what this function does not answer. */
export class InspectionInvalid extends Error {
  override readonly name = 'InspectionInvalid';
}

/**
 * Makes the Lambda handler by which operators look into an aggregate's streams: only the service that owns them knows what its events make of a state. It reads, and opens nothing: placeholders
 * stand for personal data, and where a snapshot is sealed all events are folded.
 */
export function inspector<State, C extends EventContract>(
  options: { readonly name: string },
  aggregate: Aggregate<State, C>,
  ports: Ports = lambdaPorts,
): (request: Inspection, context: Context) => Promise<InspectedState | InspectedLog | InspectedFeed> {
  const reader = tableReader(ports);
  return counted(options.name, async (request: Inspection, _: Context, counts) => {
    counts.add('Processed');
    if (request?.ask === 'feed') return inspectFeed(ports, aggregate, request);
    if (typeof request?.id !== 'string' || request.id === '') throw new InspectionInvalid('An inspection has an `id`');
    if (request.ask === 'log') return inspectLog(reader, aggregate, request);
    if (request.ask !== 'state') throw new InspectionInvalid('An inspection has `ask`: "state", "log" or "feed"');
    const moment = request.moment ?? { version: Number.MAX_SAFE_INTEGER };
    const [tip, { version, state }] = await Promise.all([
      reader.get<Tip>(tipKeyOf(aggregate.type, request.id)),
      stateAt(reader, aggregate, { id: request.id, moment, keys: NO_KEYS }),
    ]);
    return { id: request.id, version, latest: tip?.version ?? 0, state: state ?? null };
  });
}

async function inspectLog<State, C extends EventContract>(
  reader: Reader,
  aggregate: Aggregate<State, C>,
  { id, after = 0, limit = LOG_EVENTS }: Extract<Inspection, { readonly ask: 'log' }>,
): Promise<InspectedLog> {
  const tip = await reader.get<Tip>(tipKeyOf(aggregate.type, id));
  const events: Envelope[] = [];
  let bytes = 0;
  if (tip) {
    for await (const stored of history(reader, aggregate, id, { after })) {
      const event = await opened(stored, NO_KEYS);
      bytes += Buffer.byteLength(JSON.stringify(event));
      if (events.length >= limit || (events.length > 0 && bytes > LOG_BYTES_MAX)) break;
      events.push(event);
    }
  }
  return { id, latest: tip?.version ?? 0, events };
}

async function inspectFeed<State, C extends EventContract>(
  ports: Ports,
  aggregate: Aggregate<State, C>,
  { after: text, limit = LOG_EVENTS }: Extract<Inspection, { readonly ask: 'feed' }>,
): Promise<InspectedFeed> {
  const after = text === undefined ? undefined : readPosition(text);
  if (text !== undefined && !after) throw new InspectionInvalid(`"${text}" is no place in the feed`);
  const page = await feedPage(ports, aggregate, { after, limit: Math.min(limit, FEED_EVENTS_MAX) });
  const events: { readonly position: string; readonly envelope: Envelope }[] = [];
  let bytes = 0;
  for (const { position, envelope } of page.events) {
    bytes += Buffer.byteLength(JSON.stringify(envelope));
    if (events.length > 0 && bytes > LOG_BYTES_MAX) break;
    events.push({ position: positionText(position), envelope });
  }
  return { events, until: page.until, isEnd: page.isEnd && events.length === page.events.length };
}
