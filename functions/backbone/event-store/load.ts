import type { EventContract } from '../../../schemas/index.ts';
import type { Envelope } from '../envelope.ts';
import type { Reader } from '../work.ts';
import { type Aggregate, fold } from './aggregate.ts';
import { paddedVersion, SLICE_PREFIX, type Slice, type Snapshot, sliceKeyOf, snapshotKeyOf, streamKeyOf, type Tip, tipKeyOf } from './items.ts';
import { keysBy } from './keys.ts';
import { type Keys, opened, type StoredEnvelope, unseal } from './personal.ts';

/** An aggregate as it was read. */
export interface Loaded<State> {
  readonly id: string;
  readonly state: State;
  /** Number of its events; 0 where there is none. */
  readonly version: number;
  /** What an append is based on; `undefined` where the stream has not begun. */
  readonly tip: Tip | undefined;
}

/** The part of a definition that names streams. */
type Typed = Pick<Aggregate<unknown>, 'type'>;

/** What is known of an aggregate that cannot exist yet, without asking. An append then fails where it does. */
export function notYet<State>({ initial }: { readonly initial: State }, id: string): Loaded<State> {
  return { id, state: initial, version: 0, tip: undefined };
}

/** Reads an aggregate: its tip, and where events have left that, one snapshot. Consistent. */
export async function load<State, C extends EventContract>(
  reader: Reader,
  aggregate: Aggregate<State, C>,
  id: string,
  keys: Keys = keysBy(reader),
): Promise<Loaded<State>> {
  const tip = await reader.get<Tip>(tipKeyOf(aggregate.type, id));
  return tip ? ofTip(reader, aggregate, tip, keys) : { id, state: aggregate.initial, version: 0, tip: undefined };
}

/** Completes a tip that was found by an index. */
export async function ofTip<State, C extends EventContract>(
  reader: Reader,
  aggregate: Aggregate<State, C>,
  tip: Tip,
  keys: Keys = keysBy(reader),
): Promise<Loaded<State>> {
  const before = await stateBefore(reader, aggregate, { id: tip.id, first: tip.first, keys });
  return { id: tip.id, state: fold(aggregate, before, await openedAll(envelopesOf(tip), keys)), version: tip.version, tip };
}

/** The envelopes of a tip or a slice. */
export const envelopesOf = ({ events }: Pick<Slice, 'events'>): Envelope[] => events.map((text) => JSON.parse(text) as Envelope);

/** Events as they were appended, where they can still be opened. */
async function openedAll(envelopes: readonly StoredEnvelope[], keys: Keys): Promise<readonly Envelope[]> {
  return envelopes.some(({ sealed }) => sealed) ? Promise.all(envelopes.map((envelope) => opened(envelope, keys))) : envelopes;
}

/** The state on which the event `first` builds: a snapshot; where this fold has left none, or none that can be opened, all events before. */
async function stateBefore<State, C extends EventContract>(
  reader: Reader,
  aggregate: Aggregate<State, C>,
  { id, first, keys }: { readonly id: string; readonly first: number; readonly keys: Keys },
): Promise<State> {
  if (first === 1) return aggregate.initial;
  const version = first - 1;
  const snapshot = await reader.get<Snapshot<State>>(snapshotKeyOf(aggregate.type, id, { foldVersion: aggregate.foldVersion, version }));
  const known = snapshot?.sealed ? unseal(snapshot.sealed, await keys.read(snapshot.sealed.subject), snapshot.sk) : snapshot?.state;
  if (known !== undefined) return known as State;
  let state = aggregate.initial;
  for await (const slice of slices(reader, aggregate, { id, to: version })) state = fold(aggregate, state, await openedAll(envelopesOf(slice), keys));
  return state;
}

interface SliceRange {
  readonly id: string;
  /** Sort key of the first that is wanted. @default the first that there is */
  readonly from?: string | undefined;
  /** Version that the last begins with, at most. */
  readonly to: number;
}

