import type { GetRecordsCommandOutput, GetShardIteratorCommandOutput } from '@aws-sdk/client-dynamodb-streams';
import { Fault } from '../../../kernel/errors.ts';
import { backoffMs } from '../../../languages/source-records/batching.ts';
import { recordFilter } from '../../../languages/source-records/record-filter.ts';
import { type StreamRecord, streamRecord } from '../../../languages/source-records/stream-record.ts';
import type { PipeLine } from './line.ts';
import { ShardLane } from './shard-lane.ts';

/** Records one read answers at most. @see https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_streams_GetRecords.html */
const READ_MAX = 1000;

/** Records that are held for the lanes; reading goes on when they are fewer. */
const HELD_MAX = 2000;

const PROBLEM_BACKOFF_MS_MAX = 60_000;

/** How a shard speaks to its stream. */
export interface ShardPort {
  readonly shardId: string;
  /** Whether it goes on where a shard ended that the pipe has read: then no record of it is too old. */
  readonly isSuccessor: boolean;
  readonly onClosed: () => void;
  readonly onProblem: (problem: string) => void;
}

/** FNV-1a: the same key, the same lane. @see http://www.isthe.com/chongo/tech/comp/fnv/ */
function laneOf(key: string, lanes: number): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < key.length; index += 1) hash = Math.imul(hash ^ key.charCodeAt(index), 0x01000193);
  return (hash >>> 0) % lanes;
}

/** Reads one shard in order and deals its records to lanes, one for each key. The checkpoint is the last record before which every one has ended. */
export class ShardSource {
  readonly #line: PipeLine;
  readonly #port: ShardPort;
  readonly #lanes: ShardLane[];
  readonly #filter: ((record: Readonly<Record<string, unknown>>) => boolean) | undefined;
  /** Sequence numbers read and not checkpointed, oldest first, and whether they have ended. */
  readonly #held = new Map<string, boolean>();
  #iterator: string | undefined;
  #lastRead: string | undefined;
  #isReading = false;
  #isWoken = false;
  #isAtEnd = false;
  #isStopped = false;
  #problemsInRow = 0;

  constructor(line: PipeLine, port: ShardPort) {
    this.#line = line;
    this.#port = port;
    const { FilterCriteria: criteria, DynamoDBStreamParameters: parameters } = line.pipe.settings.SourceParameters ?? {};
    this.#filter = recordFilter((criteria?.Filters ?? []).map(({ Pattern = '' }) => Pattern));
    this.#lastRead = line.state.checkpoints.get(this.#key)?.sequenceNumber;
    const lanes = parameters?.ParallelizationFactor ?? 1;
    const onEnded = (records: readonly StreamRecord[]): void => this.#ended(records);
    this.#lanes = Array.from({ length: lanes }, () => new ShardLane(line, { shardId: port.shardId, onEnded }));
  }

