import type { Clients } from '../clients.ts';
import { consumerMapping, type MappingStatus } from '../consumers/mapping.ts';
import { type ConsumerRule, ruleOf } from '../consumers/rule.ts';
import { queueName } from '../dead-letters/dead-letter.ts';
import { CONTRACTS } from '../flow/summary.ts';
import type { ConsumerDescription, System } from '../system.ts';

/** An event, the consumers that take it, and so on: the graph of the system. */
export interface Topology {
  readonly bus: string;
  readonly events: readonly TopologyEvent[];
  readonly consumers: readonly TopologyConsumer[];
}

export interface TopologyEvent {
  /** `OrderPlaced.v1` */
  readonly type: string;
  /** The context whose services publish it. */
  readonly context: string;
  /** Names of its consumers; empty: nobody is interested yet. */
  readonly consumers: readonly string[];
}

export interface TopologyConsumer {
  readonly consumer: string;
  readonly context: string;
  readonly on: readonly string[];
  readonly source: ConsumerDescription['source'];
  /** Undefined of a consumer group. */
  readonly rule: Pick<ConsumerRule, 'name' | 'isEnabled' | 'pattern'> | undefined;
  /** Of a consumer group the one that brings what is redriven. */
  readonly queue: string;
  /** The stream that a consumer group reads. */
  readonly stream: string | undefined;
  readonly deadLetterQueue: string;
  readonly mapping: MappingStatus['state'];
  readonly function: string;
  readonly table: string;
  /** Events that its context publishes: what it may cause. A template does not say which handler emits what. */
  readonly mayEmit: readonly string[];
}

/** `events` of `arn:aws:kinesis:eu-central-1:000000000000:stream/events`. */
const streamNameOf = (arn: string): string => arn.slice(arn.indexOf('/') + 1);

/** Reads how the system hangs together: events by the contracts, the rest by what is deployed. */
export async function readTopology(clients: Pick<Clients, 'eventbridge' | 'lambda'>, { busName, consumers }: System): Promise<Topology> {
  const published = [...CONTRACTS].filter(([, { kind }]) => kind === 'event').map(([type, { context }]) => ({ type, context }));
  const described = await Promise.all(
    consumers.map(async (consumer): Promise<TopologyConsumer> => {
      const [rule, mapping] = await Promise.all([
        consumer.group ? undefined : ruleOf(clients.eventbridge, busName, consumer),
        consumerMapping(clients.lambda, consumer),
      ]);
      return {
        consumer: consumer.consumer,
        context: consumer.context,
        source: consumer.source,
        on: consumer.on,
        rule: rule && { name: rule.name, isEnabled: rule.isEnabled, pattern: rule.pattern },
        queue: queueName(consumer.queueUrl),
        stream: consumer.group && streamNameOf(consumer.group.streamArn),
        deadLetterQueue: queueName(consumer.deadLetterQueueUrl),
        mapping: mapping.state,
        function: consumer.functionName,
        table: consumer.tableName,
        mayEmit: published.filter(({ context }) => context === consumer.context).map(({ type }) => type),
      };
    }),
  );
  const events = published.map(({ type, context }) => ({
    type,
    context,
    consumers: consumers.filter(({ on }) => on.includes(type)).map(({ consumer }) => consumer),
  }));
  return { bus: busName, events, consumers: described };
}
