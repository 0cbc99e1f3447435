import type { Key } from '../work.ts';
import type { Sealed } from './personal.ts';

/**
 * The newest part of an aggregate's stream, in one item: every append is one conditional write of it. DynamoDB's stream keeps the order of the changes of one item, and only that:
 * so the order in which the relay sees an aggregate's commits is the order in which they were made.
 *
 * When it has grown, the same transaction moves its events into a slice, which never changes again, and leaves a snapshot of the state after them.
 */
export interface Tip extends Key {
  readonly entity: 'TIP';
  /** `Order` */
  readonly aggregate: string;
  /** The aggregate's id. */
  readonly id: string;
  /** Number of events in the stream. */
  readonly version: number;
  /** Version that the first of `events` made; those before it are in slices. */
  readonly first: number;
  /** Each envelope as JSON text, in order, without what its contract calls secret. */
  readonly events: readonly string[];
  /** What this write added, for the relay. */
  readonly commit: Commit;
  /** Whose personal data the events have, where the aggregate seals it. */
  readonly subject?: string;
  readonly ownerKey?: string;
  readonly ownerSort?: string;
}

/** The events of one commit: `count` of them, the first of which made version `from`. */
export interface Commit {
  readonly from: number;
  readonly count: number;
  /** For each event, as JSON text, what is published of it and not kept: gone with the next append. */
  readonly withheld?: readonly string[];
}

/** Events that have left the tip. */
export interface Slice extends Key {
  readonly entity: 'EVENTS';
  readonly first: number;
  readonly events: readonly string[];
}

/** The state after `version` events. */
export interface Snapshot<State> extends Key {
  readonly entity: 'SNAPSHOT';
  readonly version: number;
  /** Absent where it is sealed. */
  readonly state?: State;
  readonly sealed?: Sealed;
}

/** As many digits as the largest safe integer has: the order of the texts is the order of the numbers. */
const VERSION_DIGITS = 16;

/** A version as part of a key. */
export const paddedVersion = (version: number): string => String(version).padStart(VERSION_DIGITS, '0');

/** Begin of the sort key of every slice. */
export const SLICE_PREFIX = 'EVENTS#';

/** Partition key of all items of a stream. */
export const streamKeyOf = (type: string, id: string): string => `${type}#${id}`;

/** Key of a stream's tip. */
export const tipKeyOf = (type: string, id: string): Key => ({ pk: streamKeyOf(type, id), sk: 'TIP' });

/** Key of the slice that begins with a version. */
export const sliceKeyOf = (type: string, id: string, first: number): Key => ({ pk: streamKeyOf(type, id), sk: `${SLICE_PREFIX}${paddedVersion(first)}` });

/** Key of the snapshot after so many events, by one fold. */
export const snapshotKeyOf = (type: string, id: string, { foldVersion, version }: { readonly foldVersion: number; readonly version: number }): Key => ({
  pk: streamKeyOf(type, id),
  sk: `SNAPSHOT#${foldVersion}#${paddedVersion(version)}`,
});
