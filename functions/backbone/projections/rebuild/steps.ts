import { BatchWriteItemCommand, type BatchWriteItemCommandOutput } from '@aws-sdk/client-dynamodb';
import { RetryableError, TerminalError } from '../../errors.ts';
import { type Ports, required } from '../../ports.ts';
import { toItem } from '../../table.ts';
import type { Key } from '../../work.ts';
import { applyEvents, type Memory } from '../apply.ts';
import { cutOver, pointersOf, stopBuilding } from '../generations.ts';
import { generationPrefix, type PointerItem, type SourceItem, type ViewItem } from '../items.ts';
import type { Projection } from '../projection.ts';
import { compare } from './compare.ts';
import { type Rebuild, saveRebuild } from './rebuild.ts';
import { projectionPage, storePage } from './scan.ts';

/** What one step may do. */
export interface Slice {
  /** Events after which it ends. @default none */
  readonly eventsMax?: number | undefined;
  /** Whether there is time to begin another page. */
  readonly hasTime: () => boolean;
}

/** Pages in one step, at most. */
const PAGES_MAX = 200;

/** Items looked at in one page, at least: a scan of one after the other would cost a call for each. */
const PAGE_ITEMS_MIN = 10;

/** Views that are remembered while filling. */
const MEMORY_MAX = 20_000;

const DIFFERENCES_MAX = 50;

/** Takes the next step of a rebuild. */
export async function step(ports: Ports, projection: Projection, rebuild: Rebuild, slice: Slice): Promise<Rebuild> {
  if (rebuild.phase === 'FILLING') return fill(ports, projection, rebuild, slice);
  if (rebuild.phase === 'CUTTING_OVER') return cut(ports, projection, rebuild);
  if (rebuild.phase === 'COMPARING') return compareAll(ports, projection, rebuild, slice);
  if (rebuild.phase === 'DROPPING') return drop(ports, projection, rebuild, slice);
  return rebuild;
}

/**
 * Folds the store into the new generation, page by page. Events have flowed into both since before the first page was read: one that was appended before its page was read comes from the page, one
 * that was appended later from the stream, one that comes from both is a duplicate.
 */
async function fill(ports: Ports, projection: Projection, rebuild: Rebuild, { eventsMax, hasTime }: Slice): Promise<Rebuild> {
  if (rebuild.version !== projection.version)
    throw new TerminalError(
      `Version ${rebuild.version} of ${projection.name} is being built, and version ${projection.version} is what is deployed: cancel it, and begin again`,
    );
  const memory: Memory = new Map();
  const startMs = ports.nowMs();
  let current = rebuild;
  for (let pages = 0; pages < PAGES_MAX && hasTime() && current.events - rebuild.events < (eventsMax ?? Number.POSITIVE_INFINITY); pages += 1) {
    const limit = eventsMax === undefined ? undefined : Math.max(PAGE_ITEMS_MIN, eventsMax);
    const { sources, events, cursor } = await storePage(ports, { cursor: current.cursor, limit });
    const { failed } = await applyEvents(ports, [{ projection, generation: rebuild.generation }], events, { memory });
    const [first] = failed;
    if (first) throw new TerminalError(`Event ${first.event.id} (${first.event.type}) cannot be folded into ${projection.name}: ${String(first.error)}`);
    if (memory.size > MEMORY_MAX) memory.clear();
    const { cursor: _, ...rest } = current;
    current = await saveRebuild(ports, {
      ...rest,
      ...(cursor !== undefined && { cursor }),
      sources: current.sources + sources,
      events: current.events + events.length,
      fillingMs: rebuild.fillingMs + ports.nowMs() - startMs,
      phase: cursor !== undefined ? 'FILLING' : rebuild.mode === 'rebuild' ? 'CUTTING_OVER' : 'COMPARING',
    });
    if (cursor === undefined) break;
  }
  return current;
}

