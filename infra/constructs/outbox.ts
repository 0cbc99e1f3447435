import { EventSourceMapping, FilterCriteria, StartingPosition } from 'aws-cdk-lib/aws-lambda';
import { Duration, Validations } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import type { EventBus } from './event-bus.ts';
import { HandlerFunction } from './handler-function.ts';
import { physicalName } from './naming.ts';
import { deadLetterQueue } from './queue.ts';
import type { ServiceTable } from './service-table.ts';
import type { Stream } from './stream.ts';

const HANDLER = 'functions/backbone/outbox-relay.handler.ts';

/**
 * Retries of a batch before its commits are given up to the on-failure queue. Retries back off to about a minute, so that an outage of an hour is sat out,
 * while one commit that can never be published holds up the shard for no longer. Nothing is lost: the commit record still holds the events.
 */
const RETRIES_MAX = 60;

/** What an outbox needs. */
export interface OutboxProps {
  /** Bounded context whose commits are published. */
  readonly context: string;
  readonly table: ServiceTable;
  readonly bus: EventBus;
  /** The log that is fed beside the bus. @default none */
  readonly stream?: Stream;
  /** Batches of one shard at the same time. @default 1 */
  readonly parallelizationFactor?: number;
}

/**
 * Publishes the events of each commit: a relay function on the table's stream. It sees commit records and the tips of event-sourced aggregates only, from the first one on. Deletions by time-to-live have no
 * new image and do not match the filter.
 */
export class Outbox extends Construct {
  constructor(scope: Construct, id: string, { context, table, bus, stream, parallelizationFactor = 1 }: OutboxProps) {
    super(scope, id);
    const relay = new HandlerFunction(this, 'Relay', {
      handler: HANDLER,
      name: `${context}-relay`,
      context,
      timeout: Duration.seconds(30),
      environment: { EVENT_BUS_NAME: bus.busName },
    });
    relay.lambda.addEnvironment('TABLE_NAME', table.tableName);
    relay.allow(['events:PutEvents'], bus.busArn);
    stream?.allowFeeding(relay);
    relay.allow(['dynamodb:GetItem', 'dynamodb:UpdateItem'], table.tableArn);
    relay.allow(['dynamodb:DescribeStream', 'dynamodb:GetRecords', 'dynamodb:GetShardIterator'], table.streamArn);
    relay.allow(['dynamodb:ListStreams'], '*');
    Validations.of(relay).acknowledge({
      id: 'AwsSolutions-IAM5[Resource::*]',
      reason: 'ListStreams, which Lambda requires of the role of a stream mapping, cannot be limited to a resource.',
    });

    const name = physicalName(this, { kind: 'outbox', name: `${context}-relay-failures` });
    const { queue } = deadLetterQueue(this, 'Failures', {
      name,
      holds: `positions in the stream of ${context} whose commits could not be published`,
      advice: "The commit records in the table still hold the events; the relay's log says why.",
    });
    relay.allow(['sqs:SendMessage'], queue.queueArn);
    new EventSourceMapping(this, 'Mapping', {
      target: relay.lambda,
      eventSourceArn: table.streamArn,
      startingPosition: StartingPosition.TRIM_HORIZON,
      batchSize: 100,
      parallelizationFactor,
      bisectBatchOnError: true,
      retryAttempts: RETRIES_MAX,
      reportBatchItemFailures: true,
      // No `eventName`: a commit in lease mode completes by a change of its record.
      filters: [FilterCriteria.filter({ dynamodb: { NewImage: { entity: { S: ['COMMIT', 'TIP'] } } } })],
      onFailure: { bind: () => ({ destination: queue.queueArn }) },
    });
  }
}
