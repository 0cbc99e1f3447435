import { type Bound, differenceOf } from '../trace/compare.ts';
import type { Binding } from '../trace/trace.ts';

type Event = Readonly<Record<string, unknown>>;

/** The recorder gave events of branches that run side by side this id. */
const isUnordered = ({ id }: Event): boolean => Array.isArray(id);

interface Comparison {
  readonly bindings: readonly Binding[];
  readonly bound: Bound;
}

/** The first difference between two histories; `undefined` where they agree. Events of branches may come in any order. */
export function historyDifference(recorded: readonly Event[], ours: readonly Event[], { bindings, bound }: Comparison): string | undefined {
  if (!recorded.some(isUnordered)) return ordered(recorded, ours, { bindings, bound });
  const ids = new Set(recorded.filter((event) => !isUnordered(event)).map(({ id }) => id));
  const difference = ordered(
    recorded.filter((event) => !isUnordered(event)),
    ours.filter(({ id }) => ids.has(id)),
    { bindings, bound },
  );
  if (difference !== undefined) return difference;
  const unordered = recorded.filter(isUnordered);
  // The recorder left out some of the events between them.
  const kept = new Set(unordered.map(({ type }) => type));
  const loose = ours.filter(({ id, type }) => !ids.has(id) && kept.has(type));
  const plain = (events: readonly Event[]): Event[] => events.map(({ id: _id, previousEventId: _previous, timestamp: _timestamp, ...event }) => event);
  return differenceOf(plain(unordered), plain(loose), { bindings, bound, isAnyOrder: true });
}

/** Until November 2024 the exit of a map that has a run followed on the run's end, since then on its start. */
function asSince2024(recorded: readonly Event[]): readonly Event[] {
  return recorded.map((event) => {
    if (event['type'] !== 'MapStateExited') return event;
    const led = recorded.find(({ id, type }) => id === event['previousEventId'] && type === 'MapRunSucceeded');
    return led ? { ...event, previousEventId: led['previousEventId'] } : event;
  });
}

function ordered(recorded: readonly Event[], ours: readonly Event[], context: Comparison): string | undefined {
  const types = (events: readonly Event[]): string => events.map(({ type }) => type).join(' ');
  if (types(recorded) !== types(ours)) return `events: recorded ${types(recorded)}, answered ${types(ours)}`;
  return differenceOf(asSince2024(recorded), ours, context);
}

/** Stack traces differ between Python and JavaScript: of a function's error, its type and its message are compared. */
export function withoutTraces(value: unknown): unknown {
  if (typeof value === 'string') {
    if (!value.includes('errorType')) return value;
    try {
      return withoutTraces(JSON.parse(value));
    } catch {
      return brokenTrace(value) ?? value;
    }
  }
  if (Array.isArray(value)) return value.map(withoutTraces);
  if (typeof value !== 'object' || value === null) return value;
  if ('errorType' in value && ('stackTrace' in value || 'trace' in value)) {
    const { errorType, errorMessage } = value as { readonly errorType: unknown; readonly errorMessage?: unknown };
    return { errorType, errorMessage };
  }
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, withoutTraces(member)]));
}

/** The recorder broke some of the texts that it replaced ids in. */
function brokenTrace(text: string): object | undefined {
  const [, errorMessage] = /"errorMessage":"([^"]*)"/.exec(text) ?? [];
  const [, errorType] = /"errorType":"([^"]*)"/.exec(text) ?? [];
  return errorType === undefined ? undefined : { errorType, errorMessage };
}

/** Values that a recording has as the names of their members, or as words: they are left out of both sides. */
export function withoutVolatile(recorded: unknown, ours: unknown): readonly [unknown, unknown] {
  const [left, right] = [opened(recorded), opened(ours)];
  if (Array.isArray(left) && Array.isArray(right)) {
    const pairs = left.map((element, index) => withoutVolatile(element, right[index]));
    return [pairs.map(([one]) => one), [...pairs.map(([, other]) => other), ...right.slice(left.length)].slice(0, right.length)];
  }
  if (!isRecord(left) || !isRecord(right)) return [recorded, ours];
  const kept: [Record<string, unknown>, Record<string, unknown>] = [{}, {}];
  for (const [name, value] of Object.entries(left)) {
    if (value === name || value === '"date"' || name === 'billedDurationInMilliseconds') continue;
    if (!(name in right)) {
      kept[0][name] = value;
      continue;
    }
    [kept[0][name], kept[1][name]] = withoutVolatile(value, right[name]);
  }
  for (const [name, value] of Object.entries(right)) if (!(name in left)) kept[1][name] = value;
  return kept;
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);

/** The structure that a text spells. */
function opened(value: unknown): unknown {
  if (typeof value !== 'string' || !/^[[{]/.test(value)) return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}
