import jsonata from 'jsonata';
import { arrayPartition, arrayRange } from '../intrinsic/arrays.ts';
import { seededRandom } from '../intrinsic/numbers.ts';
import { hash } from '../intrinsic/texts.ts';
import type { Json } from '../json.ts';
import type { Ports } from '../scope.ts';

const PRINT_TIME = jsonata('$fromMillis($timeMs, $picture, $zone)');

const made = new WeakMap<Ports, Readonly<Record<string, unknown>>>();

/**
 * The functions that the service adds to JSONata, and those whose answer comes from outside: time and chance. All of them take the place of the library's own.
 *
 * @see https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html
 */
export function functionsOf(ports: Ports): Readonly<Record<string, unknown>> {
  const known = made.get(ports) ?? makeFunctions(ports);
  made.set(ports, known);
  return known;
}

function makeFunctions(ports: Ports): Record<string, unknown> {
  return {
    partition: (list: Json, size: Json) => optional(list, () => arrayPartition(list, size)),
    // A list of one is the one, as with every list that JSONata makes by itself.
    range: (first: Json, last: Json, step: Json) => single(arrayRange(first, last, step)),
    hash: (data: Json, algorithm: Json) => optional(data, () => hash(data, algorithm ?? 'SHA-256')),
    random: (seed?: number) => (seed === undefined ? ports.random() : seededRandom(seed)),
    uuid: () => ports.uuid(),
    parse: (text: string) => optional(text, () => JSON.parse(text) as Json),
    now: (picture?: string, zone?: string) => PRINT_TIME.evaluate(undefined, { timeMs: ports.nowMs(), picture, zone }),
    millis: () => ports.nowMs(),
    shuffle: (list: Json) => optional(list, () => shuffled(Array.isArray(list) ? list : [list], ports.random)),
    eval: () => {
      throw new Error("Attempted to invoke the function '$eval', which is not supported");
    },
  };
}

/** JSONata's functions answer nothing of nothing. */
function optional<T>(argument: unknown, answer: () => T): T | undefined {
  return argument === undefined ? undefined : answer();
}

function single(list: Json): Json {
  return Array.isArray(list) && list.length === 1 ? (list[0] as Json) : list;
}

function shuffled(list: readonly Json[], random: () => number): Json[] {
  const items = [...list];
  for (let last = items.length - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1));
    [items[last], items[other]] = [items[other] as Json, items[last] as Json];
  }
  return items;
}
