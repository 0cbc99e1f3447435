import type { Ports } from '../../ports.ts';
import type { Key } from '../../work.ts';
import { readItems } from '../apply.ts';
import { generationPrefix, type SourceItem, type ViewItem } from '../items.ts';
import type { Difference } from './rebuild.ts';

type Item = SourceItem | ViewItem;

/** The two generations that are compared. */
export interface Pair {
  readonly name: string;
  readonly live: string;
  readonly folded: string;
}

/** Looks at what differs, until it does not: an event may have reached one of them and not yet the other. */
const LOOKS = 5;
const LOOK_WAIT_MS = 250;

/** What was compared, and what differs for good. */
export interface Comparison {
  readonly compared: number;
  readonly differences: readonly Difference[];
}

/** Compares some items of either generation with their counterparts. */
export async function compare(ports: Ports, pair: Pair, items: readonly Item[]): Promise<Comparison> {
  const liveNames = namesOf(items, generationPrefix(pair.name, pair.live));
  const foldedNames = namesOf(items, generationPrefix(pair.name, pair.folded));
  let differing = await differencesOf(ports, pair, [...liveNames, ...foldedNames]);
  for (let look = 1; look < LOOKS && differing.length > 0; look += 1) {
    await ports.waitMs(LOOK_WAIT_MS * 2 ** (look - 1));
    differing = await differencesOf(ports, pair, differing);
  }
  // A pair is met twice, once by each of its items: what both have is told of where the live one is met.
  const isMet = new Set(liveNames.map(idOf));
  return { compared: liveNames.length, differences: differing.filter((one) => isMet.has(idOf(one)) || one.live === undefined) };
}

type Name = Pick<Difference, 'kind' | 'key'>;

const idOf = ({ kind, key }: Name): string => `${kind} ${key}`;

function namesOf(items: readonly Item[], prefix: string): Name[] {
  return items.filter(({ pk }) => pk.startsWith(prefix)).map(({ pk, entity }) => ({ kind: entity, key: pk.slice(prefix.length) }));
}

async function differencesOf(ports: Ports, { name, live, folded }: Pair, names: readonly Name[]): Promise<Difference[]> {
  const differences: Difference[] = [];
  for (const kind of ['SOURCE', 'VIEW'] as const) {
    const keys = [...new Set(names.filter((one) => one.kind === kind).map(({ key }) => key))];
    const keyIn = (generation: string, key: string): Key => ({ pk: `${generationPrefix(name, generation)}${key}`, sk: kind });
    // The one that is written first is read last.
    const lives = await readItems<Item>(
      ports,
      keys.map((key) => keyIn(live, key)),
    );
    const foldeds = await readItems<Item>(
      ports,
      keys.map((key) => keyIn(folded, key)),
    );
    for (const key of keys) {
      const [one, other] = [lives.get(keyIn(live, key).pk), foldeds.get(keyIn(folded, key).pk)].map((item) => item && textOf(item));
      if (one !== other) differences.push({ kind, key, live: one, folded: other });
    }
  }
  return differences;
}

/** What an item says, whatever order its members were made in. */
function textOf(item: Item): string {
  const state = item.state === undefined ? undefined : sorted(JSON.parse(item.state));
  return JSON.stringify(item.entity === 'SOURCE' ? { applied: item.applied, state } : state);
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, member]) => [name, sorted(member)]),
  );
}
