import type { DescribeStreamCommandOutput, Shard } from '@aws-sdk/client-dynamodb-streams';
import { Fault, NotEmulated } from '../../../kernel/errors.ts';
import { backoffMs } from '../../../languages/source-records/batching.ts';
import type { RunningPipe } from '../state.ts';
import type { PipeLine } from './line.ts';
import { ShardSource } from './shard-source.ts';

const SHARD_PAGES_MAX = 100;
const PROBLEM_BACKOFF_MS_MAX = 60_000;

/** Reads a DynamoDB stream for a pipe: each shard in order, a parent wholly before its children. It reads when the stream says that there is something new. */
export class StreamSource implements RunningPipe {
  problem: string | undefined;
  readonly #line: PipeLine;
  readonly #shards = new Map<string, ShardSource>();
  readonly #endNotifications: () => void;
  #isStopped = false;
  #isDiscovering = false;
  #isWoken = false;
  #problemsInRow = 0;

  constructor(line: PipeLine) {
    this.#line = line;
    const { kernel, pipe } = line;
    this.#endNotifications = kernel.onNotify(pipe.settings.Source ?? '', () => {
      if (this.#isWoken) return;
      this.#isWoken = true;
      kernel.soon('pipe', () => this.#wake());
    });
    kernel.soon('pipe', () => void this.#discover());
  }

  stop(): void {
    this.#isStopped = true;
    this.#endNotifications();
    for (const shard of this.#shards.values()) shard.stop();
  }

  #wake(): void {
    this.#isWoken = false;
    if (this.#isStopped) return;
    if (this.#shards.size === 0) void this.#discover();
    for (const shard of this.#shards.values()) shard.wake();
  }

  async #discover(): Promise<void> {
    if (this.#isStopped || this.#isDiscovering) return;
    this.#isDiscovering = true;
    try {
      const shards = await this.#describe();
      this.#problemsInRow = 0;
      this.problem = undefined;
      const known = new Set(shards.map(({ ShardId }) => ShardId));
      for (const shard of shards) {
        const parent = shard.ParentShardId;
        const waits = parent !== undefined && known.has(parent) && !this.#isClosed(parent);
        if (!waits) this.#read(shard.ShardId ?? '', { isSuccessor: parent !== undefined && this.#isClosed(parent) });
      }
    } catch (error) {
      this.#tryLater(error);
    } finally {
      this.#isDiscovering = false;
    }
  }

  #isClosed(shardId: string): boolean {
    return this.#line.state.checkpoints.get(`${this.#line.pipe.name}/${shardId}`)?.isClosed ?? false;
  }

  #read(shardId: string, { isSuccessor }: { readonly isSuccessor: boolean }): void {
    if (this.#isStopped || this.#shards.has(shardId) || this.#isClosed(shardId)) return;
    const shard = new ShardSource(this.#line, {
      shardId,
      isSuccessor,
      onClosed: () => {
        this.#shards.delete(shardId);
        void this.#discover();
      },
      onProblem: (problem) => {
        this.problem = problem;
      },
    });
    this.#shards.set(shardId, shard);
    shard.wake();
  }

  async #describe(): Promise<Shard[]> {
    const { kernel, principal, pipe } = this.#line;
    const shards: Shard[] = [];
    let from: string | undefined;
    for (let page = 0; page < SHARD_PAGES_MAX; page += 1) {
      const input = { StreamArn: pipe.settings.Source, ...(from !== undefined && { ExclusiveStartShardId: from }) };
      const call = { service: 'dynamodb-streams', operation: 'DescribeStream', input, principal };
      const { StreamDescription: description } = await kernel.request<DescribeStreamCommandOutput>(call);
      shards.push(...(description?.Shards ?? []));
      from = description?.LastEvaluatedShardId;
      if (from === undefined) break;
    }
    return shards;
  }

  #tryLater(error: unknown): void {
    if (!(error instanceof Fault || error instanceof NotEmulated)) throw error;
    if (this.#isStopped) return;
    const { kernel, pipe } = this.#line;
    this.#problemsInRow += 1;
    kernel.at(kernel.nowMs() + backoffMs(this.#problemsInRow + 3, PROBLEM_BACKOFF_MS_MAX), 'pipe', () => void this.#discover());
    const problem = `${error.name}: ${error.message}`;
    if (this.problem !== problem) {
      const detail = { source: pipe.settings.Source, error: error.name, message: error.message };
      kernel.journal.append({ service: 'pipes', kind: 'pipe-problem', arn: pipe.arn, detail });
    }
    this.problem = problem;
  }
}
