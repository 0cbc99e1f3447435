import type { Context, DynamoDBBatchResponse, DynamoDBStreamEvent } from 'aws-lambda';
import { lambdaRelayPorts } from './outbox/announce.ts';
import { relay } from './outbox/relay.ts';
import { counted } from './telemetry/invocation.ts';

/** The relay of a service's outbox: on the stream of its table, it publishes the events of each commit to the bus, and feeds the log. */
export const handler: (event: DynamoDBStreamEvent, context: Context) => Promise<DynamoDBBatchResponse> = counted('outbox-relay', (event, context, counts) =>
  relay(
    lambdaRelayPorts(() => context.getRemainingTimeInMillis()),
    event,
    counts,
  ),
);
