import { BatchGetItemCommand, type BatchGetItemCommandOutput, type TransactionCanceledException, TransactWriteItemsCommand } from '@aws-sdk/client-dynamodb';
import type { Envelope } from '../envelope.ts';
import { RetryableError } from '../errors.ts';
import { type Ports, required } from '../ports.ts';
import { fromItem, toItem } from '../table.ts';
import type { Key } from '../work.ts';
import { type SourceItem, type ViewItem, viewKeyOf } from './items.ts';
import { bySource, type Counts, type FoldedSource, foldInto, type SourceEvents, type Target, transactionsOf, type Write } from './plan.ts';
import { takes } from './projection.ts';

/** What became of a batch. */
export interface Applied extends Readonly<Counts> {
  /** Items written. */
  readonly writes: number;
}

/** Views that a filling has written, by key: while nobody else writes a generation much, they need not be read again. */
export type Memory = Map<string, ViewItem>;

/** How a batch is folded. */
export interface ApplyOptions {
  /** @default read what is there */
  readonly memory?: Memory;
}

/** How often a batch is folded again on what another has written meanwhile. */
const CONFLICTS_MAX = 12;
const CONFLICT_WAIT_MS = 20;
const CONFLICT_WAIT_MS_MAX = 1_000;

/**
 * Folds events into generations of projections, in the order of `targets`, and writes what changes: each view once, each source once, sources and their views in one transaction. Whatever is
 * handed in twice takes effect once, also where an earlier call died half way, or another runs at the same time.
 * @throws {RetryableError} where others always were faster
 */
export async function applyEvents(ports: Ports, targets: readonly Target[], events: readonly Envelope[], { memory }: ApplyOptions = {}): Promise<Applied> {
  const sources = bySource(targets, events, ({ projection }, event) => takes(projection, event));
  const done = { writes: 0, applied: 0 };
  for (let conflicts = 0; ; conflicts += 1) {
    const { folded, counts } = await foldAll(ports, sources, { mayBeNew: memory !== undefined && conflicts === 0 });
    done.applied = Math.max(done.applied, counts.applied);
    const views = await viewsOf(ports, folded, memory);
    const isWritten = await writeAll(ports, transactionsOf(folded, views), done);
    if (isWritten) return { ...counts, ...done };
    memory?.clear();
    if (conflicts >= CONFLICTS_MAX) throw new RetryableError(`Others wrote the same read models ${CONFLICTS_MAX} times in a row`);
    await ports.waitMs(Math.min(CONFLICT_WAIT_MS_MAX, CONFLICT_WAIT_MS * 2 ** conflicts) * (0.5 + ports.random()));
  }
}

/** Where all sources may be new they are not read: one that is not makes the write fail, and is read then. */
async function foldAll(
  ports: Ports,
  sources: readonly SourceEvents[],
  { mayBeNew }: { readonly mayBeNew: boolean },
): Promise<{ readonly folded: readonly FoldedSource[]; readonly counts: Counts }> {
  const counts: Counts = { applied: 0, duplicates: 0, waiting: 0, failed: [] };
  const items = mayBeNew
    ? new Map<string, SourceItem>()
    : await readItems<SourceItem>(
        ports,
        sources.map(({ key }) => key),
      );
  const folded = sources.map((source) => foldInto(source, items.get(source.key.pk), counts)).filter((one) => one !== undefined);
  return { folded, counts };
}

async function viewsOf(ports: Ports, folded: readonly FoldedSource[], memory: Memory | undefined): Promise<Memory> {
  const views: Memory = memory ?? new Map();
  const wanted = new Map<string, Key>();
  for (const { target, keys } of folded) {
    for (const name of keys) {
      const key = viewKeyOf(target.projection.name, target.generation, name);
      if (!views.has(key.pk)) wanted.set(key.pk, key);
    }
  }
  for (const [pk, view] of await readItems<ViewItem>(ports, [...wanted.values()])) views.set(pk, view);
  return views;
}

/** Answers `false` where an item is not what it was when it was read. What was written before stays: it is a duplicate from now on. */
async function writeAll(ports: Ports, transactions: Iterable<readonly Write[]>, done: { writes: number }): Promise<boolean> {
  const TableName = required(ports.environment, 'TABLE_NAME');
  for (const writes of transactions) {
    const TransactItems = writes.map((item) => ({
      Put: {
        TableName,
        Item: toItem(item),
        ...(item.revision === 1
          ? { ConditionExpression: 'attribute_not_exists(pk)' }
          : {
              ConditionExpression: '#revision = :revision',
              ExpressionAttributeNames: { '#revision': 'revision' },
              ExpressionAttributeValues: toItem({ ':revision': item.revision - 1 }),
            }),
      },
    }));
    try {
      await ports.dynamodb.send(new TransactWriteItemsCommand({ TransactItems }));
    } catch (error) {
      if (isConflict(error)) return false;
      throw error;
    }
    done.writes += writes.length;
  }
  return true;
}

const CONFLICT_CODES = new Set(['ConditionalCheckFailed', 'TransactionConflict']);

function isConflict(error: unknown): boolean {
  if (!(error instanceof Error) || error.name !== 'TransactionCanceledException') return false;
  const { CancellationReasons: reasons = [] } = error as TransactionCanceledException;
  return reasons.some(({ Code }) => CONFLICT_CODES.has(Code ?? ''));
}

/** @see https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchGetItem.html */
const BATCH_MAX = 100;

/** Times that keys are asked for which an answer left out, because it was too large or the table too busy. */
const ROUNDS_MAX = 20;
const ROUND_WAIT_MS = 50;

/** Reads items by their keys, consistently. Those that do not exist are not in the answer. */
export async function readItems<Item extends Key>(ports: Ports, keys: readonly Key[]): Promise<Map<string, Item>> {
  const TableName = required(ports.environment, 'TABLE_NAME');
  const found = new Map<string, Item>();
  let waiting = keys.map(({ pk, sk }) => toItem({ pk, sk }));
  for (let round = 0; waiting.length > 0; round += 1) {
    if (round > keys.length / BATCH_MAX + ROUNDS_MAX) throw new RetryableError(`The table left out ${waiting.length} of ${keys.length} items, again and again`);
    const asked = waiting.splice(0, BATCH_MAX);
    const command = new BatchGetItemCommand({ RequestItems: { [TableName]: { Keys: asked, ConsistentRead: true } } });
    const { Responses, UnprocessedKeys } = (await ports.dynamodb.send(command)) as BatchGetItemCommandOutput;
    for (const item of Responses?.[TableName] ?? []) {
      const plain = fromItem<Item>(item);
      found.set(plain.pk, plain);
    }
    const left = UnprocessedKeys?.[TableName]?.Keys ?? [];
    if (left.length > 0) {
      waiting = [...waiting, ...(left as typeof waiting)];
      await ports.waitMs(ROUND_WAIT_MS);
    }
  }
  return found;
}