async function* slices(reader: Reader, { type }: Typed, { id, from = SLICE_PREFIX, to }: SliceRange): AsyncGenerator<Slice> {
  let cursor: string | undefined;
  do {
    const page = await reader.query<Slice>({ pk: streamKeyOf(type, id), skPrefix: from, skAtMost: sliceKeyOf(type, id, to).sk, cursor });
    yield* page.items;
    cursor = page.cursor;
  } while (cursor !== undefined);
}

/** The slices of a stream that begin before a version, the newest first. */
export async function* newestSlices(reader: Reader, { pk, before }: { readonly pk: string; readonly before: number }): AsyncGenerator<Slice> {
  let cursor: string | undefined;
  do {
    const skAtMost = `${SLICE_PREFIX}${paddedVersion(before - 1)}`;
    const page = await reader.query<Slice>({ pk, skPrefix: SLICE_PREFIX, skAtMost, newestFirst: true, cursor });
    yield* page.items;
    cursor = page.cursor;
  } while (cursor !== undefined);
}

/** The events of an aggregate after a version, in order, as they were stored. */
export async function* history(
  reader: Reader,
  aggregate: Typed,
  id: string,
  { after = 0 }: { /** @default 0: from the first on */ readonly after?: number } = {},
): AsyncGenerator<Envelope> {
  const tip = await reader.get<Tip>(tipKeyOf(aggregate.type, id));
  if (!tip) return;
  if (tip.first > after + 1) {
    const begin = after > 0 ? await sliceOf(reader, aggregate, { id, moment: { version: after + 1 } }) : undefined;
    for await (const slice of slices(reader, aggregate, { id, from: begin?.sk, to: tip.first - 1 })) yield* eventsAfter(slice, after);
  }
  yield* eventsAfter(tip, after);
}

const eventsAfter = ({ first, events }: Pick<Slice, 'first' | 'events'>, version: number): Envelope[] =>
  envelopesOf({ events: events.slice(Math.max(0, version + 1 - first)) });

/** A moment of an aggregate: after so many events, or at a time (ISO 8601), the events of that instant included. */
export type Moment = { readonly version: number } | { readonly time: string };

/**
 * The state of an aggregate at a moment. Reads its tip, at most one slice where the moment is given by a version (those after it where it is given by a time), and one snapshot.
 * Version 0 and the initial state where it did not exist then.
 */
export async function stateAt<State, C extends EventContract>(
  reader: Reader,
  aggregate: Aggregate<State, C>,
  { id, moment, keys = keysBy(reader) }: { readonly id: string; readonly moment: Moment; readonly keys?: Keys },
): Promise<Pick<Loaded<State>, 'id' | 'state' | 'version'>> {
  const tip = await reader.get<Tip>(tipKeyOf(aggregate.type, id));
  const part = tip && (isBefore(tip, moment) ? await sliceOf(reader, aggregate, { id, moment }) : tip);
  if (!part) return { id, state: aggregate.initial, version: 0 };
  const { first } = part;
  const events = envelopesOf(part).filter((event, index) => ('version' in moment ? first + index <= moment.version : event.time <= moment.time));
  const before = await stateBefore(reader, aggregate, { id, first, keys });
  return { id, state: fold(aggregate, before, await openedAll(events, keys)), version: first - 1 + events.length };
}

/** Whether a moment is before all events of a part. */
function isBefore(part: Pick<Slice, 'first' | 'events'>, moment: Moment): boolean {
  if ('version' in moment) return moment.version < part.first;
  const [event] = envelopesOf({ events: part.events.slice(0, 1) });
  return event !== undefined && moment.time < event.time;
}

/** The slice in which a moment lies. */
async function sliceOf(reader: Reader, { type }: Typed, { id, moment }: { readonly id: string; readonly moment: Moment }): Promise<Slice | undefined> {
  const pk = streamKeyOf(type, id);
  if ('version' in moment) {
    const page = await reader.query<Slice>({ pk, skPrefix: SLICE_PREFIX, skAtMost: sliceKeyOf(type, id, moment.version).sk, newestFirst: true, limit: 1 });
    return page.items[0];
  }
  for await (const slice of newestSlices(reader, { pk, before: Number.MAX_SAFE_INTEGER })) if (!isBefore(slice, moment)) return slice;
  return undefined;
}
