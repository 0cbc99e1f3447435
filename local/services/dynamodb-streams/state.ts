import { createHash } from 'node:crypto';
import type { Collection } from '../../kernel/collection.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import type { PolicyDocument } from '../../kernel/principal.ts';
import { recordCodec, type StoredRecord } from '../../languages/dynamodb-item/stream-record.ts';

/** Records are kept for 24 hours. @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Streams.html */
const RETENTION_MS = 24 * 60 * 60 * 1000;

/** A stream as the service `dynamodb` keeps it; it is only read here. */
export interface StreamDescriptor {
  readonly arn: string;
  readonly label: string;
  readonly tableName: string;
  readonly viewType: 'KEYS_ONLY' | 'NEW_IMAGE' | 'OLD_IMAGE' | 'NEW_AND_OLD_IMAGES';
  readonly keySchema: { readonly hash: string; readonly range?: string | undefined };
  readonly createdMs: number;
  readonly shardId: string;
  readonly closedMs: number | undefined;
  readonly firstSequence: number;
  readonly nextSequence: number;
  readonly policy: PolicyDocument | undefined;
}

/** All state is what `dynamodb` writes: descriptors of streams, and for each its records by sequence number. */
export interface StreamsState {
  readonly streams: Collection<StreamDescriptor>;
}

export function createState(kernel: Kernel): StreamsState {
  return { streams: kernel.collection('dynamodb.streams') };
}

/** A stream that can be read: open, or closed less than 24 hours ago. */
export function findStream({ streams }: StreamsState, arn: string, nowMs: number): StreamDescriptor | undefined {
  const descriptor = streams.get(arn);
  return descriptor && isReadable(descriptor, nowMs) ? descriptor : undefined;
}

/** Says whether a stream has not been closed for longer than its records are kept. */
export function isReadable({ closedMs }: StreamDescriptor, nowMs: number): boolean {
  return closedMs === undefined || closedMs + RETENTION_MS > nowMs;
}

/** The record with that number, if it is still kept. */
export function recordAt(kernel: Kernel, { tableName, label }: StreamDescriptor, sequence: number): StoredRecord | undefined {
  const record = kernel.collection(`dynamodb.stream/${tableName}/${label}`, recordCodec).get(String(sequence));
  return record && record.atMs >= kernel.nowMs() - RETENTION_MS ? record : undefined;
}

/** Number of the oldest record that is kept; where none is, that of the next one. */
export function trimHorizon(kernel: Kernel, descriptor: StreamDescriptor): number {
  let low = descriptor.firstSequence;
  let high = descriptor.nextSequence;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (recordAt(kernel, descriptor, middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Sequence numbers have 21 digits and grow as text does. */
const SEQUENCE_BASE = 10n ** 20n;

/** A sequence number as clients see it. */
export function sequenceText(sequence: number): string {
  return String(SEQUENCE_BASE + BigInt(sequence));
}

/** The number behind a sequence number; `undefined` where the text is none of ours. */
export function sequenceOf(text: string): number | undefined {
  if (!/^\d{21,40}$/.test(text)) return undefined;
  const sequence = BigInt(text) - SEQUENCE_BASE;
  return sequence >= 0n && sequence <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(sequence) : undefined;
}

/** The id of a record: the same whenever it is read. */
export function eventIdOf({ arn }: StreamDescriptor, sequence: number): string {
  return createHash('md5').update(`${arn}/${sequence}`).digest('hex');
}
