import { Fault } from '../../../kernel/errors.ts';
import { backoffMs } from '../../../languages/source-records/batching.ts';
import { recordFilter } from '../../../languages/source-records/record-filter.ts';
import type { StreamRecord } from '../../../languages/source-records/stream-record.ts';
import type { ShardPosition, StreamCall, StreamSource } from '../../../languages/source-records/stream-source.ts';
import type { MappingRecord, OpenWindow } from '../records.ts';
import type { Plane } from '../state.ts';
import { Lane } from './lane.ts';

/** Records that are held for the lanes; reading goes on when they are fewer. */
const HELD_MAX = 2000;

const PROBLEM_BACKOFF_MS_MAX = 60_000;

interface Held {
  readonly sequenceNumber: string;
  isEnded: boolean;
}

/** How a shard's reader speaks to its mapping. */
export interface ReaderPort {
  readonly source: StreamSource;
  readonly call: StreamCall;
  readonly shardId: string;
  readonly parents: readonly string[];
  readonly onClosed: () => void;
  readonly onResult: (result: string) => void;
}

/** FNV-1a: the same key, the same lane. @see http://www.isthe.com/chongo/tech/comp/fnv/ */
function laneOf(key: string, lanes: number): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < key.length; index += 1) hash = Math.imul(hash ^ key.charCodeAt(index), 0x01000193);
  return (hash >>> 0) % lanes;
}

/**
 * Reads one shard in order and deals its records to lanes, one for each key. The checkpoint is the last record before which every one has ended: what
 * lies after it comes again after a restart.
 */
export class ShardReader {
  readonly #plane: Plane;
  readonly #mapping: MappingRecord;
  readonly #port: ReaderPort;
  readonly #lanes: Lane[];
  readonly #filter: ((record: Readonly<Record<string, unknown>>) => boolean) | undefined;
  /** Read and not checkpointed, oldest first. */
  #held: Held[] = [];
  #iterator: string | undefined;
  #lastRead: string | undefined;
  #window: OpenWindow | undefined;
  #isReading = false;
  #isWoken = false;
  #isAtEnd = false;
  #isStopped = false;
  #problemsInRow = 0;

  constructor(plane: Plane, mapping: MappingRecord, port: ReaderPort) {
    this.#plane = plane;
    this.#mapping = mapping;
    this.#port = port;
    this.#filter = recordFilter(mapping.patterns, port.source.filterField);
    const checkpoint = plane.state.checkpoints.get(this.#checkpointKey);
    this.#lastRead = checkpoint?.sequenceNumber;
    this.#window = checkpoint?.window;
    const { source, shardId, onResult } = port;
    this.#lanes = Array.from(
      { length: mapping.parallelizationFactor },
      () =>
        new Lane(plane, mapping, {
          shardId,
          batchInfo: source.batchInfo,
          retentionMs: () => this.#retentionMs(),
          onResult,
          window: checkpoint?.window,
          onEnded: (records, window) => {
            this.#window = window;
            this.#ended(records);
          },
        }),
    );
  }

