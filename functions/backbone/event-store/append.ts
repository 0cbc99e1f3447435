import type { DataOf, EventContract } from '../../../schemas/index.ts';
import type { Envelope } from '../envelope.ts';
import { TerminalError } from '../errors.ts';
import type { Expression, Key } from '../work.ts';
import { type Aggregate, fold } from './aggregate.ts';
import { type Commit, type Slice, type Snapshot, sliceKeyOf, snapshotKeyOf, type Tip, tipKeyOf } from './items.ts';
import type { Loaded } from './load.ts';

/** A tip is rewritten at each append, and one write unit is a kilobyte: beyond this much its events move out, however few they are. */
const TIP_BYTES_MAX = 64 * 1024;

/** What an append writes, all of it in one transaction. */
export interface Appended<State> {
  readonly tip: Tip;
  /** Holds where the stream is still as it was read. */
  readonly condition: Expression;
  /** The slice and the snapshot, where the tip had grown. */
  readonly moved: readonly (Key & object)[];
  /** What has to be sealed before it is written: the personal members of new events, by their place in the tip. */
  readonly personal: ReadonlyMap<number, object>;
  readonly loaded: Loaded<State>;
}

/** Adds events to a stream as it was read. @throws {TerminalError} where the stream is closed */
export function appended<State, C extends EventContract>(
  aggregate: Aggregate<State, C>,
  loaded: Loaded<State>,
  envelopes: readonly Envelope[],
): Appended<State> {
  const { type } = aggregate;
  const { id, tip: before, version, state } = loaded;
  if (envelopes.length === 0) throw new RangeError(`Nothing is appended to ${type} ${id}`);
  if (aggregate.isClosed(state)) throw new TerminalError(`${type} ${id} is closed after ${version} events`, { code: 'STREAM_CLOSED' });
  const kept = envelopes.map((envelope) => partsOf(aggregate, envelope));
  const texts = kept.map(({ text }) => text);
  const moved = before && hasGrown(aggregate, before, texts) ? movedOut(aggregate, before, state) : [];
  const stays = before && moved.length === 0 ? before : undefined;
  const after = fold(aggregate, state, envelopes);
  const subject = subjectOf(aggregate, { id, known: before?.subject, kept });
  const personal = new Map(kept.flatMap(({ personal: members }, index) => (members ? [[(stays?.events.length ?? 0) + index, members] as const] : [])));
  const commit: Commit = {
    from: version + 1,
    count: envelopes.length,
    ...(kept.some(({ withheld }) => withheld !== undefined) && { withheld: kept.map(({ withheld }) => JSON.stringify(withheld ?? {})) }),
  };
  const tip: Tip = {
    ...tipKeyOf(type, id),
    entity: 'TIP',
    aggregate: type,
    id,
    version: version + envelopes.length,
    first: stays?.first ?? version + 1,
    events: [...(stays?.events ?? []), ...texts],
    commit,
    ...(subject !== undefined && { subject }),
    ...aggregate.index(after),
  };
  const condition: Expression =
    version === 0
      ? { expression: 'attribute_not_exists(pk)' }
      : { expression: '#version = :version', names: { '#version': 'version' }, values: { ':version': version } };
  return { tip, condition, moved, personal, loaded: { id, state: after, version: tip.version, tip } };
}

function hasGrown({ snapshotEvery }: { readonly snapshotEvery: number }, { events }: Tip, added: readonly string[]): boolean {
  if (events.length + added.length > snapshotEvery) return true;
  return [...events, ...added].reduce((sum, text) => sum + Buffer.byteLength(text), 0) > TIP_BYTES_MAX;
}

function movedOut<State>(
  { type, foldVersion }: { readonly type: string; readonly foldVersion: number },
  { id, first, events, version }: Tip,
  state: State,
): readonly (Slice | Snapshot<State>)[] {
  return [
    { ...sliceKeyOf(type, id, first), entity: 'EVENTS', first, events },
    { ...snapshotKeyOf(type, id, { foldVersion, version }), entity: 'SNAPSHOT', version, state },
  ];
}

interface Parts {
  readonly text: string;
  readonly withheld?: object | undefined;
  readonly personal?: object | undefined;
  readonly subject?: string | undefined;
}

/** What is kept of an event as it is, what is kept under seal, and what is only published: the members that its contract calls secret. */
function partsOf<State, C extends EventContract>({ events, personal }: Aggregate<State, C>, envelope: Envelope): Parts {
  const contract = events.find(({ type, dataschema }) => type === envelope.type && dataschema === envelope.dataschema);
  if (!contract) throw new RangeError(`${envelope.type} with ${envelope.dataschema} is none of the events that the aggregate declares`);
  const data = envelope.data as Readonly<Record<string, unknown>>;
  const withheld = membersOf(data, contract.secret);
  const sealed = personal && membersOf(data, Object.keys(personal.members));
  if (!withheld && !sealed) return { text: JSON.stringify(envelope) };
  const kept = Object.fromEntries(
    Object.entries(data).flatMap(([name, value]) => (withheld && name in withheld ? [] : [[name, sealed && name in sealed ? personal.members[name] : value]])),
  );
  return { text: JSON.stringify({ ...envelope, data: kept }), withheld, personal: sealed, subject: sealed && personal.subjectOf(data as DataOf<C>) };
}

/** Those of some members that data has; `undefined` where it has none. */
function membersOf(data: Readonly<Record<string, unknown>>, names: readonly string[]): Readonly<Record<string, unknown>> | undefined {
  const found = names.filter((name) => data[name] !== undefined);
  return found.length === 0 ? undefined : Object.fromEntries(found.map((name) => [name, data[name]]));
}

/** Whose the personal members of an aggregate are: one person's, for one key opens its snapshots. */
function subjectOf(
  { type }: { readonly type: string },
  { id, known, kept }: { readonly id: string; readonly known: string | undefined; readonly kept: readonly Parts[] },
): string | undefined {
  const subjects = new Set([known, ...kept.map(({ subject }) => subject)].filter((subject) => subject !== undefined));
  if (subjects.size > 1) throw new RangeError(`${type} ${id} has personal data of ${[...subjects].join(' and ')}; all of an aggregate is of one person`);
  const [subject] = subjects;
  return subject;
}

/** The events of a tip's last commit as they are published. */
export function publishedOf({ events, first, commit }: Pick<Tip, 'events' | 'first' | 'commit'>): readonly string[] {
  const { from, count, withheld } = commit;
  return events.slice(from - first, from - first + count).map((text, index) => {
    const secret = withheld?.[index];
    if (secret === undefined || secret === '{}') return text;
    const envelope = JSON.parse(text) as Envelope;
    return JSON.stringify({ ...envelope, data: { ...(envelope.data as object), ...(JSON.parse(secret) as object) } });
  });
}
