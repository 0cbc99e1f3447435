import type { Context, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import type { EventContract } from '../../schemas/index.ts';
import { runBatch, strategyOf } from './delivery/batch.ts';
import type { ConsumerHandler, ConsumerOptions, LeaseOptions } from './delivery/declaration.ts';
import { type Delivery, deliver, letGo, settleShared } from './delivery/deliver.ts';
import { identityOf, type Message, readMessage } from './delivery/message.ts';
import { lambdaQueuePorts, type QueuePorts } from './delivery/queue.ts';
import { counted } from './invocation.ts';
import type { InvocationCounts } from './telemetry.ts';

export type { Attempt, ConsumerHandler, ConsumerOptions, EventOf, LeaseOptions } from './delivery/declaration.ts';

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
