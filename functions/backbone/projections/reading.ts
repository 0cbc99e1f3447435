import { HttpProblem } from '../http/http.ts';
import { lambdaPorts, type Ports } from '../ports.ts';
import type { Key, Reader } from '../work.ts';
import { type PointerItem, pointerKeyOf, type SourceItem, sourceKeyOf, type ViewItem, viewKeyOf } from './items.ts';
import type { Projection } from './projection.ts';
import { readToken, type Token, tokenText } from './token.ts';

/** Pauses between the looks at whether a write has arrived: 5 seconds in all, less than the function may take. */
const WAITS_MS = [50, 100, 200, 400, 750, 1_000, 1_250, 1_250];

/** What a read may ask for. */
export interface ViewRequest {
  readonly projection: Projection;
  readonly key: string;
  /** The `token` of a write that the answer must have seen. */
  readonly after?: string | undefined;
}

/**
 * Reads a view of the live generation, consistently; `undefined` where there is none. With a token it waits, for some seconds at most, until the write has been folded.
 * @throws {HttpProblem} 409 with `Retry-After` where it has not been by then
 */
export async function readView<View>(
  reader: Reader,
  { projection, key, after }: ViewRequest,
  ports: Pick<Ports, 'waitMs'> = lambdaPorts,
): Promise<View | undefined> {
  if (after !== undefined) await untilFolded(reader, projection, readToken(after), ports);
  const keyIn = projection.into ? viewKeyOf : sourceKeyOf;
  const item = await ofLive<ViewItem | SourceItem>(reader, projection, (generation) => keyIn(projection.name, generation, key));
  return item?.state === undefined ? undefined : (JSON.parse(item.state) as View);
}

async function untilFolded(reader: Reader, projection: Projection, { id, sequence }: Token, ports: Pick<Ports, 'waitMs'>): Promise<void> {
  for (const waitMs of [...WAITS_MS, undefined]) {
    const source = await ofLive<SourceItem>(reader, projection, (generation) => sourceKeyOf(projection.name, generation, id));
    if ((source?.applied ?? 0) >= sequence) return;
    if (waitMs !== undefined) await ports.waitMs(waitMs);
  }
  const problem = `The write ${tokenText({ id, sequence })} has not reached the read model ${projection.name} yet`;
  throw new HttpProblem(409, 'Not yet', problem, { headers: { 'retry-after': '1' } });
}

/** Moves of the pointer between two reads, at most: a rebuild takes longer than a read. */
const MOVES_MAX = 3;

/** Reads an item of the live generation. One that is not there may have been dropped after readers were moved on: then it is looked for in the next. */
async function ofLive<Item extends object>(reader: Reader, { name }: Projection, keyOf: (generation: string) => Key): Promise<Item | undefined> {
  let generation: string | undefined;
  for (let move = 0; move < MOVES_MAX; move += 1) {
    const pointer = await reader.get<PointerItem>(pointerKeyOf(name));
    if (!pointer || pointer.live === generation) return undefined;
    generation = pointer.live;
    const item = await reader.get<Item>(keyOf(generation));
    if (item) return item;
  }
  return undefined;
}
