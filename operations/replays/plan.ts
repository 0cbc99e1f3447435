import { createHash } from 'node:crypto';
import { GetMetricStatisticsCommand } from '@aws-sdk/client-cloudwatch';
import type { Clients } from '../clients.ts';
import { ruleOf } from '../consumers/rule.ts';
import { durationMs } from '../dead-letters/filter/fields.ts';
import { PRICES } from '../guarantees/prices.ts';
import { findConsumer } from '../redrive/plan.ts';
import type { System } from '../system.ts';
import { type ArchiveStatus, findArchive } from './archives.ts';

/** What a replay is for: effects once more, read models once more, or a comparison without any effect. */
export type ReplayMode = 'reprocess' | 'rebuild' | 'shadow';

/** Every mode. */
export const REPLAY_MODES: readonly ReplayMode[] = ['reprocess', 'rebuild', 'shadow'];

/** What is to be replayed. Moments are ISO 8601, `now`, or so long ago: `90m`. */
export interface ReplayRequest {
  /** @default the bus's only archive */
  readonly archive?: string | undefined;
  readonly from: string;
  readonly to: string;
  /** @default reprocess */
  readonly mode?: ReplayMode | undefined;
  /** Only to these consumers; to every rule of the bus where absent. */
  readonly consumers?: readonly string[] | undefined;
}

/** A replay that has been thought through. */
export interface ReplayPlan {
  /** Made of what is in the plan: the same request has the same id. It names the replay. */
  readonly id: string;
  readonly archive: string;
  readonly archiveArn: string;
  readonly busArn: string;
  readonly from: string;
  readonly to: string;
  readonly consumers: readonly string[] | undefined;
  readonly mode: ReplayMode;
  /** ARNs of the rules that get events; all where absent. */
  readonly ruleArns: readonly string[] | undefined;
  readonly estimate: ReplayEstimate;
  /** What who starts it has to know. */
  readonly warnings: readonly string[];
}

/** How much a replay is about. */
export interface ReplayEstimate {
  readonly events: number;
  /** `metric`: counted by the archive's own rule, minute by minute. `share`: the window's part of the archive's time, as if events came evenly. */
  readonly basis: 'metric' | 'share';
  /** List price of replaying and of the queues' requests, in US dollars. */
  readonly usd: string;
  readonly pricesAsOf: string;
}

/** A window that no replay can have. */
export class ReplayWindowError extends Error {
  constructor(problem: string) {
    super(problem);
    this.name = 'ReplayWindowError';
  }
}

/** Events take up to so long to arrive in an archive. @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-archive.html */
const ARRIVAL_MS = 600_000;

/** A message is sent, received and deleted. */
const REQUESTS_PER_MESSAGE = 3;

/** Plans a replay: what would come again, to whom, at what price. Starts nothing. @throws {ReplayWindowError}, {NoSuchArchiveError} and {UnknownConsumerError} */
export async function planReplay(clients: Clients, system: System, request: ReplayRequest, nowMs: number): Promise<ReplayPlan> {
  const { fromMs, toMs } = windowOf(request, nowMs);
  const { mode = 'reprocess' } = request;
  if (!REPLAY_MODES.includes(mode)) throw new ReplayWindowError(`"${mode}" is no mode of a replay: ${REPLAY_MODES.join(', ')}`);
  const archive = await findArchive(clients.eventbridge, system, request.archive);
  const consumers = request.consumers && [...new Set(request.consumers)].sort();
  const groups = (consumers ?? []).filter((name) => findConsumer(system, name).group !== undefined);
  if (groups.length > 0)
    throw new ReplayWindowError(
      `${groups.join(', ')} ${groups.length === 1 ? 'reads' : 'read'} the stream, where no archive leads: \`tickertape consumers rewind ${groups[0]}\``,
    );
  const rules = consumers && (await Promise.all(consumers.map((name) => ruleOf(clients.eventbridge, system.busName, findConsumer(system, name)))));
  const missing = consumers?.filter((_, index) => rules?.[index] === undefined) ?? [];
  if (missing.length > 0)
    throw new ReplayWindowError(`${missing.join(', ')} ${missing.length === 1 ? 'has' : 'have'} no rule on the bus: nothing could be replayed there`);
  const ruleArns = rules?.map((rule) => rule?.arn ?? '');
  const { from, to } = { from: new Date(fromMs).toISOString(), to: new Date(toMs).toISOString() };
  const digest = createHash('sha256').update(JSON.stringify([archive.arn, from, to, ruleArns, mode]));
  const { events, basis } = await estimateOf(clients, { archive, system, fromMs, toMs, nowMs });
  const queues = consumers?.length ?? 1;
  const usd = (events * PRICES.eventsPerMillion + events * queues * REQUESTS_PER_MESSAGE * PRICES.sqsRequestsPerMillion) / 1_000_000;
  return {
    id: `r_${digest.digest('hex').slice(0, 10)}`,
    archive: archive.name,
    archiveArn: archive.arn,
    busArn: system.busArn,
    from,
    to,
    consumers,
    mode,
    ruleArns,
    estimate: { events, basis, usd: usd.toFixed(usd < 0.01 ? 6 : 2), pricesAsOf: `${PRICES.region} ${PRICES.asOf}` },
    warnings: warningsOf({ consumers, mode, toMs, nowMs, archive, fromMs }),
  };
}

