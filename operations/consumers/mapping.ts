import {
  type EventSourceMappingConfiguration,
  GetEventSourceMappingCommand,
  type LambdaClient,
  ListEventSourceMappingsCommand,
  UpdateEventSourceMappingCommand,
} from '@aws-sdk/client-lambda';
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
}

/** The consumer has no event source mapping that could be paused. */
export class NoMappingError extends Error {
  constructor(consumer: string) {
    super(`No event source mapping brings events to ${consumer}`);
    this.name = 'NoMappingError';
  }
}

async function find(lambda: LambdaClient, sourceArn: string, functionName?: string): Promise<EventSourceMappingConfiguration | undefined> {
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
  return statusOf(await find(lambda, sourceArn, functionName));
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
  lambda: LambdaClient,
  consumer: ConsumerDescription,
  { isEnabled, wait }: { readonly isEnabled: boolean; readonly wait: (ms: number) => Promise<void> },
): Promise<MappingStatus> {
  const found = await find(lambda, sourceArnOf(consumer), consumer.functionName);
  if (!found?.UUID) throw new NoMappingError(consumer.consumer);
  const target = isEnabled ? 'Enabled' : 'Disabled';
  if (found.State === target) return statusOf(found);
  let mapping: EventSourceMappingConfiguration = await lambda.send(new UpdateEventSourceMappingCommand({ UUID: found.UUID, Enabled: isEnabled }));
  for (let look = 0; look < LOOKS_MAX && mapping.State !== target; look += 1) {
    await wait(LOOK_EVERY_MS);
    mapping = await lambda.send(new GetEventSourceMappingCommand({ UUID: found.UUID }));
  }
  return statusOf(mapping);
}

/** A mapping of AWS takes up to a minute to change. */
const LOOKS_MAX = 60;
const LOOK_EVERY_MS = 1_000;
