import type { Clients } from '../clients.ts';
import { durationMs } from '../dead-letters/filter/fields.ts';
import { type Change, changesBetween } from '../redrive/edit.ts';
import { type AggregateDescription, findAggregate, inspect, type Moment } from './inspector.ts';

/** An aggregate as it was at a moment. */
export interface AggregateState {
  readonly type: string;
  readonly id: string;
  /** Events that made it. */
  readonly version: number;
  /** Events that there are now. */
  readonly latest: number;
  /** The time that was asked for, where it was one: ISO 8601. */
  readonly at: string | undefined;
  /** `null` where it did not exist then. */
  readonly state: unknown;
}

/** An event of an aggregate's stream. */
export interface AggregateEvent {
  /** The aggregate's version after it. */
  readonly version: number;
  readonly type: string;
  readonly time: string;
  readonly id: string;
  readonly causationId: string;
  readonly correlationId: string;
  readonly dataschema: string;
  readonly data: unknown;
}

/** Events of a stream, in order. There are more while the last is not `latest`. */
export interface AggregateLog {
  readonly type: string;
  readonly id: string;
  readonly latest: number;
  readonly events: readonly AggregateEvent[];
}

/** What lies between two moments of an aggregate. */
export interface AggregateDifference {
  readonly type: string;
  readonly id: string;
  readonly latest: number;
  readonly from: AggregateState;
  readonly to: AggregateState;
  readonly changes: readonly Change[];
}

/** Events of all aggregates of a type, in an order that never changes: by time, aggregate and version. */
export interface AggregateFeed {
  readonly type: string;
  readonly events: readonly (AggregateEvent & { readonly aggregateId: string /** For `after`. */; readonly position: string })[];
  /** Up to here the order is certain: what is newer is not in the feed yet. */
  readonly until: string;
  /** Whether there is no more up to `until`. */
  readonly isEnd: boolean;
}

/** Names an aggregate. */
export interface AggregateName {
  readonly type: string;
  readonly id: string;
}

/** The stream has no event at all. */
export class NoSuchAggregateError extends Error {
  constructor({ type, id }: AggregateName) {
    super(`There is no ${type} ${id}`);
    this.name = 'NoSuchAggregateError';
  }
}

/** A text that is neither a version nor a time. */
export class MomentInvalidError extends Error {
  constructor(text: string) {
    super(`"${text}" is no moment of an aggregate: a version (3), a time (2026-03-15T14:32:00Z), or so long ago (90m)`);
    this.name = 'MomentInvalidError';
  }
}

/** Digits alone are a version: no time is written so. */
const VERSION = /^\d{1,15}$/;

/** Reads a moment: a version, a time, or so long ago. @throws {MomentInvalidError} */
export function momentOf(text: string, nowMs: number): Moment {
  if (VERSION.test(text)) return { version: Number(text) };
  if (text === 'now') return { time: new Date(nowMs).toISOString() };
  const agoMs = durationMs(text);
  const ms = agoMs === undefined ? Date.parse(text) : nowMs - agoMs;
  if (!Number.isFinite(ms) || Math.abs(ms) > 8.64e15) throw new MomentInvalidError(text);
  return { time: new Date(ms).toISOString() };
}

async function stateOf(
  clients: Pick<Clients, 'lambda'>,
  description: AggregateDescription,
  { id, moment }: { readonly id: string; readonly moment: Moment | undefined },
): Promise<AggregateState> {
  const { type } = description;
  const answer = await inspect<Pick<AggregateState, 'version' | 'latest' | 'state'>>(clients, description, { ask: 'state', id, moment });
  if (answer.latest === 0) throw new NoSuchAggregateError({ type, id });
  const { version, latest, state } = answer;
  return { type, id, version, latest, at: moment && 'time' in moment ? moment.time : undefined, state };
}

/** The state of an aggregate: now, after so many events, or at a time. @throws {NoSuchAggregateError} */
export async function showAggregate(
  clients: Pick<Clients, 'ssm' | 'lambda'>,
  { type, id, at }: AggregateName & { readonly at?: string | undefined },
  nowMs: number,
): Promise<AggregateState> {
  const moment = at === undefined ? undefined : momentOf(at, nowMs);
  return stateOf(clients, await findAggregate(clients, type), { id, moment });
}

/** Events of one answer of the function; a log of more is asked for in parts. */
const PAGE_EVENTS = 1_000;

/** The events of an aggregate after a version. @throws {NoSuchAggregateError} */
export async function aggregateLog(
  clients: Pick<Clients, 'ssm' | 'lambda'>,
  { type: wanted, id, after = 0, limit }: AggregateName & { readonly after?: number | undefined; readonly limit: number },
): Promise<AggregateLog> {
  const description = await findAggregate(clients, wanted);
  const { type } = description;
  const events: AggregateEvent[] = [];
  for (;;) {
    const page: { readonly latest: number; readonly events: readonly StoredEvent[] } = await inspect(clients, description, {
      ask: 'log',
      id,
      after: after + events.length,
      limit: Math.min(PAGE_EVENTS, limit - events.length),
    });
    if (page.latest === 0) throw new NoSuchAggregateError({ type, id });
    events.push(...page.events.map(eventOf));
    if (page.events.length === 0 || events.length >= limit) return { type, id, latest: page.latest, events };
  }
}

/** An envelope, as far as a log tells of it. */
interface StoredEvent extends Pick<AggregateEvent, 'type' | 'time' | 'id' | 'dataschema' | 'data'> {
  readonly sequence: string;
  readonly causationid: string;
  readonly correlationid: string;
}

const eventOf = ({ sequence, type, time, id, causationid, correlationid, dataschema, data }: StoredEvent): AggregateEvent => ({
  version: Number(sequence),
  type,
  time,
  id,
  causationId: causationid,
  correlationId: correlationid,
  dataschema,
  data,
});

/** A part of the feed of all aggregates of a type, after a place in it. */
export async function aggregateFeed(
  clients: Pick<Clients, 'ssm' | 'lambda'>,
  { type, after, limit }: { readonly type: string; readonly after?: string | undefined; readonly limit: number },
): Promise<AggregateFeed> {
  const description = await findAggregate(clients, type);
  const page: Pick<AggregateFeed, 'until' | 'isEnd'> & {
    readonly events: readonly { readonly position: string; readonly envelope: StoredEvent & { readonly partitionkey: string } }[];
  } = await inspect(clients, description, { ask: 'feed', after, limit });
  const events = page.events.map(({ position, envelope }) => ({ ...eventOf(envelope), aggregateId: envelope.partitionkey, position }));
  return { type: description.type, events, until: page.until, isEnd: page.isEnd };
}

/** What differs between two moments of an aggregate, member by member. @throws {NoSuchAggregateError} */
export async function diffAggregate(
  clients: Pick<Clients, 'ssm' | 'lambda'>,
  { type, id, from, to }: AggregateName & { readonly from: string; readonly to: string },
  nowMs: number,
): Promise<AggregateDifference> {
  const [first, second] = [momentOf(from, nowMs), momentOf(to, nowMs)];
  const description = await findAggregate(clients, type);
  const [before, after] = await Promise.all([stateOf(clients, description, { id, moment: first }), stateOf(clients, description, { id, moment: second })]);
  const changes = changesBetween(before.state, after.state, '');
  return { type: description.type, id, latest: after.latest, from: before, to: after, changes };
}
