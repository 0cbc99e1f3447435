import type { DescribeStreamCommandOutput, Shard } from '@aws-sdk/client-dynamodb-streams';
import { Fault, NotEmulated } from '../../../kernel/errors.ts';
import { backoffMs } from '../../../languages/source-records/batching.ts';
import { roleOf } from '../invocation.ts';
import type { MappingRecord } from '../records.ts';
import type { Plane, RunningMapping } from '../state.ts';
import { mappedRecord } from './mapped-function.ts';
import { ShardReader } from './shard-reader.ts';

const SHARD_PAGES_MAX = 100;
const PROBLEM_BACKOFF_MS_MAX = 60_000;

/**
 * Brings a DynamoDB stream to a function: a reader for each shard, a parent's wholly before its children's. It reads when the stream says that there is
 * something new, and goes on from the checkpoints after a restart.
 */
export class StreamPoller implements RunningMapping {
  lastResult = 'No records processed';
  readonly #plane: Plane;
  readonly #mapping: MappingRecord;
  readonly #readers = new Map<string, ShardReader>();
  readonly #endNotifications: () => void;
  #isStopped = false;
  #isDiscovering = false;
  #problemsInRow = 0;

  constructor(plane: Plane, mapping: MappingRecord) {
    this.#plane = plane;
    this.#mapping = mapping;
    let isWoken = false;
    this.#endNotifications = plane.kernel.onNotify(mapping.sourceArn, () => {
      if (isWoken) return;
      isWoken = true;
      plane.kernel.soon('stream poller', () => {
        isWoken = false;
        this.#wake();
      });
    });
    plane.kernel.soon('stream poller', () => void this.#discover());
  }

  stop(): void {
    this.#isStopped = true;
    this.#endNotifications();
    for (const reader of this.#readers.values()) reader.stop();
  }

  #wake(): void {
    if (this.#isStopped) return;
    if (this.#readers.size === 0) void this.#discover();
    for (const reader of this.#readers.values()) reader.wake();
  }

  /** Finds the stream's shards and starts a reader for each whose parent has been read. */
  async #discover(): Promise<void> {
    if (this.#isStopped || this.#isDiscovering) return;
    this.#isDiscovering = true;
    try {
      const shards = await this.#shards();
      this.#problemsInRow = 0;
      const known = new Set(shards.map(({ ShardId }) => ShardId));
      for (const shard of shards) {
        const parent = shard.ParentShardId;
        if (parent !== undefined && known.has(parent) && !this.#isClosed(parent)) continue;
        this.#read(shard);
      }
    } catch (error) {
      this.#problem(error);
    } finally {
      this.#isDiscovering = false;
    }
  }

  #isClosed(shardId: string): boolean {
    return this.#plane.state.checkpoints.get(`${this.#mapping.uuid}/${shardId}`)?.isClosed ?? false;
  }

  #read({ ShardId: shardId = '' }: Shard): void {
    if (this.#isStopped || this.#readers.has(shardId) || this.#isClosed(shardId)) return;
    const reader = new ShardReader(this.#plane, this.#mapping, {
      shardId,
      onClosed: () => {
        this.#readers.delete(shardId);
        void this.#discover();
      },
      onResult: (result) => {
        this.lastResult = result;
      },
    });
    this.#readers.set(shardId, reader);
    reader.wake();
  }

  async #shards(): Promise<Shard[]> {
    const { kernel } = this.#plane;
    const record = mappedRecord(this.#plane, this.#mapping);
    const shards: Shard[] = [];
    let from: string | undefined;
    for (let page = 0; page < SHARD_PAGES_MAX; page += 1) {
      const input = { StreamArn: this.#mapping.sourceArn, ...(from !== undefined && { ExclusiveStartShardId: from }) };
      const call = { service: 'dynamodb-streams', operation: 'DescribeStream', input, principal: roleOf(record) };
      const { StreamDescription: description } = await kernel.request<DescribeStreamCommandOutput>(call);
      shards.push(...(description?.Shards ?? []));
      from = description?.LastEvaluatedShardId;
      if (from === undefined) break;
    }
    return shards;
  }

  #problem(error: unknown): void {
    if (this.#isStopped) return;
    if (!(error instanceof Fault || error instanceof NotEmulated)) throw error;
    const { kernel } = this.#plane;
    this.#problemsInRow += 1;
    kernel.at(kernel.nowMs() + backoffMs(this.#problemsInRow + 3, PROBLEM_BACKOFF_MS_MAX), 'stream poller', () => void this.#discover());
    const result = `PROBLEM: ${error.message}`;
    if (this.lastResult === result) return;
    this.lastResult = result;
    const detail = { source: this.#mapping.sourceArn, error: error.name, message: error.message };
    kernel.journal.append({ service: 'lambda', kind: 'mapping-problem', arn: this.#mapping.arn, detail });
  }
}
