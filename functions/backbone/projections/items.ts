import type { Key } from '../work.ts';

/**
 * What a projection has folded of one source, in one generation. Its `applied` is what makes a delivery a duplicate: a number, not a memory of ids.
 *
 * | event's version | what becomes of it |
 * |---|---|
 * | at most `applied` | a duplicate: nothing |
 * | `applied + 1` | folded, and what waits behind it |
 * | greater | kept in `ahead`, until what is missing comes |
 */
export interface SourceItem extends Key {
  readonly entity: 'SOURCE';
  /** Version of the last event that was folded. */
  readonly applied: number;
  /** Counts the writes of this item: each is conditional on the one before. */
  readonly revision: number;
  /** The part as JSON text; absent before the first event was folded. */
  readonly state?: string;
  /** Envelopes as JSON text, without secrets, whose predecessor has not come. */
  readonly ahead?: readonly string[];
}

/** A view of many sources, in one generation. */
export interface ViewItem extends Key {
  readonly entity: 'VIEW';
  readonly revision: number;
  /** The view as JSON text. */
  readonly state: string;
}

/** One filling of a read model, and the version of the fold that fills it. */
export interface Generation {
  readonly generation: string;
  readonly version: number;
}

/** Which generation readers are given, and which is filled beside it. */
export interface PointerItem extends Key {
  readonly entity: 'POINTER';
  /** Name of the generation that readers are given. */
  readonly live: string;
  readonly liveVersion: number;
  /** Name of the one that is filled beside it. */
  readonly building?: string;
  readonly buildingVersion?: number;
  /** Generations there ever were: the next one's name. */
  readonly generations: number;
  /** When the live one went live. */
  readonly liveSince: string;
}

/** How far a consumer group has come in a shard. */
export interface PositionItem extends Key {
  readonly entity: 'POSITION';
  readonly shardId: string;
  readonly sequenceNumber: string;
  /** Time of the newest event of the batch: the age of the read models. */
  readonly eventTime: string;
  readonly at: string;
  /** Versions of the folds that were deployed then, by projection. */
  readonly versions: Readonly<Record<string, number>>;
}

/** What all items of a projection begin with, whatever their generation. */
export const projectionPrefix = (name: string): string => `${name}@`;

/** What all items of one generation begin with. */
export const generationPrefix = (name: string, generation: string): string => `${projectionPrefix(name)}${generation}#`;

/** Key of what is known of a source. */
export const sourceKeyOf = (name: string, generation: string, id: string): Key => ({ pk: `${generationPrefix(name, generation)}${id}`, sk: 'SOURCE' });

/** Key of a view. */
export const viewKeyOf = (name: string, generation: string, key: string): Key => ({ pk: `${generationPrefix(name, generation)}${key}`, sk: 'VIEW' });

/** Key of what names the generations of a projection. */
export const pointerKeyOf = (name: string): Key => ({ pk: `PROJECTION#${name}`, sk: 'POINTER' });

/** Key of a group's position in a shard. */
export const positionKeyOf = (group: string, shardId: string): Key => ({ pk: `GROUP#${group}`, sk: `POSITION#${shardId}` });
