import { type CloudWatchClient, DescribeAlarmsCommand } from '@aws-sdk/client-cloudwatch';
import { GetQueueAttributesCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { Clients } from '../clients.ts';
import type { ConsumerDescription, System } from '../system.ts';

/** One consumer on the health screen. Counts are as exact as SQS counts. */
export interface ConsumerStatus {
  readonly consumer: string;
  readonly source: ConsumerDescription['source'];
  readonly on: readonly string[];
  readonly visible: number;
  readonly inFlight: number;
  readonly delayed: number;
  readonly deadLetters: number;
  readonly ruleDeadLetters: number;
  /** State of the alarm on the dead-letter queue's depth. */
  readonly alarm: 'OK' | 'ALARM' | 'INSUFFICIENT_DATA' | 'unknown';
}

/** Events that the bus dead-lettered because no subscription can match them. */
export interface BusStatus {
  readonly deadLetters: number;
  readonly alarm: ConsumerStatus['alarm'];
}

export interface QueueDepth {
  readonly visible: number;
  readonly inFlight: number;
  readonly delayed: number;
}

/** How many messages a queue holds, by state. */
export async function queueDepth(sqs: SQSClient, queueUrl: string): Promise<QueueDepth> {
  const { Attributes: attributes = {} } = await sqs.send(
    new GetQueueAttributesCommand({
      QueueUrl: queueUrl,
      AttributeNames: ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible', 'ApproximateNumberOfMessagesDelayed'],
    }),
  );
  return {
    visible: Number(attributes.ApproximateNumberOfMessages ?? 0),
    inFlight: Number(attributes.ApproximateNumberOfMessagesNotVisible ?? 0),
    delayed: Number(attributes.ApproximateNumberOfMessagesDelayed ?? 0),
  };
}

const NOTHING: QueueDepth = { visible: 0, inFlight: 0, delayed: 0 };

/** Everything in a queue, whatever its state. */
export const depthTotal = ({ visible, inFlight, delayed }: QueueDepth): number => visible + inFlight + delayed;

/** Alarms that one call describes at most. */
const ALARMS_A_CALL = 100;

async function alarmStates(cloudwatch: CloudWatchClient, names: readonly string[]): Promise<Map<string, string>> {
  const states = new Map<string, string>();
  for (let start = 0; start < names.length; start += ALARMS_A_CALL) {
    const answer = await cloudwatch.send(new DescribeAlarmsCommand({ AlarmNames: names.slice(start, start + ALARMS_A_CALL), MaxRecords: ALARMS_A_CALL }));
    for (const alarm of answer.MetricAlarms ?? []) states.set(alarm.AlarmName ?? '', alarm.StateValue ?? 'unknown');
  }
  return states;
}

/** The health of every consumer and of the bus: what waits, what failed, whether the alarm has gone off. */
export async function systemStatus(clients: Clients, { consumers, bus }: System): Promise<{ consumers: ConsumerStatus[]; bus: BusStatus }> {
  const alarms = await alarmStates(
    clients.cloudwatch,
    [...consumers, bus].map(({ alarmName }) => alarmName),
  );
  const [statuses, deadLetters] = await Promise.all([
    Promise.all(consumers.map((consumer) => consumerStatus(clients.sqs, consumer, alarms))),
    queueDepth(clients.sqs, bus.deadLetterQueueUrl),
  ]);
  return { consumers: statuses, bus: { deadLetters: depthTotal(deadLetters), alarm: stateOf(alarms, bus) } };
}

function stateOf(alarms: ReadonlyMap<string, string>, { alarmName }: { readonly alarmName: string }): ConsumerStatus['alarm'] {
  return (alarms.get(alarmName) ?? 'unknown') as ConsumerStatus['alarm'];
}

async function consumerStatus(sqs: SQSClient, consumer: ConsumerDescription, alarms: ReadonlyMap<string, string>): Promise<ConsumerStatus> {
  const [depth, deadLetters, ruleDeadLetters] = await Promise.all([
    queueDepth(sqs, consumer.queueUrl),
    queueDepth(sqs, consumer.deadLetterQueueUrl),
    consumer.ruleDeadLetterQueueUrl === undefined ? NOTHING : queueDepth(sqs, consumer.ruleDeadLetterQueueUrl),
  ]);
  return {
    consumer: consumer.consumer,
    source: consumer.source,
    on: consumer.on,
    ...depth,
    deadLetters: depthTotal(deadLetters),
    ruleDeadLetters: depthTotal(ruleDeadLetters),
    alarm: stateOf(alarms, consumer),
  };
}
