import type {
  CreateEventSourceMappingCommandInput,
  DeleteEventSourceMappingCommandInput,
  EventSourceMappingConfiguration,
  GetEventSourceMappingCommandInput,
  ListEventSourceMappingsCommandInput,
  ListEventSourceMappingsCommandOutput,
  UpdateEventSourceMappingCommandInput,
} from '@aws-sdk/client-lambda';
import { refuseAllBut } from '../../../kernel/errors.ts';
import { invalidParameter, mappingExists, resourceNotFound } from '../errors.ts';
import { checkMapping, sourceKind } from '../event-source-mapping/mapping-rules.ts';
import { putMapping, removeMapping } from '../event-source-mapping/mappings.ts';
import { checkStreamExists } from '../event-source-mapping/source-exists.ts';
import { findQualified, functionArn, functionNameOf } from '../naming.ts';
import type { MappingRecord } from '../records.ts';
import { keyOf, type Lambda, type Plane } from '../state.ts';
import { pageOf } from './page.ts';

const MEMBERS = [
  'UUID',
  'FunctionName',
  'EventSourceArn',
  'Enabled',
  'BatchSize',
  'MaximumBatchingWindowInSeconds',
  'FilterCriteria',
  'FunctionResponseTypes',
  'ScalingConfig',
  'StartingPosition',
  'StartingPositionTimestamp',
  'ParallelizationFactor',
  'BisectBatchOnFunctionError',
  'MaximumRetryAttempts',
  'MaximumRecordAgeInSeconds',
  'DestinationConfig',
  'TumblingWindowInSeconds',
  'Tags',
];

type Input = Omit<CreateEventSourceMappingCommandInput, 'FunctionName' | 'EventSourceArn'>;

/** A mapping from an input; what it leaves out stays as it was, or is AWS's default. */
export function mappingOf(
  plane: Plane,
  input: Input,
  fixed: Pick<MappingRecord, 'uuid' | 'functionName' | 'qualifier' | 'sourceArn'>,
  previous?: MappingRecord,
): MappingRecord {
  const { kernel } = plane;
  const isQueue = sourceKind(fixed.sourceArn) === 'sqs';
  const position = input.StartingPosition ?? previous?.startingPosition;
  if (input.StartingPositionTimestamp !== undefined && position !== 'AT_TIMESTAMP')
    throw invalidParameter('StartingPositionTimestamp needs the starting position AT_TIMESTAMP');
  const mapping: MappingRecord = {
    ...fixed,
    arn: kernel.arn('lambda', `event-source-mapping:${fixed.uuid}`),
    isEnabled: input.Enabled ?? previous?.isEnabled ?? true,
    batchSize: input.BatchSize ?? previous?.batchSize ?? (isQueue ? 10 : 100),
    windowSeconds: input.MaximumBatchingWindowInSeconds ?? previous?.windowSeconds ?? 0,
    patterns: input.FilterCriteria ? (input.FilterCriteria.Filters ?? []).map(({ Pattern = '' }) => Pattern) : (previous?.patterns ?? []),
    reportsBatchItemFailures: input.FunctionResponseTypes
      ? input.FunctionResponseTypes.includes('ReportBatchItemFailures')
      : (previous?.reportsBatchItemFailures ?? false),
    maximumConcurrency: input.ScalingConfig ? input.ScalingConfig.MaximumConcurrency : previous?.maximumConcurrency,
    startingPosition: position as MappingRecord['startingPosition'],
    startingTimestampMs: input.StartingPositionTimestamp?.getTime() ?? previous?.startingTimestampMs,
    parallelizationFactor: input.ParallelizationFactor ?? previous?.parallelizationFactor ?? 1,
    bisects: input.BisectBatchOnFunctionError ?? previous?.bisects ?? false,
    maximumRetryAttempts: input.MaximumRetryAttempts ?? previous?.maximumRetryAttempts ?? -1,
    maximumRecordAgeSeconds: input.MaximumRecordAgeInSeconds ?? previous?.maximumRecordAgeSeconds ?? -1,
    onFailure: input.DestinationConfig ? input.DestinationConfig.OnFailure?.Destination : previous?.onFailure,
    tumblingWindowSeconds: input.TumblingWindowInSeconds ?? previous?.tumblingWindowSeconds ?? 0,
    tags: input.Tags ?? previous?.tags ?? {},
    lastModifiedMs: kernel.nowMs(),
  };
  checkMapping(mapping);
  return mapping;
}

