import { Fault, NotEmulated } from '../../../kernel/errors.ts';
import { backoffMs } from '../../../languages/source-records/batching.ts';
import { type ShardLink, type StreamSource, streamSource } from '../../../languages/source-records/stream-source.ts';
import { roleOf } from '../invocation.ts';
import type { MappingRecord } from '../records.ts';
import type { Plane, RunningMapping } from '../state.ts';
import { mappedRecord } from './mapped-function.ts';
import { ShardReader } from './shard-reader.ts';

const PROBLEM_BACKOFF_MS_MAX = 60_000;

/**
 * Brings a stream of Kinesis or DynamoDB to a function: a reader for each shard, a parent's wholly before its children's. It reads when the stream says that there is
 * something new, and goes on from the checkpoints after a restart.
 */
export class StreamPoller implements RunningMapping {
  lastResult = 'No records processed';
  readonly #plane: Plane;
  readonly #mapping: MappingRecord;
  readonly #source: StreamSource;
  readonly #readers = new Map<string, { readonly reader: ShardReader; readonly end: () => void }>();
  readonly #endNotifications: () => void;
  #isStopped = false;
  #isDiscovering = false;
  #isDiscoveryDue = false;
  #problemsInRow = 0;

  constructor(plane: Plane, mapping: MappingRecord) {
    this.#plane = plane;
    this.#mapping = mapping;
    this.#source = streamSource({
      sourceArn: mapping.sourceArn,
      region: plane.kernel.region,
      roleArn: () => mappedRecord(plane, mapping).role,
    });
    this.#endNotifications = this.#listen(this.#source.streamTopic, () => this.#wake());
    plane.kernel.soon('stream poller', () => void this.#discover());
  }

  stop(): void {
    this.#isStopped = true;
    this.#endNotifications();
    for (const { reader, end } of this.#readers.values()) {
      end();
      reader.stop();
    }
  }

  /** Calls back soon after each notification, once for all that come until then. */
  #listen(topic: string, wake: () => void): () => void {
    let isWoken = false;
    return this.#plane.kernel.onNotify(topic, () => {
      if (isWoken) return;
      isWoken = true;
      this.#plane.kernel.soon('stream poller', () => {
        isWoken = false;
        wake();
      });
    });
  }

  #wake(): void {
    if (this.#isStopped) return;
    // Kinesis tells here of shards, and of records at each shard's topic; a table's stream of records.
    if (this.#readers.size === 0 || this.#source.service === 'kinesis') void this.#discover();
    for (const { reader } of this.#readers.values()) reader.wake();
  }

  /** Finds the stream's shards and starts a reader for each whose parent has been read. */
  async #discover(): Promise<void> {
    if (this.#isStopped) return;
    this.#isDiscoveryDue = true;
    if (this.#isDiscovering) return;
    this.#isDiscovering = true;
    try {
      while (this.#isDiscoveryDue && !this.#isStopped) {
        this.#isDiscoveryDue = false;
        const shards = await this.#source.shards((operation, input) => this.#call(operation, input));
        this.#problemsInRow = 0;
        const known = new Set(shards.map(({ shardId }) => shardId));
        for (const shard of shards) if (!shard.parents.some((parent) => known.has(parent) && !this.#isClosed(parent))) this.#read(shard);
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

  #read({ shardId, parents }: ShardLink): void {
    if (this.#isStopped || this.#readers.has(shardId) || this.#isClosed(shardId)) return;
    const reader = new ShardReader(this.#plane, this.#mapping, {
      source: this.#source,
      call: (operation, input) => this.#call(operation, input),
      shardId,
      parents,
      onClosed: () => {
        this.#readers.get(shardId)?.end();
        this.#readers.delete(shardId);
        void this.#discover();
      },
      onResult: (result) => {
        this.lastResult = result;
      },
    });
    const topic = this.#source.shardTopic(shardId);
    const end = topic === undefined ? () => {} : this.#listen(topic, () => reader.wake());
    this.#readers.set(shardId, { reader, end });
    reader.wake();
  }

  async #call<Output>(operation: string, input: object): Promise<Output> {
    const principal = roleOf(mappedRecord(this.#plane, this.#mapping));
    return this.#plane.kernel.request<Output>({ service: this.#source.service, operation, input, principal });
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
