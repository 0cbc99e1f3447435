import type { Envelope } from '../envelope.ts';
import type { Key } from '../work.ts';
import { foldSource, NO_SOURCE, type SourceState, type Unfolded } from './fold.ts';
import { type SourceItem, sourceKeyOf, type ViewItem, viewKeyOf } from './items.ts';
import type { Projection } from './projection.ts';

/** A generation of a projection, into which events are folded. */
export interface Target {
  readonly projection: Projection;
  readonly generation: string;
}

/** Events of one source, for one target. */
export interface SourceEvents {
  readonly target: Target;
  readonly key: Key;
  readonly events: readonly Envelope[];
}

/** An item to write, on condition that its revision is still the one before. */
export type Write = SourceItem | ViewItem;

/** A source after a batch. */
export interface FoldedSource {
  readonly target: Target;
  readonly item: SourceItem;
  readonly before: unknown;
  readonly after: unknown;
  /** Keys of the views that change with it. */
  readonly keys: readonly string[];
}

/** What a batch came to, before it is written. */
export interface Counts {
  applied: number;
  duplicates: number;
  /** Events that wait for one before them. */
  waiting: number;
  readonly failed: (Unfolded & { readonly target: Target })[];
}

/** Events by target and source, in the order of the targets. */
export function bySource(targets: readonly Target[], events: readonly Envelope[], takes: (target: Target, event: Envelope) => boolean): SourceEvents[] {
  const sources = new Map<string, { readonly target: Target; readonly key: Key; readonly events: Envelope[] }>();
  for (const target of targets) {
    const { projection, generation } = target;
    for (const event of events) {
      if (!takes(target, event)) continue;
      const key = sourceKeyOf(projection.name, generation, projection.source(event).id);
      const known = sources.get(key.pk);
      if (known) known.events.push(event);
      else sources.set(key.pk, { target, key, events: [event] });
    }
  }
  return [...sources.values()];
}

/** Folds the events of one source. Answers `undefined` where they change nothing. */
export function foldInto({ target, key, events }: SourceEvents, item: SourceItem | undefined, counts: Counts): FoldedSource | undefined {
  const { projection } = target;
  const known = item ? stateOf(projection, item) : NO_SOURCE;
  const { state, applied, duplicates, failed } = foldSource(projection, known, events);
  counts.applied += applied;
  counts.duplicates += duplicates;
  counts.waiting += state.ahead.size;
  counts.failed.push(...failed.map((one) => ({ ...one, target })));
  if (applied === 0 && state.ahead.size === known.ahead.size) return undefined;
  const keys = applied > 0 && projection.into ? keysOf(projection, state.part, known.part) : [];
  return { target, item: itemOf(key, state, item?.revision ?? 0), before: known.part, after: state.part, keys };
}

function keysOf({ name, into }: Projection, after: unknown, before: unknown): readonly string[] {
  const keys = into?.keysOf(after) ?? [];
  const had = before === undefined ? keys : (into?.keysOf(before) ?? []);
  if (keys.join('\n') !== had.join('\n')) throw new Error(`A source of projection ${name} moved from ${had.join(', ')} to ${keys.join(', ')}`);
  return keys;
}

function stateOf(projection: Projection, { applied, state, ahead = [] }: SourceItem): SourceState {
  const events = ahead.map((text) => JSON.parse(text) as Envelope);
  return {
    applied,
    part: state === undefined ? undefined : JSON.parse(state),
    ahead: new Map(events.map((event) => [projection.source(event).version, event])),
  };
}

function itemOf(key: Key, { applied, part, ahead }: SourceState, revision: number): SourceItem {
  return {
    ...key,
    entity: 'SOURCE',
    applied,
    revision: revision + 1,
    ...(part !== undefined && { state: JSON.stringify(part) }),
    ...(ahead.size > 0 && { ahead: [...ahead].sort(([a], [b]) => a - b).map(([, event]) => JSON.stringify(event)) }),
  };
}

/** A transaction has at most 100 writes and 4 MB. @see https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html */
const WRITES_MAX = 100;
const BYTES_MAX = 3_000_000;

/**
 * Puts folded sources and the views that they change into transactions, in order: a source is in the same one as all of its views, and a view is written once in each, however many of its sources
 * are.
 */
export function* transactionsOf(folded: readonly FoldedSource[], views: Map<string, ViewItem>): Generator<readonly Write[]> {
  let sources: SourceItem[] = [];
  let changed = new Map<string, ViewItem>();
  let bytes = 0;
  for (const source of sorted(folded)) {
    const touched = source.keys.map((key) => viewKeyOf(source.target.projection.name, source.target.generation, key));
    const added = 1 + touched.filter(({ pk }) => !changed.has(pk)).length;
    if (added > WRITES_MAX) throw new Error(`One source of ${source.target.projection.name} changes ${added - 1} views; a transaction holds ${WRITES_MAX - 1}`);
    if (sources.length + changed.size + added > WRITES_MAX || bytes > BYTES_MAX) {
      yield [...sources, ...changed.values()];
      for (const view of changed.values()) views.set(view.pk, view);
      [sources, changed, bytes] = [[], new Map(), 0];
    }
    sources.push(source.item);
    touched.forEach((key, index) => {
      const view = merged(source, { key, name: source.keys[index] ?? '' }, { inTransaction: changed.get(key.pk), stored: views.get(key.pk) });
      bytes += view.state.length;
      changed.set(key.pk, view);
    });
    bytes += source.item.state?.length ?? 0;
  }
  if (sources.length > 0) yield [...sources, ...changed.values()];
  for (const view of changed.values()) views.set(view.pk, view);
}

/** Sources of one view beside each other, so that it is written in as few transactions as can be; the order of the targets is kept. */
function sorted(folded: readonly FoldedSource[]): FoldedSource[] {
  const ranks = new Map<Target, number>();
  for (const { target } of folded) if (!ranks.has(target)) ranks.set(target, ranks.size);
  const keyed = folded.map((source) => ({ source, rank: ranks.get(source.target) ?? 0, key: source.keys[0] ?? '' }));
  keyed.sort((a, b) => a.rank - b.rank || (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
  return keyed.map(({ source }) => source);
}

function merged(
  { target, before, after }: FoldedSource,
  { key, name }: { readonly key: Key; readonly name: string },
  { inTransaction, stored }: { readonly inTransaction: ViewItem | undefined; readonly stored: ViewItem | undefined },
): ViewItem {
  const { into } = target.projection;
  if (!into) throw new Error(`Projection ${target.projection.name} has no views`);
  const latest = inTransaction ?? stored;
  const view = into.merge(latest ? (JSON.parse(latest.state) as unknown) : into.initial, { key: name, before, after });
  return { ...key, entity: 'VIEW', revision: inTransaction?.revision ?? (stored?.revision ?? 0) + 1, state: JSON.stringify(view) };
}
