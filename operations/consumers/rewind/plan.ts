import { createHash } from 'node:crypto';
import { GetMetricStatisticsCommand } from '@aws-sdk/client-cloudwatch';
import type { EventSourceMappingConfiguration } from '@aws-sdk/client-lambda';
import type { Clients } from '../../clients.ts';
import { PRICES } from '../../guarantees/prices.ts';
import { findConsumer } from '../../redrive/plan.ts';
import type { ReplayMode } from '../../replays/plan.ts';
import type { ConsumerDescription, GroupDescription, System } from '../../system.ts';
import { groupLag } from '../group-lag.ts';
import { findMapping } from '../mapping.ts';
import { positionOf, type RewindPosition, RewindRefusedError, type StreamFacts, streamFacts } from './position.ts';
import { lookAtShards, type ShardRewind } from './shards.ts';

/** What is to be rewound. */
export interface RewindRequest {
  readonly consumer: string;
  /** `trim-horizon`, ISO 8601, so long ago (`90m`), or a sequence number. */
  readonly to: string;
  readonly mode: ReplayMode;
}

/** A rewind that has been thought through. Nothing has been changed. */
export interface RewindPlan {
  /** Made of what is in the plan. With the moment of its start it names the rewind. */
  readonly id: string;
  readonly consumer: string;
  readonly mode: ReplayMode;
  readonly stream: string;
  readonly position: RewindPosition;
  /** State of the group's mapping. */
  readonly mapping: string;
  readonly shards: readonly ShardRewind[];
  readonly records: number;
  /** Of the group's event types. */
  readonly events: number;
  /** Whether all records were counted; else there are more. */
  readonly isWhole: boolean;
  /** What was asked for and is not in the stream any more. */
  readonly lost: { readonly from: string; readonly until: string } | undefined;
  /** How long it takes at the pace of the last day; undefined where the group had nothing to do in it. */
  readonly seconds: number | undefined;
  /** List price of the invocations, in US dollars; undefined where nobody knows how long one takes. */
  readonly usd: string | undefined;
  readonly pricesAsOf: string;
  readonly warnings: readonly string[];
}

/** What a plan rests on. */
export interface PlannedRewind {
  readonly plan: RewindPlan;
  readonly consumer: ConsumerDescription & { readonly group: GroupDescription };
  readonly found: EventSourceMappingConfiguration | undefined;
}

export interface Pace {
  nowMs(): number;
  wait(ms: number): Promise<void>;
}

/** The group of that name. @throws {RewindRefusedError} where it is none */
export function findGroup(system: System, name: string): PlannedRewind['consumer'] {
  const consumer = findConsumer(system, name);
  const { group } = consumer;
  if (!group)
    throw new RewindRefusedError(
      `${name} takes its events from a queue, which has no past: \`tickertape replay start --only ${name}\` brings them from the archive`,
    );
  return { ...consumer, group };
}

/** Plans a rewind: what the group would be given again, from each shard, how long it takes and what it costs. Changes nothing. @throws {RewindRefusedError} */
export async function planRewind(clients: Clients, system: System, { consumer: name, to, mode }: RewindRequest, pace: Pace): Promise<PlannedRewind> {
  const nowMs = pace.nowMs();
  const consumer = findGroup(system, name);
  const { group } = consumer;
  const [stream, found, { parkedKeys }] = await Promise.all([
    streamFacts(clients.kinesis, group.streamArn, nowMs),
    findMapping(clients.lambda, group.streamArn, consumer.functionName),
    groupLag(clients, consumer, { group, ageSeconds: undefined }),
  ]);
  if (parkedKeys > 0)
    throw new RewindRefusedError(
      `${name} has ${parkedKeys} parked ${parkedKeys === 1 ? 'key' : 'keys'}, whose records would wait behind themselves: \`tickertape dlq redrive ${name}\` first`,
    );
  const position = await positionOf(clients.kinesis, { to, stream, nowMs });
  const shards = await lookAtShards({ kinesis: clients.kinesis, stream, position, on: consumer.on, wait: (ms) => pace.wait(ms) });
  const [records, events] = [sumOf(shards.map((shard) => shard.records)), sumOf(shards.map((shard) => shard.events))];
  const estimate = await estimateOf(clients, { consumer, found, events, shards: shards.filter((shard) => shard.events > 0).length, nowMs });
  const lost = lostWindow(position, stream);
  const plan: RewindPlan = {
    id: `w_${createHash('sha256')
      .update(JSON.stringify([name, position, mode, group.streamArn]))
      .digest('hex')
      .slice(0, 10)}`,
    consumer: name,
    mode,
    stream: group.streamArn.slice(group.streamArn.indexOf('/') + 1),
    position,
    mapping: found?.State ?? 'missing',
    shards,
    records,
    events,
    isWhole: shards.every((shard) => shard.isWhole),
    lost,
    ...estimate,
    pricesAsOf: `${PRICES.region} ${PRICES.asOf}`,
    warnings: warningsOf({ mode, stream, lost, found, position, nowMs }),
  };
  return { plan, consumer, found };
}

