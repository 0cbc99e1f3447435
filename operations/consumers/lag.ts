import { GetMetricDataCommand, type MetricDataQuery } from '@aws-sdk/client-cloudwatch';
import type { Clients } from '../clients.ts';
import { queueName } from '../dead-letters/dead-letter.ts';
import { type QueueDepth, queueDepth } from '../status/status.ts';
import type { ConsumerDescription, System } from '../system.ts';
import { drainSeconds, type GroupLag, groupLag } from './group-lag.ts';
import { consumerMapping, type MappingStatus } from './mapping.ts';

/** How far a consumer is behind. Of a consumer group the counts are those of its queue, which brings what is redriven: nobody counts the records that wait in a stream. */
export interface ConsumerLag {
  readonly consumer: string;
  readonly source: ConsumerDescription['source'];
  readonly on: readonly string[];
  readonly mapping: MappingStatus['state'];
  readonly visible: number;
  readonly inFlight: number;
  readonly delayed: number;
  /**
   * Age of the oldest message that waits, or of the newest record that a group has handled (IteratorAge), as CloudWatch knew it last; it is up to two minutes late. Undefined where it knows
   * none.
   */
  readonly oldestSeconds: number | undefined;
  /** Messages handled a minute, over the last five; of a consumer group, batches. */
  readonly handledPerMinute: number;
  /** When it would have caught up at this rate, if nothing came; undefined where nothing waits or it gains nothing. */
  readonly drainsInSeconds: number | undefined;
  /** How far behind it may be, as its construct promises, and whether it is further; undefined where nothing was promised. */
  readonly sla: { readonly seconds: number; readonly isLate: boolean } | undefined;
  /** Of a consumer group. */
  readonly group: GroupLag | undefined;
}

const WINDOW_MINUTES = 5;
const PERIOD_SECONDS = 60;

/** Queries that one call takes. @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html */
const QUERIES_MAX = 500;

type LagClients = Pick<Clients, 'sqs' | 'lambda' | 'cloudwatch' | 'kinesis' | 'dynamodb'>;

/** Each consumer's lag, by name. */
export async function consumerLags(clients: LagClients, { consumers }: System, nowMs: number): Promise<ConsumerLag[]> {
  const figures = await figuresOf(clients, consumers, nowMs);
  return Promise.all(
    consumers.map(async (consumer, index) => {
      const [depth, mapping] = await Promise.all([queueDepth(clients.sqs, consumer.queueUrl), consumerMapping(clients.lambda, consumer)]);
      const { ages, handledPerMinute } = figures[index] ?? { ages: [], handledPerMinute: 0 };
      const common = { consumer: consumer.consumer, source: consumer.source, on: consumer.on, mapping: mapping.state, ...depth, handledPerMinute };
      if (!consumer.group) {
        const lag = queueLag(depth, { ages, handledPerMinute });
        return { ...common, ...lag, sla: slaOf(consumer, lag.oldestSeconds), group: undefined };
      }
      const ageSeconds = ages[0] === undefined ? undefined : Math.round(ages[0] / 1000);
      const group = await groupLag(clients, consumer, { group: consumer.group, ageSeconds });
      return { ...common, oldestSeconds: ageSeconds, drainsInSeconds: drainSeconds(ages, PERIOD_SECONDS), sla: slaOf(consumer, ageSeconds), group };
    }),
  );
}

const slaOf = ({ slaSeconds }: ConsumerDescription, ageSeconds: number | undefined): ConsumerLag['sla'] =>
  slaSeconds === undefined ? undefined : { seconds: slaSeconds, isLate: ageSeconds !== undefined && ageSeconds > slaSeconds };

/** Newest first. */
interface Figures {
  readonly ages: readonly number[];
  readonly handledPerMinute: number;
}

function queueLag({ visible, inFlight, delayed }: QueueDepth, { ages, handledPerMinute }: Figures): Pick<ConsumerLag, 'oldestSeconds' | 'drainsInSeconds'> {
  const waiting = visible + inFlight + delayed;
  const drainsInSeconds = waiting > 0 && handledPerMinute > 0 ? Math.ceil((waiting / handledPerMinute) * 60) : undefined;
  return { oldestSeconds: waiting === 0 ? undefined : ages[0], drainsInSeconds };
}

async function figuresOf({ cloudwatch }: Pick<Clients, 'cloudwatch'>, consumers: readonly ConsumerDescription[], nowMs: number): Promise<Figures[]> {
  const queries = consumers.flatMap((consumer, index) => queriesOf(consumer, index));
  const values = new Map<string, readonly number[]>();
  for (let start = 0; start < queries.length; start += QUERIES_MAX) {
    const answer = await cloudwatch.send(
      new GetMetricDataCommand({
        MetricDataQueries: queries.slice(start, start + QUERIES_MAX),
        StartTime: new Date(nowMs - WINDOW_MINUTES * 60_000),
        EndTime: new Date(nowMs),
        ScanBy: 'TimestampDescending',
      }),
    );
    for (const { Id, Values } of answer.MetricDataResults ?? []) values.set(Id ?? '', Values ?? []);
  }
  return consumers.map((_, index) => ({
    ages: values.get(`a${index}`) ?? [],
    handledPerMinute: Math.round(((values.get(`d${index}`) ?? []).reduce((sum, value) => sum + value, 0) / WINDOW_MINUTES) * 10) / 10,
  }));
}

function queriesOf({ queueUrl, functionName, group }: ConsumerDescription, index: number): MetricDataQuery[] {
  const ofFunction = { Namespace: 'AWS/Lambda', Dimensions: [{ Name: 'FunctionName', Value: functionName }] };
  const ofQueue = { Namespace: 'AWS/SQS', Dimensions: [{ Name: 'QueueName', Value: queueName(queueUrl) }] };
  const [from, age, handled] = group
    ? ([ofFunction, 'IteratorAge', 'Invocations'] as const)
    : ([ofQueue, 'ApproximateAgeOfOldestMessage', 'NumberOfMessagesDeleted'] as const);
  return [
    { Id: `a${index}`, MetricStat: { Metric: { ...from, MetricName: age }, Period: PERIOD_SECONDS, Stat: 'Maximum' } },
    { Id: `d${index}`, MetricStat: { Metric: { ...from, MetricName: handled }, Period: PERIOD_SECONDS, Stat: 'Sum' } },
  ];
}
