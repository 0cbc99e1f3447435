import { GetMetricDataCommand, type MetricDataQuery } from '@aws-sdk/client-cloudwatch';
import type { Clients } from '../clients.ts';
import { queueName } from '../dead-letters/dead-letter.ts';
import { queueDepth } from '../status/status.ts';
import type { ConsumerDescription, System } from '../system.ts';
import { type MappingStatus, mappingOf } from './mapping.ts';

/** How far a consumer is behind. */
export interface ConsumerLag {
  readonly consumer: string;
  readonly on: readonly string[];
  readonly mapping: MappingStatus['state'];
  readonly visible: number;
  readonly inFlight: number;
  readonly delayed: number;
  /** Age of the oldest message that waits, as CloudWatch knew it last; it is up to two minutes late. Undefined where it knows none. */
  readonly oldestSeconds: number | undefined;
  /** Messages handled a minute, over the last five. */
  readonly handledPerMinute: number;
  /** When the queue would be empty at this rate, if nothing came; undefined where it is empty or nothing is handled. */
  readonly drainsInSeconds: number | undefined;
}

const WINDOW_MINUTES = 5;
const PERIOD_SECONDS = 60;

/** Queries that one call takes. @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html */
const QUERIES_MAX = 500;

/** Each consumer's lag, by name. */
export async function consumerLags(clients: Pick<Clients, 'sqs' | 'lambda' | 'cloudwatch'>, { consumers }: System, nowMs: number): Promise<ConsumerLag[]> {
  const figures = await queueFigures(clients, consumers, nowMs);
  return Promise.all(
    consumers.map(async (described, index) => {
      const { consumer, on, queueUrl, queueArn, functionName } = described;
      const [depth, mapping] = await Promise.all([queueDepth(clients.sqs, queueUrl), mappingOf(clients.lambda, queueArn, functionName)]);
      const { oldestSeconds, handledPerMinute } = figures[index] ?? { oldestSeconds: undefined, handledPerMinute: 0 };
      const waiting = depth.visible + depth.inFlight + depth.delayed;
      const drainsInSeconds = waiting > 0 && handledPerMinute > 0 ? Math.ceil((waiting / handledPerMinute) * 60) : undefined;
      return { consumer, on, mapping: mapping.state, ...depth, oldestSeconds: waiting === 0 ? undefined : oldestSeconds, handledPerMinute, drainsInSeconds };
    }),
  );
}

interface Figures {
  readonly oldestSeconds: number | undefined;
  readonly handledPerMinute: number;
}

async function queueFigures({ cloudwatch }: Pick<Clients, 'cloudwatch'>, consumers: readonly ConsumerDescription[], nowMs: number): Promise<Figures[]> {
  const queries = consumers.flatMap(({ queueUrl }, index) => [
    query(`a${index}`, { queueUrl, metric: 'ApproximateAgeOfOldestMessage', statistic: 'Maximum' }),
    query(`d${index}`, { queueUrl, metric: 'NumberOfMessagesDeleted', statistic: 'Sum' }),
  ]);
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
    oldestSeconds: values.get(`a${index}`)?.[0],
    handledPerMinute: Math.round(((values.get(`d${index}`) ?? []).reduce((sum, value) => sum + value, 0) / WINDOW_MINUTES) * 10) / 10,
  }));
}

function query(
  id: string,
  { queueUrl, metric, statistic }: { readonly queueUrl: string; readonly metric: string; readonly statistic: string },
): MetricDataQuery {
  const Metric = { Namespace: 'AWS/SQS', MetricName: metric, Dimensions: [{ Name: 'QueueName', Value: queueName(queueUrl) }] };
  return { Id: id, MetricStat: { Metric, Period: PERIOD_SECONDS, Stat: statistic } };
}
