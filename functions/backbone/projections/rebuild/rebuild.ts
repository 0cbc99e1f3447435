import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { ConflictError } from '../../errors.ts';
import { type Ports, required } from '../../ports.ts';
import { tableReader, toItem } from '../../table.ts';
import type { Key } from '../../work.ts';

/**
 * Where a rebuild is. A verification fills a generation as well, and compares it with the live one instead of taking its place.
 *
 * ```
 *            ┌─ rebuild ─▶ CUTTING_OVER ─┐
 *   FILLING ─┤                           ├─▶ DROPPING ──▶ DONE
 *            └─ verify ──▶ COMPARING ────┘
 *                 cancel, from any of them ─▶ DROPPING
 * ```
 */
export type Phase = 'FILLING' | 'CUTTING_OVER' | 'COMPARING' | 'DROPPING' | 'DONE';

/** What is not as a fold of the store has it. */
export interface Difference {
  readonly kind: 'SOURCE' | 'VIEW';
  readonly key: string;
  /** As readers have it; `undefined` where they have none. */
  readonly live: string | undefined;
  /** As the store folds; `undefined` where it has none. */
  readonly folded: string | undefined;
}

/** A rebuild or a verification, as it goes on. Its item is the checkpoint: whoever takes the next step begins there. */
export interface Rebuild {
  readonly projection: string;
  readonly mode: 'rebuild' | 'verify';
  readonly phase: Phase;
  readonly isCancelled: boolean;
  /** The generation that it fills. */
  readonly generation: string;
  readonly version: number;
  /** Aggregates read from the store. */
  readonly sources: number;
  /** Events folded. */
  readonly events: number;
  readonly compared: number;
  readonly differing: number;
  /** The first of them. */
  readonly differences: readonly Difference[];
  readonly dropped: number;
  /** Milliseconds spent filling. */
  readonly fillingMs: number;
  readonly startedAt: string;
  readonly updatedAt: string;
  /** Where the next step goes on, as JSON text. */
  readonly cursor?: string;
  readonly revision: number;
}

const rebuildKeyOf = (name: string): Key => ({ pk: `PROJECTION#${name}`, sk: 'REBUILD' });

/** The last rebuild of a projection. */
export async function readRebuild(ports: Ports, name: string): Promise<Rebuild | undefined> {
  const item = await tableReader(ports).get<Rebuild & Key & { readonly entity: string }>(rebuildKeyOf(name));
  if (!item) return undefined;
  const { pk: _pk, sk: _sk, entity: _entity, ...rebuild } = item;
  return rebuild;
}

/** Writes a step's outcome. @throws {ConflictError} where another took a step meanwhile */
export async function saveRebuild(ports: Ports, rebuild: Rebuild): Promise<Rebuild> {
  const saved: Rebuild = { ...rebuild, revision: rebuild.revision + 1, updatedAt: new Date(ports.nowMs()).toISOString() };
  try {
    await ports.dynamodb.send(
      new PutItemCommand({
        TableName: required(ports.environment, 'TABLE_NAME'),
        Item: toItem({ ...saved, ...rebuildKeyOf(rebuild.projection), entity: 'REBUILD' }),
        ConditionExpression: 'attribute_not_exists(pk) OR #revision = :revision',
        ExpressionAttributeNames: { '#revision': 'revision' },
        ExpressionAttributeValues: toItem({ ':revision': rebuild.revision }),
      }),
    );
  } catch (error) {
    if (error instanceof Error && error.name === 'ConditionalCheckFailedException')
      throw new ConflictError(`Another takes the steps of this rebuild of ${rebuild.projection}`, { cause: error });
    throw error;
  }
  return saved;
}