const sumOf = (numbers: readonly number[]): number => numbers.reduce((sum, number) => sum + number, 0);

/** What is asked for and was forgotten. Before the stream was made there was nothing to forget. */
function lostWindow(position: RewindPosition, { horizonMs, createdMs }: StreamFacts): RewindPlan['lost'] {
  if (position.type === 'TRIM_HORIZON') return undefined;
  const fromMs = Math.max(position.seconds * 1000, createdMs);
  return fromMs < horizonMs ? { from: new Date(fromMs).toISOString(), until: new Date(horizonMs).toISOString() } : undefined;
}

const MEANING: Readonly<Record<ReplayMode, string>> = {
  reprocess:
    'Each event has its effects once more, if the group declares `reprocess` or `rebuild`. If it declares `skip`, only what it never handled is handled.',
  rebuild: 'Each event is handled once more if the group declares `rebuild`. Else only what it never handled is handled.',
  shadow:
    'Nothing is written or sent for what was handled before: it is compared, `tickertape replay status <rewind> --differences`. New events wait behind it.',
};

function warningsOf({
  mode,
  stream,
  lost,
  found,
  position,
  nowMs,
}: {
  readonly mode: ReplayMode;
  readonly stream: StreamFacts;
  readonly lost: RewindPlan['lost'];
  readonly found: EventSourceMappingConfiguration | undefined;
  readonly position: RewindPosition;
  readonly nowMs: number;
}): string[] {
  const warnings = [
    MEANING[mode],
    'The mapping is deleted and made again, for AWS cannot move one: it gets another id, and CloudFormation does not know of it (docs/guides/replay.md).',
  ];
  if (lost)
    warnings.push(
      `LOST: what came from ${lost.from} to ${lost.until} is not in the stream any more, which keeps ${stream.retentionHours} hours. The archive of the bus may have it.`,
    );
  else if (position.type === 'TRIM_HORIZON' && stream.createdMs < stream.horizonMs)
    warnings.push(`The stream keeps ${stream.retentionHours} hours: what came before ${new Date(stream.horizonMs).toISOString()} is not in it.`);
  const ageMax = found?.MaximumRecordAgeInSeconds ?? -1;
  const beginMs = position.type === 'TRIM_HORIZON' ? Math.max(stream.horizonMs, stream.createdMs) : position.seconds * 1000;
  if (ageMax > 0 && beginMs < nowMs - ageMax * 1000)
    warnings.push(
      `Lambda gives up records that are older than ${Math.floor(ageMax / 60)} minutes, as the mapping says: those come into the dead-letter queue.`,
    );
  return warnings;
}

const DAY_MS = 86_400_000;

/** How long and how dear: the function's mean duration of the last day, for each batch. */
async function estimateOf(
  { cloudwatch }: Pick<Clients, 'cloudwatch'>,
  {
    consumer,
    found,
    events,
    shards,
    nowMs,
  }: {
    readonly consumer: ConsumerDescription;
    readonly found: EventSourceMappingConfiguration | undefined;
    readonly events: number;
    readonly shards: number;
    readonly nowMs: number;
  },
): Promise<Pick<RewindPlan, 'seconds' | 'usd'>> {
  const { Datapoints: [point] = [] } = await cloudwatch.send(
    new GetMetricStatisticsCommand({
      Namespace: 'AWS/Lambda',
      MetricName: 'Duration',
      Dimensions: [{ Name: 'FunctionName', Value: consumer.functionName }],
      StartTime: new Date(nowMs - DAY_MS),
      EndTime: new Date(nowMs),
      Period: DAY_MS / 1000,
      Statistics: ['Average'],
    }),
  );
  if (events === 0) return { seconds: 0, usd: '0.00' };
  if (point?.Average === undefined) return { seconds: undefined, usd: undefined };
  const invocations = Math.ceil(events / (found?.BatchSize ?? 100));
  const atOnce = Math.max(1, shards) * (found?.ParallelizationFactor ?? 1);
  const usd = (invocations * PRICES.lambdaRequestsPerMillion) / 1_000_000 + ((invocations * point.Average) / 1000) * MEMORY_GB * PRICES.lambdaGbSecondArm;
  return { seconds: Math.ceil((invocations * point.Average) / 1000 / atOnce), usd: usd.toFixed(usd < 0.01 ? 6 : 2) };
}

/** What a handler of ours has, unless its construct says otherwise. */
const MEMORY_GB = 0.5;