function wireMapping({ kernel, state }: Plane, mapping: MappingRecord, change?: string): EventSourceMappingConfiguration {
  const isStream = sourceKind(mapping.sourceArn) !== 'sqs';
  return {
    UUID: mapping.uuid,
    EventSourceMappingArn: mapping.arn,
    EventSourceArn: mapping.sourceArn,
    FunctionArn: keyOf(functionArn(kernel, mapping.functionName), mapping.qualifier),
    State: change ?? (mapping.isEnabled ? 'Enabled' : 'Disabled'),
    StateTransitionReason: isStream ? 'User action' : 'USER_INITIATED',
    LastModified: new Date(mapping.lastModifiedMs),
    // Queues have none. Recorded.
    ...(isStream && { LastProcessingResult: state.runningMappings.get(mapping.uuid)?.lastResult ?? 'No records processed' }),
    BatchSize: mapping.batchSize,
    MaximumBatchingWindowInSeconds: mapping.windowSeconds,
    FunctionResponseTypes: mapping.reportsBatchItemFailures ? ['ReportBatchItemFailures'] : [],
    ...(mapping.patterns.length > 0 && { FilterCriteria: { Filters: mapping.patterns.map((Pattern) => ({ Pattern })) } }),
    ...(mapping.maximumConcurrency !== undefined && { ScalingConfig: { MaximumConcurrency: mapping.maximumConcurrency } }),
    ...(isStream && {
      ...(mapping.startingPosition && { StartingPosition: mapping.startingPosition }),
      ...(mapping.startingTimestampMs !== undefined && { StartingPositionTimestamp: new Date(mapping.startingTimestampMs) }),
      ParallelizationFactor: mapping.parallelizationFactor,
      BisectBatchOnFunctionError: mapping.bisects,
      MaximumRetryAttempts: mapping.maximumRetryAttempts,
      MaximumRecordAgeInSeconds: mapping.maximumRecordAgeSeconds,
      TumblingWindowInSeconds: mapping.tumblingWindowSeconds,
      DestinationConfig: { OnFailure: mapping.onFailure === undefined ? {} : { Destination: mapping.onFailure } },
    }),
  };
}

function mappingWith({ state }: Plane, uuid: string | undefined): MappingRecord {
  const found = state.mappings.get(uuid ?? '');
  if (!found) throw resourceNotFound();
  return found;
}

/** The function, version or alias that a mapping invokes. */
export function mappedFunction(plane: Plane, text: string | undefined): Pick<MappingRecord, 'functionName' | 'qualifier'> {
  const named = functionNameOf(plane.kernel, text);
  const found = findQualified(plane, named);
  if (!found) throw invalidParameter('Function does not exist');
  return { functionName: named.name, qualifier: found.qualifier };
}

export async function createEventSourceMapping(input: CreateEventSourceMappingCommandInput, context: Lambda): Promise<EventSourceMappingConfiguration> {
  refuseAllBut(MEMBERS, input, { operation: 'CreateEventSourceMapping', page: 'lambda' });
  const { EventSourceArn: sourceArn } = input;
  if (sourceArn === undefined) throw invalidParameter('Unrecognized event source.');
  if (input.DestinationConfig?.OnSuccess) throw invalidParameter('Unsupported DestinationConfig parameter for given event source mapping type.');
  const named = mappedFunction(context, input.FunctionName);
  const mapping = mappingOf(context, input, { uuid: context.kernel.uuid(), ...named, sourceArn });
  await checkStreamExists(context, { sourceArn, cause: context.cause });
  for (const other of context.state.mappings.values()) {
    if (other.functionName === named.functionName && other.qualifier === named.qualifier && other.sourceArn === sourceArn) throw mappingExists(other);
  }
  putMapping(context, mapping);
  return wireMapping(context, mapping, mapping.isEnabled ? 'Creating' : 'Disabled');
}

export function getEventSourceMapping(input: GetEventSourceMappingCommandInput, context: Lambda): EventSourceMappingConfiguration {
  return wireMapping(context, mappingWith(context, input.UUID));
}

export function updateEventSourceMapping(input: UpdateEventSourceMappingCommandInput, context: Lambda): EventSourceMappingConfiguration {
  refuseAllBut(MEMBERS, input, { operation: 'UpdateEventSourceMapping', page: 'lambda' });
  const previous = mappingWith(context, input.UUID);
  const named = input.FunctionName === undefined ? previous : mappedFunction(context, input.FunctionName);
  const { functionName, qualifier } = named;
  const mapping = mappingOf(context, input, { uuid: previous.uuid, functionName, qualifier, sourceArn: previous.sourceArn }, previous);
  putMapping(context, mapping);
  const isSwitched = mapping.isEnabled !== previous.isEnabled;
  return wireMapping(context, mapping, isSwitched ? (mapping.isEnabled ? 'Enabling' : 'Disabling') : 'Updating');
}

export function deleteEventSourceMapping(input: DeleteEventSourceMappingCommandInput, context: Lambda): EventSourceMappingConfiguration {
  const mapping = mappingWith(context, input.UUID);
  removeMapping(context, mapping.uuid);
  return wireMapping(context, mapping, 'Deleting');
}

export function listEventSourceMappings(input: ListEventSourceMappingsCommandInput, context: Lambda): Omit<ListEventSourceMappingsCommandOutput, '$metadata'> {
  const named = input.FunctionName === undefined ? undefined : functionNameOf(context.kernel, input.FunctionName);
  const all = [...context.state.mappings.values()]
    .filter(
      ({ functionName, qualifier, sourceArn }) =>
        (named === undefined || (functionName === named.name && (named.qualifier === undefined || named.qualifier === qualifier))) &&
        (input.EventSourceArn ?? sourceArn) === sourceArn,
    )
    .sort((a, b) => (a.uuid < b.uuid ? -1 : 1));
  const { page, NextMarker } = pageOf(all, input, { keyOf: ({ uuid }) => uuid, most: 100 });
  return { EventSourceMappings: page.map((mapping) => wireMapping(context, mapping)), ...(NextMarker !== undefined && { NextMarker }) };
}
