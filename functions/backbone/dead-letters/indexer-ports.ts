import { KinesisClient } from '@aws-sdk/client-kinesis';
import { SSMClient } from '@aws-sdk/client-ssm';
import { lambdaQueuePorts, type QueuePorts } from '../delivery/queue.ts';
import { once, type Sender } from '../ports.ts';

/** The world of the indexer: queues, the index, and the parameters that say which queues there are. */
export interface IndexerPorts extends QueuePorts {
  readonly ssm: Sender;
  readonly kinesis: Sender;
}

const ssm = once(() => new SSMClient({}));
const kinesis = once(() => new KinesisClient({}));

/** The world of the indexer in Lambda. */
export const lambdaIndexerPorts: IndexerPorts = Object.defineProperties(Object.create(lambdaQueuePorts), {
  ssm: { get: () => ssm() },
  kinesis: { get: () => kinesis() },
}) as IndexerPorts;

/** A dead-letter queue, as its subscription writes about itself. The bus's own has no queue behind it: what lies there came to no consumer. */
export interface Subscription {
  readonly consumer: string;
  /** What it takes: `OrderPlaced.v1`. */
  readonly on?: readonly string[];
  readonly queueUrl?: string;
  readonly deadLetterQueueUrl: string;
  readonly alarmName: string;
  /** Of a consumer group of the stream: the alarm that goes off, and ends, whenever something was sent to the dead-letter queue. */
  readonly newLettersAlarmName?: string;
}
