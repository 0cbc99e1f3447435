import type { PolicyDocument } from '../../../kernel/principal.ts';
import type { AttributeType } from '../../../languages/dynamodb-expression/attribute-value.ts';

/** Types that a key attribute can have. */
export type KeyType = Extract<AttributeType, 'S' | 'N' | 'B'>;

/** Names of the partition key and, where there is one, the sort key. */
export interface KeySchema {
  readonly hash: string;
  readonly range?: string | undefined;
}

export interface Throughput {
  readonly readUnits: number;
  readonly writeUnits: number;
}

export interface IndexRecord {
  readonly name: string;
  readonly isGlobal: boolean;
  readonly keySchema: KeySchema;
  readonly projection: 'ALL' | 'KEYS_ONLY' | 'INCLUDE';
  readonly nonKeyAttributes: readonly string[];
  readonly throughput: Throughput;
}

export type StreamViewType = 'KEYS_ONLY' | 'NEW_IMAGE' | 'OLD_IMAGE' | 'NEW_AND_OLD_IMAGES';

/** A table without its items. Replaced on every change. */
export interface TableRecord {
  readonly name: string;
  readonly id: string;
  readonly arn: string;
  readonly createdMs: number;
  readonly keySchema: KeySchema;
  /** Types of the attributes that are part of some key, in the order in which the request gives them. */
  readonly attributeTypes: Readonly<Record<string, KeyType>>;
  readonly isOnDemand: boolean;
  /** When the table was last switched to on-demand. */
  readonly onDemandSinceMs: number | undefined;
  readonly throughput: Throughput;
  /** What the table is to be ready for from the start, where the request says so. It changes nothing here: throughput is not limited. */
  readonly warmThroughput: Throughput | undefined;
  readonly throughputIncreasedMs: number | undefined;
  readonly throughputDecreasedMs: number | undefined;
  /** How often throughput was decreased on the day of the last decrease, counted in UTC. */
  readonly throughputDecreases: number | undefined;
  /** Until then the table is being created; `undefined` where it was there at once. */
  readonly readyMs: number | undefined;
  readonly indexes: readonly IndexRecord[];
  /** The stream that records changes; `latestStreamLabel` outlives it. */
  readonly stream: { readonly label: string; readonly viewType: StreamViewType } | undefined;
  readonly latestStreamLabel: string | undefined;
  /** The attribute whose time deletes an item. */
  readonly expiryAttribute: string | undefined;
  readonly tags: Readonly<Record<string, string>>;
  readonly isDeletionProtected: boolean;
  readonly tableClass: string | undefined;
  readonly isPointInTimeRecoverable: boolean;
  readonly policy: PolicyDocument | undefined;
  readonly policyRevision: string | undefined;
}

/** A stream, as both services know it. Kept after its table is gone until its records are past retention. */
export interface StreamDescriptor {
  readonly arn: string;
  readonly label: string;
  readonly tableName: string;
  readonly viewType: StreamViewType;
  readonly keySchema: KeySchema;
  readonly createdMs: number;
  readonly shardId: string;
  /** When recording ended; the shard is closed from then on. */
  closedMs: number | undefined;
  /** The oldest record that is kept and the next to be written. Counted in memory on each write and recovered from the records after a restart. */
  firstSequence: number;
  nextSequence: number;
  policy: PolicyDocument | undefined;
}
