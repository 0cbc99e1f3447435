import type { Context, KinesisStreamEvent, KinesisStreamRecord, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import type { EventContract } from '../../schemas/index.ts';
import { type Batch, runBatch, strategyOf } from './delivery/batch.ts';
import type { ConsumerHandler, ConsumerOptions, LeaseOptions } from './delivery/declaration.ts';
import { deliver, letGo, settleShared } from './delivery/deliver.ts';
import { type Incoming, identityOf, type Message, partitionKeyOf, readMessage } from './delivery/message.ts';
import { readGroupMemory, readRewinds } from './delivery/parked-keys.ts';
import { lambdaQueuePorts, type QueuePorts } from './delivery/queue.ts';
import { deliverRedriven, type RedrivenDelivery } from './delivery/redriven.ts';
import { deliverInOrder, readStreamRecord, type StreamDelivery, type StreamMessage } from './delivery/stream.ts';
import { counted } from './telemetry/invocation.ts';
import type { InvocationCounts } from './telemetry/telemetry.ts';

export type { Attempt, ConsumerHandler, ConsumerOptions, EventOf, LeaseOptions } from './delivery/declaration.ts';

/** A Lambda function on a queue, or on a stream. */
export type ConsumerFunction = (event: SQSEvent | KinesisStreamEvent, context: Context) => Promise<SQSBatchResponse>;

/** The least time, in milliseconds, in which another record is still begun. */
const START_RESERVE_MS = 1500;
const CONCURRENCY = 10;

/**
 * Makes the Lambda handler of a consumer: parses, drops duplicates, runs `handle` on each event, commits its unit of work, and answers for each record.
 * The batch strategy follows from the source: parallel on a standard queue, one lane per message group on a FIFO queue, one lane per partition key on a stream. In a lane a failed record
 * stops what comes after it; a dead-lettered one does not, for its place is taken. On a stream a key that fails for good is parked, and what is redriven to it keeps its order.
 */
export function consumer<const C extends EventContract>(
  options: ConsumerOptions<C> | LeaseOptions<C>,
  handle: ConsumerHandler<C>,
  ports: QueuePorts = lambdaQueuePorts,
): ConsumerFunction {
  const run = async ({ Records }: SQSEvent | KinesisStreamEvent, context: Context, counts: InvocationCounts): Promise<SQSBatchResponse> => {
    const delivery: SourceDelivery<C> = {
      ports,
      consumer: { options, handle },
      counts,
      place: { ports, consumer: options.name },
      remainingMs: () => context.getRemainingTimeInMillis(),
    };
    const common = {
      concurrency: options.concurrency ?? CONCURRENCY,
      identityOf,
      mayStart: () => context.getRemainingTimeInMillis() > START_RESERVE_MS,
    };
    const failed = isOfStream(Records) ? await runStream(delivery, Records, common) : await runQueue(delivery, Records, common);
    return { batchItemFailures: failed.map((itemIdentifier) => ({ itemIdentifier })) };
  };
  return counted(options.name, run);
}

type SourceDelivery<C extends EventContract> = RedrivenDelivery<C>;
type Common = Pick<Batch<Incoming>, 'concurrency' | 'identityOf' | 'mayStart'>;

const isOfStream = (records: SQSEvent['Records'] | KinesisStreamEvent['Records']): records is KinesisStreamEvent['Records'] =>
  records[0] !== undefined && strategyOf(records[0].eventSourceARN) === 'stream';

async function runQueue<C extends EventContract>(source: SourceDelivery<C>, records: readonly SQSRecord[], common: Common): Promise<readonly string[]> {
  const [first] = records;
  if (!first) return [];
  const isFifo = strategyOf(first.eventSourceARN) === 'fifo';
  // The queue of a stream's consumer brings what was redriven: of one key one after the other.
  const { environment } = source.ports;
  const isOrdered = environment['ORDERED_BY'] === 'key';
  const isOfGroup = environment['PARK_AFTER_ATTEMPTS'] !== undefined;
  const delivery: SourceDelivery<C> = isOfGroup ? { ...source, rewinds: await readRewinds(source.place) } : source;
  const failed = await runBatch<Message>({
    ...common,
    records: records.map(readMessage),
    laneOf: (message) => (isOrdered ? partitionKeyOf(message) : isFifo ? message.record.attributes.MessageGroupId : undefined),
    handle: (message) => (isOrdered ? deliverRedriven(delivery, message) : deliver(delivery, message)),
    shared: (message, outcome) => settleShared(delivery, message, outcome),
    left: (message) => letGo(delivery, message, { isFifo }),
  });
  return failed.map(({ record }) => record.messageId);
}

/** Answers with the lowest sequence number that is not finished: Lambda begins there again, and never passes it. */
async function runStream<C extends EventContract>(
  delivery: SourceDelivery<C>,
  records: readonly KinesisStreamRecord[],
  common: Common,
): Promise<readonly string[]> {
  const isOrdered = delivery.ports.environment['ORDERED_BY'] === 'key';
  const { keys: remembered, rewinds } = await readGroupMemory(delivery.place);
  const streaming: StreamDelivery<C> = { ...delivery, isOrdered, remembered, rewinds };
  const [lowest] = await runBatch<StreamMessage>({
    ...common,
    records: records.map((record) => readStreamRecord(record, { isOrdered })),
    laneOf: ({ key }) => key,
    handle: (message) => deliverInOrder(streaming, message),
    shared: async (_, outcome) => {
      if (outcome === 'done') delivery.counts.add('Duplicates');
    },
    left: async () => {},
  });
  return lowest ? [lowest.sequenceNumber] : [];
}
