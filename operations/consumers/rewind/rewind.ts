import {
  CreateEventSourceMappingCommand,
  type CreateEventSourceMappingCommandInput,
  DeleteEventSourceMappingCommand,
  type EventSourceMappingConfiguration,
  GetEventSourceMappingCommand,
  type LambdaClient,
  UpdateEventSourceMappingCommand,
} from '@aws-sdk/client-lambda';
import { GetParameterCommand, PutParameterCommand, type SSMClient } from '@aws-sdk/client-ssm';
import type { Clients } from '../../clients.ts';
import type { System } from '../../system.ts';
import { noteFinished, noteRewind, type RewindMemory, readRewinds } from './memory.ts';
import { findGroup, type Pace, type PlannedRewind, planRewind, type RewindPlan, type RewindRequest } from './plan.ts';
import { type RewindPosition, RewindRefusedError } from './position.ts';

/** What is done about what stands in the way. */
export interface RewindOptions {
  /** Stop the group if it runs. @default false: it is refused */
  readonly pause?: boolean | undefined;
  /** Begin with what is left where the stream has forgotten part of it. @default false: it is refused */
  readonly acceptLoss?: boolean | undefined;
}

/** A group that was rewound. */
export interface Rewound {
  /** Names it, and is its epoch in idempotency keys. */
  readonly id: string;
  readonly plan: RewindPlan;
  readonly mappingId: string;
  readonly mapping: string;
  /** Whether this went on with a rewind whose process had died, rather than begin one. */
  readonly isResumed: boolean;
}

/** The changes of a mapping take up to some minutes on AWS. */
const LOOKS_MAX = 300;
const LOOK_EVERY_MS = 1_000;

/**
 * Rewinds a consumer group: writes down the rewind, deletes the mapping, makes it again at the position, and corrects the group's parameter. The group runs after it if it ran before. No other group is touched,
 * for each has a mapping of its own. Where the process dies in between, the next rewind of the group finishes this one.
 * @throws {RewindRefusedError}
 */
export async function rewind(clients: Clients, system: System, request: RewindRequest & RewindOptions, pace: Pace): Promise<Rewound> {
  const group = findGroup(system, request.consumer);
  const known = await readRewinds(clients.dynamodb, group);
  const planned = await planRewind(clients, system, request, pace);
  if (!planned.found?.UUID) {
    const { unfinished } = known;
    if (!unfinished)
      throw new RewindRefusedError(`No event source mapping brings events to ${request.consumer}, and no rewind of it is unfinished: deploy the system again`);
    return finish(clients, planned, { mapping: unfinished, known, id: known.rewinds.at(-1)?.id ?? planned.plan.id, isResumed: true }, pace);
  }
  const { plan, found } = planned;
  const isActive = found.State !== 'Disabled';
  if (plan.lost && !request.acceptLoss)
    throw new RewindRefusedError(
      `What came from ${plan.lost.from} to ${plan.lost.until} is lost to ${plan.consumer}: the stream does not keep it so long. \`--accept-loss\` begins with what is left`,
    );
  if (isActive && !request.pause)
    throw new RewindRefusedError(
      `${plan.consumer} is active (${found.State}). \`--pause\` stops it for the rewind; \`tickertape consumers pause ${plan.consumer}\` stops it until you resume it`,
    );
  if (isActive) await stop(clients.lambda, planned.found.UUID, pace);
  const atMs = pace.nowMs();
  const id = `${plan.id}-${Math.floor(atMs / 1000)}`;
  const mapping = mappingAt(found, plan.position, { isEnabled: isActive });
  await noteRewind(clients.dynamodb, group, { entry: { id, mode: plan.mode, atMs }, known, mapping });
  await clients.lambda.send(new DeleteEventSourceMappingCommand({ UUID: planned.found.UUID }));
  await until(pace, async () => (await lookAt(clients.lambda, planned.found?.UUID)) === undefined, `the mapping of ${plan.consumer} is not deleted yet`);
  return finish(clients, planned, { mapping, known, id, isResumed: false }, pace);
}

