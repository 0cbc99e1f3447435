import type {
  CreateEventSourceMappingCommandInput,
  DeleteEventSourceMappingCommandInput,
  EventSourceMappingConfiguration,
  GetEventSourceMappingCommandInput,
  ListEventSourceMappingsCommandInput,
  ListEventSourceMappingsCommandOutput,
  UpdateEventSourceMappingCommandInput,
} from '@aws-sdk/client-lambda';
import { NotEmulated, refuseAllBut } from '../../../kernel/errors.ts';
import { mappingExists, mappingNotFound } from '../errors.ts';
import { checkMapping, sourceKind } from '../event-source-mapping/mapping-rules.ts';
import { putMapping, removeMapping } from '../event-source-mapping/mappings.ts';
import { functionArn, functionNamed, functionNameOf } from '../naming.ts';
import type { Lambda, MappingRecord, Plane } from '../state.ts';

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
  fixed: Pick<MappingRecord, 'uuid' | 'functionName' | 'sourceArn'>,
  previous?: MappingRecord,
): MappingRecord {
  const { kernel } = plane;
  const isQueue = sourceKind(fixed.sourceArn) === 'sqs';
  const position = input.StartingPosition ?? previous?.startingPosition;
  if (position === 'AT_TIMESTAMP') throw new NotEmulated('An event source mapping with StartingPosition AT_TIMESTAMP', 'lambda');
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
    startingPosition: position,
    parallelizationFactor: input.ParallelizationFactor ?? previous?.parallelizationFactor ?? 1,
    bisects: input.BisectBatchOnFunctionError ?? previous?.bisects ?? false,
    maximumRetryAttempts: input.MaximumRetryAttempts ?? previous?.maximumRetryAttempts ?? -1,
    maximumRecordAgeSeconds: input.MaximumRecordAgeInSeconds ?? previous?.maximumRecordAgeSeconds ?? -1,
    onFailure: input.DestinationConfig ? input.DestinationConfig.OnFailure?.Destination : previous?.onFailure,
    tumblingWindowSeconds: input.TumblingWindowInSeconds ?? previous?.tumblingWindowSeconds ?? 0,
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
    FunctionArn: functionArn(kernel, mapping.functionName),
    State: change ?? (mapping.isEnabled ? 'Enabled' : 'Disabled'),
    StateTransitionReason: 'USER_INITIATED',
    LastModified: new Date(mapping.lastModifiedMs),
    LastProcessingResult: state.runningMappings.get(mapping.uuid)?.lastResult ?? 'No records processed',
    BatchSize: mapping.batchSize,
    MaximumBatchingWindowInSeconds: mapping.windowSeconds,
    FunctionResponseTypes: mapping.reportsBatchItemFailures ? ['ReportBatchItemFailures'] : [],
    ...(mapping.patterns.length > 0 && { FilterCriteria: { Filters: mapping.patterns.map((Pattern) => ({ Pattern })) } }),
    ...(mapping.maximumConcurrency !== undefined && { ScalingConfig: { MaximumConcurrency: mapping.maximumConcurrency } }),
    ...(isStream && {
      ...(mapping.startingPosition && { StartingPosition: mapping.startingPosition }),
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
  if (!found) throw mappingNotFound();
  return found;
}

export function createEventSourceMapping(input: CreateEventSourceMappingCommandInput, context: Lambda): EventSourceMappingConfiguration {
  refuseAllBut(MEMBERS, input, { operation: 'CreateEventSourceMapping', page: 'lambda' });
  const { name: functionName } = functionNamed(context, input.FunctionName);
  const sourceArn = input.EventSourceArn ?? '';
  for (const mapping of context.state.mappings.values()) {
    if (mapping.functionName === functionName && mapping.sourceArn === sourceArn) throw mappingExists(sourceArn, functionName, mapping.uuid);
  }
  const mapping = mappingOf(context, input, { uuid: context.kernel.uuid(), functionName, sourceArn });
  putMapping(context, mapping);
  return wireMapping(context, mapping, 'Creating');
}

export function getEventSourceMapping(input: GetEventSourceMappingCommandInput, context: Lambda): EventSourceMappingConfiguration {
  return wireMapping(context, mappingWith(context, input.UUID));
}

export function updateEventSourceMapping(input: UpdateEventSourceMappingCommandInput, context: Lambda): EventSourceMappingConfiguration {
  refuseAllBut(MEMBERS, input, { operation: 'UpdateEventSourceMapping', page: 'lambda' });
  const previous = mappingWith(context, input.UUID);
  const functionName = input.FunctionName === undefined ? previous.functionName : functionNamed(context, input.FunctionName).name;
  const mapping = mappingOf(context, input, { uuid: previous.uuid, functionName, sourceArn: previous.sourceArn }, previous);
  putMapping(context, mapping);
  return wireMapping(context, mapping, 'Updating');
}

export function deleteEventSourceMapping(input: DeleteEventSourceMappingCommandInput, context: Lambda): EventSourceMappingConfiguration {
  const mapping = mappingWith(context, input.UUID);
  removeMapping(context, mapping.uuid);
  return wireMapping(context, mapping, 'Deleting');
}

export function listEventSourceMappings(input: ListEventSourceMappingsCommandInput, context: Lambda): Omit<ListEventSourceMappingsCommandOutput, '$metadata'> {
  const functionName = input.FunctionName === undefined ? undefined : functionNameOf(input.FunctionName);
  const found = [...context.state.mappings.values()]
    .filter(
      (mapping) => (functionName === undefined || mapping.functionName === functionName) && (input.EventSourceArn ?? mapping.sourceArn) === mapping.sourceArn,
    )
    .sort((a, b) => (a.uuid < b.uuid ? -1 : 1));
  const first = input.Marker === undefined ? 0 : found.findIndex(({ uuid }) => uuid > (input.Marker ?? ''));
  const page = first < 0 ? [] : found.slice(first, first + (input.MaxItems ?? 100));
  const last = page.at(-1);
  return {
    EventSourceMappings: page.map((mapping) => wireMapping(context, mapping)),
    ...(last && last !== found.at(-1) && { NextMarker: last.uuid }),
  };
}
