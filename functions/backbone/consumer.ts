import type { Context, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import type { DataOf, EventContract } from '../../schemas/index.ts';
import { runBatch, strategyOf } from './delivery/batch.ts';
import { type Delivery, deliver, letGo, settleShared } from './delivery/deliver.ts';
import { identityOf, type Message, readMessage } from './delivery/message.ts';
import { lambdaQueuePorts, type QueuePorts } from './delivery/queue.ts';
import type { Envelope } from './envelope.ts';
import { counted } from './invocation.ts';
import type { InvocationCounts } from './telemetry.ts';
import type { Work } from './work.ts';

/** The event that a consumer of `C` receives: a union that `event.type` tells apart. */
export type EventOf<C extends EventContract> = C extends EventContract ? Envelope<C['type'], DataOf<C>> : never;

/** What every consumer declares. */
export interface ConsumerOptions<C extends EventContract> {
  /** Part of the idempotency key: it must never change. The subscription has the same name. */
  readonly name: string;
  /** What it takes. Any minor version of these majors is accepted. */
  readonly on: readonly C[];
  /** What a replay means: `skip` what was done, or do it again (`reprocess` with effects, `rebuild` of what was derived). */
  readonly onReplay: 'skip' | 'reprocess' | 'rebuild';
  /** Records handled at the same time, where their order does not matter. @default 10 */
  readonly concurrency?: number;
}

/** For effects outside the table that do not accept an idempotency key (mail): claim with a lease, effect, complete if still the owner. */
export interface LeaseOptions<C extends EventContract> extends ConsumerOptions<C> {
  readonly mode: 'lease';
  /** How long one attempt may take. At most the function's timeout. */
  readonly leaseSeconds: number;
  /**
   * What to do where an earlier attempt may have had its effect, and did not say so: `retry` (the effect may happen twice), `verify` (the handler is told by
   * `attempt.isUncertain` and finds out itself), `park` (dead-letter; a redrive then counts as the decision to try again).
   */
  readonly onUncertain: 'retry' | 'verify' | 'park';
}

/** What a handler may know of this attempt. */
export interface Attempt {
  /** 1 at the first. */
  readonly number: number;
  /** In `lease` mode: an earlier attempt may have had its effect. */
  readonly isUncertain: boolean;
}

/** Handles one event. What it puts into `work` is committed when it returns. */
export type ConsumerHandler<C extends EventContract> = (event: EventOf<C>, work: Work, attempt: Attempt) => Promise<void> | void;

/** A Lambda function on a queue. */
export type QueueFunction = (event: SQSEvent, context: Context) => Promise<SQSBatchResponse>;

/** The least time, in milliseconds, in which another record is still begun. */
const START_RESERVE_MS = 1500;
const CONCURRENCY = 10;

/**
 * Makes the Lambda handler of a consumer: parses, drops duplicates, runs `handle` on each event, commits its unit of work, and answers for each record.
 * The batch strategy follows from the queue: parallel on a standard queue, one lane per message group on a FIFO queue. In a lane a failed record stops what comes after it;
 * a dead-lettered one does not, for its place is taken.
 */
export function consumer<const C extends EventContract>(
  options: ConsumerOptions<C> | LeaseOptions<C>,
  handle: ConsumerHandler<C>,
  ports: QueuePorts = lambdaQueuePorts,
): QueueFunction {
  const run = async ({ Records }: SQSEvent, context: Context, counts: InvocationCounts): Promise<SQSBatchResponse> => {
    const [first] = Records;
    if (!first) return { batchItemFailures: [] };
    const isFifo = strategyOf(first.eventSourceARN) === 'fifo';
    const delivery: Delivery<C> = { ports, consumer: { options, handle }, counts };
    const failed = await runBatch<Message>({
      records: Records.map(readMessage),
      concurrency: options.concurrency ?? CONCURRENCY,
      laneOf: ({ record }) => (isFifo ? record.attributes.MessageGroupId : undefined),
      identityOf,
      mayStart: () => context.getRemainingTimeInMillis() > START_RESERVE_MS,
      handle: (message) => deliver(delivery, message),
      shared: (message, outcome) => settleShared(delivery, message, outcome),
      left: (message) => letGo(delivery, message, { isFifo }),
    });
    return { batchItemFailures: failed.map(({ record }) => ({ itemIdentifier: record.messageId })) };
  };
  return counted(options.name, run);
}
