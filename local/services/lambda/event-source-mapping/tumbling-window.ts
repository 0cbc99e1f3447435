import type { StreamRecord } from '../../../languages/source-records/stream-record.ts';
import type { OpenWindow } from '../records.ts';

/**
 * The window of a shard that is open: records are told apart by when they were written, and the function hands its state from one invocation of a
 * window to the next.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-windows.html
 */
export class TumblingWindow {
  readonly #lengthMs: number;
  #open: OpenWindow | undefined;

  constructor(seconds: number, open: OpenWindow | undefined) {
    this.#lengthMs = seconds * 1000;
    this.#open = open;
  }

  get open(): OpenWindow | undefined {
    return this.#open;
  }

  get endMs(): number | undefined {
    return this.#open && this.#open.startMs + this.#lengthMs;
  }

  /** Whether a record, or the present where there is none, lies past the open window. */
  isOver(record: StreamRecord | undefined, nowMs: number): boolean {
    const endMs = this.endMs;
    return endMs !== undefined && (record ? record.atMs : nowMs) >= endMs;
  }

  /** Opens the window of a record, where none is; answers whether it did. */
  begin(record: StreamRecord): boolean {
    if (this.#open) return false;
    this.#open = { startMs: Math.floor(record.atMs / this.#lengthMs) * this.#lengthMs, state: '{}' };
    return true;
  }

  /** How many of the first records are of the open window. A record that comes late is of it too. */
  count(records: readonly StreamRecord[]): number {
    const endMs = this.endMs ?? 0;
    const index = records.findIndex(({ atMs }) => atMs >= endMs);
    return index === -1 ? records.length : index;
  }

  /** What an event says of its window. */
  fields(options: { readonly shardId: string; readonly sourceArn: string; readonly isFinal: boolean }): object {
    const { startMs = 0, state = '{}' } = this.#open ?? {};
    return {
      window: { start: new Date(startMs).toISOString(), end: new Date(startMs + this.#lengthMs).toISOString() },
      state: JSON.parse(state) as unknown,
      shardId: options.shardId,
      eventSourceARN: options.sourceArn,
      isFinalInvokeForWindow: options.isFinal,
      isWindowTerminatedEarly: false,
    };
  }

  /** Takes the state from a function's answer; no state is an empty one. */
  keep(payload: string): void {
    const answer = JSON.parse(payload) as { state?: unknown } | null;
    const state = typeof answer === 'object' && answer !== null ? answer.state : undefined;
    if (this.#open) this.#open = { ...this.#open, state: JSON.stringify(state ?? {}) };
  }

  close(): void {
    this.#open = undefined;
  }
}