  /** A role that may not ask, or a stream that has gone, is no reason to give records up. */
  async #retentionMs(): Promise<number> {
    try {
      return await this.#port.source.retentionMs(this.#port.call);
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      return Number.POSITIVE_INFINITY;
    }
  }

  get #checkpointKey(): string {
    return `${this.#mapping.uuid}/${this.#port.shardId}`;
  }

  /** Reads what is new. */
  wake(): void {
    this.#isWoken = true;
    if (!this.#isReading) void this.#read();
  }

  stop(): void {
    this.#isStopped = true;
    for (const lane of this.#lanes) lane.stop();
  }

  async #read(): Promise<void> {
    this.#isReading = true;
    try {
      while (this.#isWoken && !this.#isStopped && !this.#isAtEnd && this.#held.length < HELD_MAX) {
        this.#isWoken = false;
        const count = await this.#readOnce();
        this.#problemsInRow = 0;
        if (count > 0) this.#isWoken = true;
      }
    } catch (error) {
      this.#problem(error);
    } finally {
      this.#isReading = false;
    }
    this.#closeIfDone();
  }

  async #readOnce(): Promise<number> {
    this.#iterator ??= await this.#openIterator();
    const { source, call, shardId } = this.#port;
    const { records, next } = await source.read(call, shardId, this.#iterator);
    this.#iterator = next;
    this.#isAtEnd = next === undefined;
    if (this.#isStopped || records.length === 0) return 0;
    this.#lastRead = records.at(-1)?.sequenceNumber;
    const sinceMs = this.#sinceMs() ?? 0;
    this.#deal(records.filter(({ atMs }) => atMs >= sinceMs));
    return records.length;
  }

  #deal(records: readonly StreamRecord[]): void {
    const filtered: StreamRecord[] = [];
    for (const record of records) {
      this.#held.push({ sequenceNumber: record.sequenceNumber, isEnded: false });
      if (this.#filter && !this.#filter(this.#port.source.filterView(record))) filtered.push(record);
      else this.#lanes[laneOf(record.key, this.#lanes.length)]?.add(record);
    }
    if (filtered.length > 0) {
      const { sourceArn, functionName, arn } = this.#mapping;
      const detail = { source: sourceArn, function: functionName, records: filtered.map(({ sequenceNumber }) => sequenceNumber) };
      this.#plane.kernel.journal.append({ service: 'lambda', kind: 'records-filtered', arn, detail });
      this.#ended(filtered);
    }
    for (const lane of this.#lanes) lane.pump();
  }

  /** Before which time records are none of the mapping's: until one is checkpointed, and for the shards that follow on one without any. */
  #sinceMs(): number | undefined {
    const { state } = this.#plane;
    const known = state.checkpoints.get(this.#checkpointKey);
    if (known?.sequenceNumber !== undefined) return undefined;
    if (this.#mapping.startingPosition === 'AT_TIMESTAMP') return this.#mapping.startingTimestampMs;
    const inherited = this.#port.parents.map((parent) => state.checkpoints.get(`${this.#mapping.uuid}/${parent}`)?.sinceMs);
    const times = [known?.sinceMs, ...inherited].filter((time) => time !== undefined);
    return times.length > 0 ? Math.min(...times) : undefined;
  }

  #position(): ShardPosition {
    const { state, kernel } = this.#plane;
    if (this.#lastRead !== undefined) return { kind: 'AFTER_SEQUENCE_NUMBER', sequenceNumber: this.#lastRead };
    const { startingPosition, startingTimestampMs: atMs, uuid } = this.#mapping;
    // What follows on a shard that the mapping has read is new as a whole.
    const isSuccessor = this.#port.parents.some((parent) => state.checkpoints.get(`${uuid}/${parent}`)?.isClosed);
    if (isSuccessor || state.checkpoints.has(this.#checkpointKey)) return { kind: 'TRIM_HORIZON' };
    if (startingPosition === 'LATEST') return { kind: 'LATEST' };
    // A time to come is no position: what is older is passed over as it is read.
    if (startingPosition === 'AT_TIMESTAMP' && atMs !== undefined && atMs <= kernel.nowMs()) return { kind: 'AT_TIMESTAMP', atMs };
    return { kind: 'TRIM_HORIZON' };
  }

  async #openIterator(): Promise<string | undefined> {
    const { state, kernel } = this.#plane;
    const { source, call, shardId } = this.#port;
    const position = this.#position();
    const iterator = await source.iterator(call, shardId, position);
    // From now on nothing may be missed, not even by a restart before the first record.
    if (position.kind === 'LATEST' && !this.#isStopped) {
      state.checkpoints.put(this.#checkpointKey, { sequenceNumber: undefined, isClosed: false, sinceMs: kernel.nowMs() });
    }
    return iterator;
  }

  /** An iterator that has expired is opened again; what was trimmed is past; anything else is tried again, later and later. */
  #problem(error: unknown): void {
    if (this.#isStopped) return;
    if (!(error instanceof Fault)) throw error;
    this.#iterator = undefined;
    if (error.code === 'TrimmedDataAccessException') this.#lastRead = undefined;
    else if (error.code !== 'ExpiredIteratorException') this.#port.onResult(`PROBLEM: ${error.message}`);
    const { kernel } = this.#plane;
    this.#problemsInRow += 1;
    kernel.at(kernel.nowMs() + backoffMs(this.#problemsInRow, PROBLEM_BACKOFF_MS_MAX), 'stream poller', () => this.wake());
  }

  /** Notes that records need nothing more, and moves the checkpoint as far as all before it have ended. */
  #ended(records: readonly StreamRecord[]): void {
    if (this.#isStopped) return;
    const ended = new Set(records.map(({ sequenceNumber }) => sequenceNumber));
    for (const held of this.#held) if (ended.has(held.sequenceNumber)) held.isEnded = true;
    const open = this.#held.findIndex(({ isEnded }) => !isEnded);
    const count = open === -1 ? this.#held.length : open;
    const known = this.#plane.state.checkpoints.get(this.#checkpointKey);
    const sequenceNumber = this.#held[count - 1]?.sequenceNumber ?? known?.sequenceNumber;
    if (count === 0 && known?.window === this.#window) return;
    this.#held = this.#held.slice(count);
    this.#plane.state.checkpoints.put(this.#checkpointKey, { sequenceNumber, isClosed: false, ...(this.#window && { window: this.#window }) });
    if (this.#held.length < HELD_MAX && this.#isWoken && !this.#isReading) void this.#read();
    else this.#closeIfDone();
  }

  #closeIfDone(): void {
    if (!this.#isAtEnd || this.#isReading || this.#held.length > 0 || this.#isStopped) return;
    this.#isStopped = true;
    this.#plane.state.checkpoints.put(this.#checkpointKey, { sequenceNumber: this.#lastRead, isClosed: true, sinceMs: this.#sinceMs() });
    this.#port.onClosed();
  }
}