  get #key(): string {
    return `${this.#line.pipe.name}/${this.#port.shardId}`;
  }

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
      while (this.#isWoken && !this.#isStopped && !this.#isAtEnd && this.#held.size < HELD_MAX) {
        this.#isWoken = false;
        if ((await this.#readOnce()) > 0) this.#isWoken = true;
        this.#problemsInRow = 0;
      }
    } catch (error) {
      this.#tryLater(error);
    } finally {
      this.#isReading = false;
    }
    this.#closeIfDone();
  }

  async #readOnce(): Promise<number> {
    this.#iterator ??= await this.#openIterator();
    const output = await this.#call<GetRecordsCommandOutput>('GetRecords', { ShardIterator: this.#iterator, Limit: READ_MAX });
    this.#iterator = output.NextShardIterator;
    this.#isAtEnd = this.#iterator === undefined;
    const records = (output.Records ?? []).map((record) => streamRecord(record, this.#line.pipe.settings.Source ?? ''));
    if (this.#isStopped || records.length === 0) return 0;
    this.#lastRead = records.at(-1)?.sequenceNumber;
    const sinceMs = this.#line.state.checkpoints.get(this.#key)?.sinceMs ?? 0;
    this.#deal(records.filter(({ atMs }) => atMs >= sinceMs));
    return records.length;
  }

  #deal(records: readonly StreamRecord[]): void {
    const { kernel, pipe } = this.#line;
    const filtered: StreamRecord[] = [];
    for (const record of records) {
      this.#held.set(record.sequenceNumber, false);
      if (this.#filter && !this.#filter(record.wire)) filtered.push(record);
      else this.#lanes[laneOf(record.key, this.#lanes.length)]?.add(record);
    }
    if (filtered.length > 0) {
      const detail = { source: pipe.settings.Source, records: filtered.map(({ sequenceNumber }) => sequenceNumber) };
      kernel.journal.append({ service: 'pipes', kind: 'records-filtered', arn: pipe.arn, detail });
      this.#ended(filtered);
    }
    for (const lane of this.#lanes) lane.pump();
  }

  async #openIterator(): Promise<string | undefined> {
    const { kernel, state, pipe } = this.#line;
    const { Source: stream, SourceParameters: parameters = {} } = pipe.settings;
    const isLatest = parameters.DynamoDBStreamParameters?.StartingPosition === 'LATEST';
    const isFromNow = isLatest && !this.#port.isSuccessor && !state.checkpoints.has(this.#key);
    let position: object = { ShardIteratorType: isFromNow ? 'LATEST' : 'TRIM_HORIZON' };
    if (this.#lastRead !== undefined) position = { ShardIteratorType: 'AFTER_SEQUENCE_NUMBER', SequenceNumber: this.#lastRead };
    const input = { StreamArn: stream, ShardId: this.#port.shardId, ...position };
    const { ShardIterator: iterator } = await this.#call<GetShardIteratorCommandOutput>('GetShardIterator', input);
    // From now on nothing may be missed, not even by a restart before the first record.
    if (isFromNow) state.checkpoints.put(this.#key, { sequenceNumber: undefined, isClosed: false, sinceMs: kernel.nowMs() });
    return iterator;
  }

  #call<Output>(operation: string, input: object): Promise<Output> {
    return this.#line.kernel.request<Output>({ service: 'dynamodb-streams', operation, input, principal: this.#line.principal });
  }

  /** An iterator that has expired is opened again; what was trimmed is past; anything else is tried again, later and later. */
  #tryLater(error: unknown): void {
    if (!(error instanceof Fault)) throw error;
    if (this.#isStopped) return;
    this.#iterator = undefined;
    if (error.code === 'TrimmedDataAccessException') this.#lastRead = undefined;
    else if (error.code !== 'ExpiredIteratorException') this.#port.onProblem(`${error.name}: ${error.message}`);
    const { kernel } = this.#line;
    this.#problemsInRow += 1;
    kernel.at(kernel.nowMs() + backoffMs(this.#problemsInRow, PROBLEM_BACKOFF_MS_MAX), 'pipe', () => this.wake());
  }

  /** Notes that records need nothing more, and moves the checkpoint as far as all before it have ended. */
  #ended(records: readonly StreamRecord[]): void {
    if (this.#isStopped) return;
    for (const { sequenceNumber } of records) this.#held.set(sequenceNumber, true);
    let last: string | undefined;
    for (const [sequenceNumber, isEnded] of this.#held) {
      if (!isEnded) break;
      last = sequenceNumber;
      this.#held.delete(sequenceNumber);
    }
    if (last !== undefined) this.#line.state.checkpoints.put(this.#key, { sequenceNumber: last, isClosed: false });
    if (this.#held.size < HELD_MAX && this.#isWoken && !this.#isReading) void this.#read();
    else this.#closeIfDone();
  }

  #closeIfDone(): void {
    if (!this.#isAtEnd || this.#isReading || this.#held.size > 0 || this.#isStopped) return;
    this.#isStopped = true;
    this.#line.state.checkpoints.put(this.#key, { sequenceNumber: this.#lastRead, isClosed: true });
    this.#port.onClosed();
  }
}
