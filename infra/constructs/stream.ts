import { CfnStream } from 'aws-cdk-lib/aws-kinesis';
import { Duration } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { ConsumerGroup, type ConsumerGroupProps } from './consumer-group.ts';
import type { DeadLetterIndex } from './dead-letter-index.ts';
import type { HandlerFunction } from './handler-function.ts';

/** @see https://docs.aws.amazon.com/kinesis/latest/APIReference/API_IncreaseStreamRetentionPeriod.html */
const RETENTION_MIN = Duration.hours(24);
const RETENTION_MAX = Duration.days(365);

/** What a stream is. */
export interface StreamProps {
  readonly deadLetterIndex: DeadLetterIndex;
  /** Shards, each of 1 MB or 1,000 records a second in and 2 MB a second out for all groups together; or `onDemand`, which follows the load. @default 2 shards */
  readonly capacity?: { readonly shards: number } | 'onDemand';
  /** How long records are kept, which is how far a group can be rewound. 24 hours to 365 days. @default 7 days */
  readonly retention?: Duration;
}

/**
 * The log: every event in the order of its entity (`partitionkey`), kept for a while, for groups that each read it at their own pace. The relays of all services feed it, beside the bus.
 * When to use it, and when the queue: docs/guides/streams.md.
 */
export class Stream extends Construct {
  readonly streamName: string;
  readonly streamArn: string;
  readonly retention: Duration;
  readonly deadLetterIndex: DeadLetterIndex;

  constructor(scope: Construct, id: string, { deadLetterIndex, capacity = { shards: 2 }, retention = Duration.days(7) }: StreamProps) {
    super(scope, id);
    const refuse = (problem: string): never => {
      throw new Error(`Stream (${this.node.path}): ${problem}`);
    };
    if (retention.toHours() < RETENTION_MIN.toHours() || retention.toHours() > RETENTION_MAX.toHours())
      refuse(`\`retention\` is ${retention.toHumanString()}; Kinesis keeps records for 24 hours to 365 days`);
    if (capacity !== 'onDemand' && (!Number.isInteger(capacity.shards) || capacity.shards < 1))
      refuse(`\`capacity.shards\` is ${capacity.shards}; a stream has at least one`);
    this.retention = retention;
    this.deadLetterIndex = deadLetterIndex;
    // The construct `Stream` of the CDK loads KMS and more; this is all of what it would make.
    const stream = new CfnStream(this, 'Stream', {
      retentionPeriodHours: retention.toHours(),
      streamEncryption: { encryptionType: 'KMS', keyId: 'alias/aws/kinesis' },
      ...(capacity === 'onDemand'
        ? { streamModeDetails: { streamMode: 'ON_DEMAND' } }
        : { shardCount: capacity.shards, streamModeDetails: { streamMode: 'PROVISIONED' } }),
    });
    this.streamName = stream.ref;
    this.streamArn = stream.attrArn;
    deadLetterIndex.letIndexerFetch(this.streamArn);
  }

  /**
   * Adds a consumer group, all of it in `scope`: mapping, function, dead-letter queue with a way back, alarms and grants.
   * @param name the group's name, once in the system, and the same in its `consumer({ name })`
   */
  consume(scope: Construct, name: string, props: Omit<ConsumerGroupProps, 'stream' | 'name'>): ConsumerGroup {
    return new ConsumerGroup(scope, `Consumer-${name}`, { ...props, stream: this, name });
  }

  /** Lets a relay put events. */
  allowFeeding(relay: HandlerFunction): void {
    relay.lambda.addEnvironment('STREAM_NAME', this.streamName);
    relay.allow(['kinesis:PutRecords'], this.streamArn);
  }

  /** Lets a function be mapped to the stream: Lambda reads it in the function's name. */
  allowReading(consumer: HandlerFunction): void {
    consumer.allow(
      [
        'kinesis:DescribeStream',
        'kinesis:DescribeStreamSummary',
        'kinesis:GetRecords',
        'kinesis:GetShardIterator',
        'kinesis:ListShards',
        'kinesis:ListStreams',
      ],
      this.streamArn,
    );
  }
}