interface Finish {
  readonly mapping: CreateEventSourceMappingCommandInput;
  readonly known: RewindMemory;
  readonly id: string;
  readonly isResumed: boolean;
}

async function finish(clients: Clients, { plan, consumer }: PlannedRewind, { mapping, id, isResumed }: Finish, pace: Pace): Promise<Rewound> {
  const made = await clients.lambda.send(new CreateEventSourceMappingCommand(mapping));
  const target = mapping.Enabled === false ? 'Disabled' : 'Enabled';
  let state = made.State;
  await until(
    pace,
    async () => {
      state = (await lookAt(clients.lambda, made.UUID))?.State;
      return state === target;
    },
    `the new mapping of ${plan.consumer} is not ${target} yet`,
  );
  await correctParameter(clients.ssm, consumer.consumer, made.UUID ?? '');
  await noteFinished(clients.dynamodb, consumer);
  return { id, plan, mappingId: made.UUID ?? '', mapping: state ?? 'unknown', isResumed };
}

async function stop(lambda: LambdaClient, UUID: string, pace: Pace): Promise<void> {
  await lambda.send(new UpdateEventSourceMappingCommand({ UUID, Enabled: false }));
  await until(pace, async () => (await lookAt(lambda, UUID))?.State === 'Disabled', 'the group does not stop');
}

async function lookAt(lambda: LambdaClient, UUID: string | undefined): Promise<EventSourceMappingConfiguration | undefined> {
  try {
    return await lambda.send(new GetEventSourceMappingCommand({ UUID }));
  } catch (error) {
    if ((error as Error).name === 'ResourceNotFoundException') return undefined;
    throw error;
  }
}

async function until({ wait }: Pace, isSo: () => Promise<boolean>, problem: string): Promise<void> {
  for (let look = 0; look < LOOKS_MAX; look += 1) {
    if (await isSo()) return;
    await wait(LOOK_EVERY_MS);
  }
  throw new Error(`After ${LOOKS_MAX} looks ${problem}. Rewind it again: what was begun is finished`);
}

/** The same mapping at another position. */
function mappingAt(
  found: EventSourceMappingConfiguration,
  position: RewindPosition,
  { isEnabled }: { readonly isEnabled: boolean },
): CreateEventSourceMappingCommandInput {
  const { BatchSize, ParallelizationFactor, MaximumBatchingWindowInSeconds, BisectBatchOnFunctionError, MaximumRetryAttempts } = found;
  const { MaximumRecordAgeInSeconds, FunctionResponseTypes, FilterCriteria, DestinationConfig, TumblingWindowInSeconds } = found;
  return {
    EventSourceArn: found.EventSourceArn,
    FunctionName: found.FunctionArn,
    Enabled: isEnabled,
    StartingPosition: position.type,
    ...(position.type === 'AT_TIMESTAMP' && { StartingPositionTimestamp: new Date(position.seconds * 1000) }),
    BatchSize,
    ParallelizationFactor,
    MaximumBatchingWindowInSeconds,
    BisectBatchOnFunctionError,
    MaximumRetryAttempts,
    MaximumRecordAgeInSeconds,
    FunctionResponseTypes,
    ...(FilterCriteria && { FilterCriteria }),
    ...(DestinationConfig?.OnFailure?.Destination !== undefined && { DestinationConfig }),
    ...(TumblingWindowInSeconds && { TumblingWindowInSeconds }),
  };
}

/** The parameter names the mapping, which is another one now. */
async function correctParameter(ssm: SSMClient, consumer: string, mappingId: string): Promise<void> {
  const Name = `/tickertape/consumers/${consumer}`;
  const { Parameter } = await ssm.send(new GetParameterCommand({ Name }));
  const Value = JSON.stringify({ ...(JSON.parse(Parameter?.Value ?? '{}') as object), mappingId });
  await ssm.send(new PutParameterCommand({ Name, Value, Type: 'String', Overwrite: true }));
}
