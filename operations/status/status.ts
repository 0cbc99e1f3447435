import { type CloudWatchClient, DescribeAlarmsCommand } from '@aws-sdk/client-cloudwatch';
import { GetQueueAttributesCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { Clients } from '../clients.ts';
import type { ConsumerDescription, System } from '../system.ts';

/** One consumer on the health screen. Counts are as exact as SQS counts. */
export interface ConsumerStatus {
  readonly consumer: string;
  readonly on: readonly string[];
  readonly visible: number;
  readonly inFlight: number;
  readonly delayed: number;
  readonly deadLetters: number;
  readonly ruleDeadLetters: number;
  /** State of the alarm on the dead-letter queue's depth. */
  readonly alarm: 'OK' | 'ALARM' | 'INSUFFICIENT_DATA' | 'unknown';
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

/** The health of every consumer: what waits, what failed, whether its alarm has gone off. */
export async function consumerStatuses(clients: Clients, system: System): Promise<ConsumerStatus[]> {
  const alarms = await alarmStates(
    clients.cloudwatch,
    system.consumers.map(({ alarmName }) => alarmName),
  );
  return Promise.all(system.consumers.map((consumer) => consumerStatus(clients.sqs, consumer, alarms)));
}

async function consumerStatus(sqs: SQSClient, consumer: ConsumerDescription, alarms: ReadonlyMap<string, string>): Promise<ConsumerStatus> {
  const [depth, deadLetters, ruleDeadLetters] = await Promise.all([
    queueDepth(sqs, consumer.queueUrl),
    queueDepth(sqs, consumer.deadLetterQueueUrl),
    queueDepth(sqs, consumer.ruleDeadLetterQueueUrl),
  ]);
  return {
    consumer: consumer.consumer,
    on: consumer.on,
    ...depth,
    deadLetters: depthTotal(deadLetters),
    ruleDeadLetters: depthTotal(ruleDeadLetters),
    alarm: (alarms.get(consumer.alarmName) ?? 'unknown') as ConsumerStatus['alarm'],
  };
}
