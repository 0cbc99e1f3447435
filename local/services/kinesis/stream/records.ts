import type { PolicyDocument } from '../../../kernel/principal.ts';

/** A shard as it is kept. */
export interface ShardRecord {
  /** Counts from 0 in its stream; `shardId-000000000000` is made of it. */
  readonly number: number;
  /** Decimal numbers below 2^128, both within the range. */
  readonly startingHashKey: string;
  readonly endingHashKey: string;
  /** When it began, as its sequence numbers tell: later than its parents did. */
  readonly createdSeconds: number;
  /** When it began to take records, and until when. */
  readonly openedMs: number;
  closedMs: number | undefined;
  readonly parent: number | undefined;
  readonly adjacentParent: number | undefined;
  /** Index of the oldest record that is kept; set when records are trimmed. */
  firstIndex: number;
}

/** What a stream is about to become, and when. */
export interface PendingChange {
  readonly dueMs: number;
  readonly change: StreamChange;
}

/** A change that takes AWS some time, during which the stream's status tells of it. */
export type StreamChange =
  | { readonly kind: 'create'; readonly shardCount: number }
  | { readonly kind: 'split'; readonly shard: number; readonly hashKey: string }
  | { readonly kind: 'merge'; readonly shards: readonly [number, number] }
  | { readonly kind: 'scale'; readonly shardCount: number }
  /** Nothing but the status changes: settings are in force at once. */
  | { readonly kind: 'settings' }
  | { readonly kind: 'delete' };

/** A stream as it is kept. */
export interface StreamRecord {
  readonly name: string;
  readonly arn: string;
  readonly createdMs: number;
  status: 'CREATING' | 'ACTIVE' | 'UPDATING' | 'DELETING';
  pending: PendingChange | undefined;
  mode: 'PROVISIONED' | 'ON_DEMAND';
  retentionHours: number;
  /** All that hold records, open or closed, by number. */
  shards: ShardRecord[];
  shardLevelMetrics: readonly string[];
  keyId: string | undefined;
  maxRecordKiB: number;
  warmThroughputMiBps: number | undefined;
  tags: Readonly<Record<string, string>>;
  policy: PolicyDocument | undefined;
  /** When `UpdateShardCount` and `UpdateStreamMode` were called in the last 24 hours. */
  scaledMs: readonly number[];
  switchedMs: readonly number[];
}

/** A consumer with enhanced fan-out, as it is kept. */
export interface ConsumerRecord {
  readonly arn: string;
  readonly name: string;
  readonly streamName: string;
  readonly streamArn: string;
  readonly createdMs: number;
  readonly activeMs: number;
  tags: Readonly<Record<string, string>>;
  policy: PolicyDocument | undefined;
}

/** `shardId-000000000000` */
export const shardIdOf = (number: number): string => `shardId-${String(number).padStart(12, '0')}`;
