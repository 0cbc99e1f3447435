import { DescribeStreamSummaryCommand } from '@aws-sdk/client-kinesis';
import {
  type EventSourceMappingConfiguration,
  GetEventSourceMappingCommand,
  type LambdaClient,
  ListEventSourceMappingsCommand,
  UpdateEventSourceMappingCommand,
} from '@aws-sdk/client-lambda';
import type { Clients } from '../clients.ts';
import { type ConsumerDescription, sourceArnOf } from '../system.ts';

/** The poller between a consumer's queue, or the stream, and its function. */
export interface MappingStatus {
  /** `missing`: there is none, so that nobody takes events for it. */
  readonly state: 'Enabled' | 'Disabled' | 'Enabling' | 'Disabling' | 'Creating' | 'Updating' | 'Deleting' | 'missing';
  readonly id: string | undefined;
  /** Why it is so, in Lambda's words. */
  readonly because: string | undefined;
  /** How its last poll ended, where Lambda says it. */
  readonly lastResult: string | undefined;
  /** Filter patterns of which one has to match; SQS messages that none matches are deleted unseen. */
  readonly filters: readonly string[];
  /** What a consumer group missed while it was paused for longer than the stream keeps records: ISO 8601. Said by who resumes it. */
  readonly lost?: { readonly from: string; readonly until: string } | undefined;
}

/** The consumer has no event source mapping that could be paused. */
export class NoMappingError extends Error {
  constructor(consumer: string) {
    super(`No event source mapping brings events to ${consumer}`);
    this.name = 'NoMappingError';
  }
}

/** The mapping between a source and a function, with all its settings; `undefined` where there is none. */
export async function findMapping(lambda: LambdaClient, sourceArn: string, functionName?: string): Promise<EventSourceMappingConfiguration | undefined> {
  const answer = await lambda.send(
    new ListEventSourceMappingsCommand({ EventSourceArn: sourceArn, ...(functionName !== undefined && { FunctionName: functionName }) }),
  );
  return answer.EventSourceMappings?.[0];
}

function statusOf(mapping: EventSourceMappingConfiguration | undefined): MappingStatus {
  return {
    state: (mapping?.State as MappingStatus['state'] | undefined) ?? 'missing',
    id: mapping?.UUID,
    because: mapping?.StateTransitionReason,
    lastResult: mapping?.LastProcessingResult,
    filters: (mapping?.FilterCriteria?.Filters ?? []).map(({ Pattern }) => Pattern ?? '{}'),
  };
}

/** The mapping on a queue or stream. */
export async function mappingOf(lambda: LambdaClient, sourceArn: string, functionName?: string): Promise<MappingStatus> {
  return statusOf(await findMapping(lambda, sourceArn, functionName));
}

/** The mapping of a consumer: of a consumer group the one that is its position in the stream. */
export const consumerMapping = (lambda: LambdaClient, consumer: ConsumerDescription): Promise<MappingStatus> =>
  mappingOf(lambda, sourceArnOf(consumer), consumer.functionName);

/**
 * Pauses or resumes a consumer: its event source mapping is disabled or enabled. Paused, messages wait in its queue, or records in the
 * stream, for as long as that keeps them. The change takes a moment; the
 * answer is the mapping as it stands after `look` has found it settled, or as it stands when `look` has given up.
 */
export async function setMapping(
  { lambda, kinesis }: Pick<Clients, 'lambda' | 'kinesis'>,
  consumer: ConsumerDescription,
  { isEnabled, wait, nowMs }: { readonly isEnabled: boolean; readonly wait: (ms: number) => Promise<void>; readonly nowMs: () => number },
): Promise<MappingStatus> {
  const found = await findMapping(lambda, sourceArnOf(consumer), consumer.functionName);
  if (!found?.UUID) throw new NoMappingError(consumer.consumer);
  const target = isEnabled ? 'Enabled' : 'Disabled';
  if (found.State === target) return statusOf(found);
  const lost =
    isEnabled && consumer.group ? await lostWindow(kinesis, { streamArn: consumer.group.streamArn, pausedAt: found.LastModified, nowMs: nowMs() }) : undefined;
  let mapping: EventSourceMappingConfiguration = await lambda.send(new UpdateEventSourceMappingCommand({ UUID: found.UUID, Enabled: isEnabled }));
  for (let look = 0; look < LOOKS_MAX && mapping.State !== target; look += 1) {
    await wait(LOOK_EVERY_MS);
    mapping = await lambda.send(new GetEventSourceMappingCommand({ UUID: found.UUID }));
  }
  return { ...statusOf(mapping), lost };
}

/** What the stream has forgotten since a group was paused: Lambda goes on at what is there, and does not say so. A mapping's last change is its pause. */
async function lostWindow(
  kinesis: Clients['kinesis'],
  { streamArn, pausedAt, nowMs }: { readonly streamArn: string; readonly pausedAt: Date | undefined; readonly nowMs: number },
): Promise<MappingStatus['lost']> {
  const { StreamDescriptionSummary: stream } = await kinesis.send(new DescribeStreamSummaryCommand({ StreamARN: streamArn }));
  const untilMs = nowMs - (stream?.RetentionPeriodHours ?? 0) * 3_600_000;
  return pausedAt !== undefined && pausedAt.getTime() < untilMs ? { from: pausedAt.toISOString(), until: new Date(untilMs).toISOString() } : undefined;
}

/** A mapping of AWS takes up to a minute to change. */
const LOOKS_MAX = 60;
const LOOK_EVERY_MS = 1_000;