/** A moment: `now`, so long ago (`90m`), or ISO 8601. */
function momentOf(text: string, nowMs: number): number {
  if (text === 'now') return nowMs;
  const agoMs = durationMs(text);
  const ms = agoMs === undefined ? Date.parse(text) : nowMs - agoMs;
  if (!Number.isFinite(ms)) throw new ReplayWindowError(`"${text}" is no moment, such as 2026-11-20T10:00:00Z, 90m (so long ago) or now`);
  return ms;
}

function windowOf({ from, to }: ReplayRequest, nowMs: number): { readonly fromMs: number; readonly toMs: number } {
  const [fromMs, toMs] = [momentOf(from, nowMs), momentOf(to, nowMs)];
  if (fromMs >= toMs) throw new ReplayWindowError(`The window ends (${to}) before it begins (${from})`);
  return { fromMs, toMs };
}

const MEANING: Readonly<Record<ReplayMode, string>> = {
  reprocess: 'A consumer that declares onReplay: skip does nothing; reprocess and rebuild do it again, once, with all effects.',
  rebuild: 'Consumers that declare onReplay: rebuild do it again, once; all others do nothing.',
  shadow: 'Nothing is written, published or sent: each consumer handles the events on a copy, and what differs from the first time is written down.',
};

function warningsOf({
  consumers,
  mode,
  toMs,
  fromMs,
  nowMs,
  archive,
}: {
  readonly consumers: readonly string[] | undefined;
  readonly mode: ReplayMode;
  readonly toMs: number;
  readonly fromMs: number;
  readonly nowMs: number;
  readonly archive: ArchiveStatus;
}): string[] {
  const warnings = [`Events come again marked with \`replay-name\`. ${MEANING[mode]}`, 'They come minute by minute, and within a minute in no order.'];
  if (consumers === undefined) warnings.push('They come to every rule of the bus, those of other systems included. `--only <consumer>` limits it.');
  if (toMs > nowMs - ARRIVAL_MS) warnings.push('The newest events may be missing: on AWS they take up to ten minutes to arrive in the archive.');
  if (archive.retentionDays > 0 && fromMs < nowMs - archive.retentionDays * 86_400_000)
    warnings.push(`The archive keeps ${archive.retentionDays} days: what is older is gone.`);
  if (fromMs < Date.parse(archive.createdAt)) warnings.push(`The archive exists since ${archive.createdAt}: what was before is not in it.`);
  return warnings;
}

const MINUTE_MS = 60_000;

/** Datapoints that one answer holds. @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricStatistics.html */
const DATAPOINTS_MAX = 1_440;

interface EstimateOptions {
  readonly archive: ArchiveStatus;
  readonly system: System;
  readonly fromMs: number;
  readonly toMs: number;
  readonly nowMs: number;
}

async function estimateOf(
  { cloudwatch }: Clients,
  { archive, system, fromMs, toMs, nowMs }: EstimateOptions,
): Promise<Pick<ReplayEstimate, 'events' | 'basis'>> {
  const minutes = Math.ceil((Math.min(toMs, nowMs) - fromMs) / MINUTE_MS);
  if (minutes <= 0) return { events: 0, basis: 'share' };
  const { Datapoints: points = [] } = await cloudwatch.send(
    new GetMetricStatisticsCommand({
      Namespace: 'AWS/Events',
      MetricName: 'MatchedEvents',
      Dimensions: [
        { Name: 'EventBusName', Value: system.busName },
        { Name: 'RuleName', Value: `Events-Archive-${archive.name}` },
      ],
      StartTime: new Date(Math.floor(fromMs / MINUTE_MS) * MINUTE_MS),
      EndTime: new Date(Math.ceil(toMs / MINUTE_MS) * MINUTE_MS),
      Period: Math.ceil(minutes / DATAPOINTS_MAX) * 60,
      Statistics: ['Sum'],
    }),
  );
  const counted = points.reduce((sum, { Sum }) => sum + (Sum ?? 0), 0);
  if (counted > 0) return { events: counted, basis: 'metric' };
  const bornMs = Math.max(Date.parse(archive.createdAt), archive.retentionDays > 0 ? nowMs - archive.retentionDays * 86_400_000 : 0);
  const overlapMs = Math.max(0, Math.min(toMs, nowMs) - Math.max(fromMs, bornMs));
  return { events: Math.round(archive.events * Math.min(1, overlapMs / Math.max(1, nowMs - bornMs))), basis: 'share' };
}
