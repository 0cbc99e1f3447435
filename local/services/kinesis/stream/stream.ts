import type { Collection } from '../../../kernel/collection.ts';
import type { Kernel } from '../../../kernel/kernel.ts';
import { Allowance } from './allowance.ts';
import { hexOf } from './hash-key.ts';
import { type ShardRecord, type StreamRecord, shardIdOf } from './records.ts';
import { SequenceNumbers } from './sequence-number.ts';
import { ShardLog, SLAB_CODEC } from './shard-log.ts';

/** What a shard takes in a second. @see https://docs.aws.amazon.com/streams/latest/dev/service-sizes-and-limits.html */
const RECORDS_PER_SECOND = 1000;
const WRITE_BYTES_PER_SECOND = 1024 * 1024;

/** What a shard gives in a second. */
export const READ_BYTES_PER_SECOND = 2 * 1024 * 1024;
const READS_PER_SECOND = 5;

const HOUR_MS = 3_600_000;

/** A shard at work: its records and what is left of its limits. */
export class Shard {
  readonly record: ShardRecord;
  readonly id: string;
  readonly log: ShardLog;
  readonly sequences: SequenceNumbers;
  /** What says that there are new records here, or that the shard was closed. */
  readonly topic: string;
  /** Hash keys as 32 hexadecimal digits. */
  readonly startHex: string;
  readonly endHex: string;
  readonly writes = { records: new Allowance(RECORDS_PER_SECOND), bytes: new Allowance(WRITE_BYTES_PER_SECOND) };
  readonly reads = { calls: new Allowance(READS_PER_SECOND), bytes: new Allowance(READ_BYTES_PER_SECOND), iterators: new Allowance(READS_PER_SECOND) };

  constructor(record: ShardRecord, streamArn: string, kept: Collection<Uint8Array>) {
    this.record = record;
    this.id = shardIdOf(record.number);
    this.log = new ShardLog(kept, record.number, record.firstIndex);
    this.sequences = new SequenceNumbers(record);
    this.topic = `${streamArn}/${this.id}`;
    this.startHex = hexOf(record.startingHashKey);
    this.endHex = hexOf(record.endingHashKey);
  }

  get isOpen(): boolean {
    return this.record.closedMs === undefined;
  }
}

/** A stream at work. */
export class Stream {
  readonly record: StreamRecord;
  readonly kernel: Kernel;
  readonly kept: Collection<Uint8Array>;
  /** Those that are listed, by number, oldest first. */
  readonly shards = new Map<number, Shard>();
  /** Those that take records, by hash key. */
  #open: Shard[] = [];

  constructor(kernel: Kernel, record: StreamRecord) {
    this.kernel = kernel;
    this.record = record;
    this.kept = kernel.collection(`kinesis.records/${record.name}`, SLAB_CODEC);
    for (const shard of record.shards) this.shards.set(shard.number, new Shard(shard, record.arn, this.kept));
    for (const [key, bytes] of this.kept.entries()) {
      const [shard, first] = key.split('/').map(Number) as [number, number];
      this.shards.get(shard)?.log.restore(first, bytes);
    }
    for (const { log } of this.shards.values()) log.restored();
    this.#sortOpen();
  }

  get name(): string {
    return this.record.name;
  }

  get arn(): string {
    return this.record.arn;
  }

  get open(): readonly Shard[] {
    return this.#open;
  }

  get retentionMs(): number {
    return this.record.retentionHours * HOUR_MS;
  }

  /** Records that came before this are gone. */
  oldestMs(nowMs: number): number {
    return nowMs - this.retentionMs;
  }

  /** The open shard whose range holds a hash key. There is one for each. */
  shardOf(hashHex: string): Shard {
    const open = this.#open;
    let low = 0;
    let high = open.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((open[middle] as Shard).startHex <= hashHex) low = middle;
      else high = middle - 1;
    }
    return open[low] as Shard;
  }

  add(record: ShardRecord): Shard {
    const shard = new Shard(record, this.record.arn, this.kept);
    this.record.shards.push(record);
    this.shards.set(record.number, shard);
    this.#sortOpen();
    return shard;
  }

  close(shard: Shard): void {
    shard.record.closedMs = this.kernel.nowMs();
    this.#sortOpen();
  }

  /** Number that the next shard gets. */
  get nextNumber(): number {
    const last = this.record.shards.at(-1);
    return last ? last.number + 1 : 0;
  }

  /** Drops what is past retention: records, and closed shards that have none left. Answers whether the stream's own record has changed. */
  trim(nowMs: number): boolean {
    const oldestMs = this.oldestMs(nowMs);
    let isChanged = false;
    for (const shard of this.shards.values()) {
      if (this.trimShard(shard, oldestMs)) isChanged = true;
      const { closedMs } = shard.record;
      if (closedMs === undefined || closedMs >= oldestMs) continue;
      this.shards.delete(shard.record.number);
      isChanged = true;
    }
    if (isChanged) this.record.shards = [...this.shards.values()].map(({ record }) => record);
    return isChanged;
  }

  trimShard({ log, record }: Shard, oldestMs: number): boolean {
    if (!log.trim(oldestMs)) return false;
    record.firstIndex = log.first;
    return true;
  }

  #sortOpen(): void {
    this.#open = [...this.shards.values()].filter(({ isOpen }) => isOpen).sort((a, b) => (a.startHex < b.startHex ? -1 : 1));
  }
}