async function pointerOf(ports: Ports, projection: Projection): Promise<PointerItem> {
  const [pointer] = await pointersOf(ports, [projection]);
  if (!pointer) throw new RetryableError(`Projection ${projection.name} has no generation`);
  return pointer;
}

async function cut(ports: Ports, projection: Projection, rebuild: Rebuild): Promise<Rebuild> {
  const { live } = await pointerOf(ports, projection);
  // A step that died after it had moved the readers is taken again.
  if (live !== rebuild.generation) await cutOver(ports, projection, rebuild);
  return saveRebuild(ports, { ...rebuild, phase: 'DROPPING' });
}

async function compareAll(ports: Ports, projection: Projection, rebuild: Rebuild, { hasTime }: Slice): Promise<Rebuild> {
  const pair = { name: projection.name, live: (await pointerOf(ports, projection)).live, folded: rebuild.generation };
  let current = rebuild;
  for (let pages = 0; pages < PAGES_MAX && hasTime(); pages += 1) {
    const { items, cursor } = await projectionPage<SourceItem | ViewItem>(ports, projection.name, { cursor: current.cursor });
    const { compared, differences } = await compare(ports, pair, items);
    const { cursor: _, ...rest } = current;
    const after: Rebuild = {
      ...rest,
      ...(cursor !== undefined && { cursor }),
      compared: current.compared + compared,
      differing: current.differing + differences.length,
      differences: [...current.differences, ...differences].slice(0, DIFFERENCES_MAX),
    };
    if (cursor !== undefined) {
      current = await saveRebuild(ports, after);
      continue;
    }
    await stopBuilding(ports, projection, rebuild);
    return saveRebuild(ports, { ...after, phase: 'DROPPING' });
  }
  return current;
}

/** @see https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchWriteItem.html */
const DELETES_MAX = 25;
const DELETE_ROUNDS_MAX = 10;
const DELETE_WAIT_MS = 100;

/** Deletes what readers are not given any more, of whatever generation it is: also what an invocation that was under way at an earlier cut-over has written after it. */
async function drop(ports: Ports, projection: Projection, rebuild: Rebuild, { hasTime }: Slice): Promise<Rebuild> {
  const keep = generationPrefix(projection.name, (await pointerOf(ports, projection)).live);
  let current = rebuild;
  for (let pages = 0; pages < PAGES_MAX && hasTime(); pages += 1) {
    const { items, cursor } = await projectionPage<Key>(ports, projection.name, { cursor: current.cursor });
    const old = items.filter(({ pk }) => !pk.startsWith(keep));
    for (let start = 0; start < old.length; start += DELETES_MAX) await deleteItems(ports, old.slice(start, start + DELETES_MAX));
    const { cursor: _, ...rest } = current;
    current = await saveRebuild(ports, {
      ...rest,
      ...(cursor !== undefined && { cursor }),
      dropped: current.dropped + old.length,
      phase: cursor === undefined ? 'DONE' : 'DROPPING',
    });
    if (cursor === undefined) break;
  }
  return current;
}

async function deleteItems(ports: Ports, keys: readonly Key[]): Promise<void> {
  const TableName = required(ports.environment, 'TABLE_NAME');
  let requests = keys.map(({ pk, sk }) => ({ DeleteRequest: { Key: toItem({ pk, sk }) } }));
  for (let round = 0; requests.length > 0; round += 1) {
    if (round >= DELETE_ROUNDS_MAX) throw new RetryableError(`The table did not delete ${requests.length} items`);
    if (round > 0) await ports.waitMs(DELETE_WAIT_MS * 2 ** round);
    const { UnprocessedItems } = (await ports.dynamodb.send(
      new BatchWriteItemCommand({ RequestItems: { [TableName]: requests } }),
    )) as BatchWriteItemCommandOutput;
    requests = (UnprocessedItems?.[TableName] ?? []) as typeof requests;
  }
}
