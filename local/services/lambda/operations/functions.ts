import type {
  CreateFunctionCommandInput,
  DeleteFunctionCommandInput,
  FunctionConfiguration,
  GetFunctionCommandInput,
  GetFunctionCommandOutput,
  GetFunctionConfigurationCommandInput,
  ListFunctionsCommandInput,
  ListFunctionsCommandOutput,
  UpdateFunctionCodeCommandInput,
  UpdateFunctionConfigurationCommandInput,
} from '@aws-sdk/client-lambda';
import { NotEmulated, refuseAllBut } from '../../../kernel/errors.ts';
import { functionExists, invalidParameter } from '../errors.ts';
import { functionArn, functionNamed, functionNameOf } from '../naming.ts';
import { checkFunctionName, checkSettings } from '../rules.ts';
import { type FunctionContent, type FunctionRecord, type FunctionSettings, type Lambda, type Plane, putFunction, removeFunction } from '../state.ts';

type Output<T> = Omit<T, '$metadata'>;

/** Members of a function's configuration that are understood. */
const CONFIGURATION = [
  'FunctionName',
  'Runtime',
  'Handler',
  'Role',
  'Description',
  'Timeout',
  'MemorySize',
  'Environment',
  'DeadLetterConfig',
  'TracingConfig',
  'LoggingConfig',
] as const;

type Configurable = Pick<CreateFunctionCommandInput, Exclude<(typeof CONFIGURATION)[number], 'FunctionName'>>;

/** Settings from an input; what it leaves out stays as it was. */
export function settingsOf(name: string, input: Partial<Configurable>, previous?: FunctionSettings): FunctionSettings {
  return {
    runtime: input.Runtime ?? previous?.runtime ?? '',
    handler: input.Handler ?? previous?.handler ?? '',
    role: input.Role ?? previous?.role ?? '',
    description: input.Description ?? previous?.description ?? '',
    timeoutSeconds: input.Timeout ?? previous?.timeoutSeconds ?? 3,
    memoryMiB: input.MemorySize ?? previous?.memoryMiB ?? 128,
    environment: input.Environment?.Variables ?? previous?.environment ?? {},
    architectures: previous?.architectures ?? ['x86_64'],
    deadLetterArn: input.DeadLetterConfig ? input.DeadLetterConfig.TargetArn || undefined : previous?.deadLetterArn,
    tracingMode: input.TracingConfig?.Mode ?? previous?.tracingMode ?? 'PassThrough',
    logGroup: input.LoggingConfig?.LogGroup ?? previous?.logGroup ?? `/aws/lambda/${name}`,
    logFormat: input.LoggingConfig?.LogFormat ?? previous?.logFormat ?? 'Text',
  };
}

/** A function as the API shows it. */
export function wireFunction(record: FunctionRecord): FunctionConfiguration {
  return {
    FunctionName: record.name,
    FunctionArn: record.arn,
    Runtime: record.runtime as NonNullable<FunctionConfiguration['Runtime']>,
    Role: record.role,
    Handler: record.handler,
    CodeSize: record.sizeBytes,
    Description: record.description,
    Timeout: record.timeoutSeconds,
    MemorySize: record.memoryMiB,
    LastModified: new Date(record.lastModifiedMs).toISOString().replace('Z', '+0000'),
    CodeSha256: record.contentHash,
    Version: '$LATEST',
    ...(record.deadLetterArn !== undefined && { DeadLetterConfig: { TargetArn: record.deadLetterArn } }),
    Environment: { Variables: { ...record.environment } },
    TracingConfig: { Mode: record.tracingMode as 'Active' | 'PassThrough' },
    RevisionId: record.revisionId,
    State: 'Active',
    LastUpdateStatus: 'Successful',
    PackageType: 'Zip',
    Architectures: [...record.architectures] as NonNullable<FunctionConfiguration['Architectures']>,
    EphemeralStorage: { Size: 512 },
    LoggingConfig: { LogFormat: record.logFormat as 'Text' | 'JSON', LogGroup: record.logGroup },
  };
}

function contentOf({ state }: Plane, code: { ZipFile?: Uint8Array | undefined } | undefined): FunctionContent {
  if (!code?.ZipFile) throw new NotEmulated('Function code that is not given as ZipFile', 'lambda');
  try {
    const { directory, sha256, sizeBytes } = state.codeStore.unpack(code.ZipFile);
    return { directory, contentHash: sha256, sizeBytes };
  } catch {
    throw invalidParameter('Could not unzip uploaded file. Please check your file, then try to upload again.');
  }
}

export function createFunction(input: CreateFunctionCommandInput, context: Lambda): FunctionConfiguration {
  refuseAllBut([...CONFIGURATION, 'Code', 'Architectures', 'Tags', 'PackageType', 'Publish'], input, { operation: 'CreateFunction', page: 'lambda' });
  if (input.PackageType === 'Image') throw new NotEmulated('CreateFunction with PackageType Image', 'lambda');
  if (input.Publish) throw new NotEmulated('CreateFunction with Publish', 'lambda');
  refuseAllBut(['ZipFile'], input.Code ?? {}, { operation: 'CreateFunction', page: 'lambda' });
  const name = functionNameOf(input.FunctionName);
  checkFunctionName(name);
  if (context.state.functions.has(name)) throw functionExists(name);
  const settings = settingsOf(name, input);
  checkSettings(settings);
  const record = putFunction(context, {
    ...settings,
    ...contentOf(context, input.Code),
    architectures: input.Architectures ?? ['x86_64'],
    name,
    arn: functionArn(context.kernel, name),
    tags: input.Tags ?? {},
    policy: [],
    reservedConcurrency: undefined,
  });
  return wireFunction(record);
}

export function getFunction(input: GetFunctionCommandInput, context: Lambda): Output<GetFunctionCommandOutput> {
  const record = functionNamed(context, input.FunctionName, input.Qualifier);
  const { reservedConcurrency } = record;
  return {
    Configuration: wireFunction(record),
    Code: { RepositoryType: 'S3', Location: `file://${record.directory}` },
    Tags: { ...record.tags },
    ...(reservedConcurrency !== undefined && { Concurrency: { ReservedConcurrentExecutions: reservedConcurrency } }),
  };
}

export function getFunctionConfiguration(input: GetFunctionConfigurationCommandInput, context: Lambda): FunctionConfiguration {
  return wireFunction(functionNamed(context, input.FunctionName, input.Qualifier));
}

export function updateFunctionCode(input: UpdateFunctionCodeCommandInput, context: Lambda): FunctionConfiguration {
  refuseAllBut(['FunctionName', 'ZipFile'], input, { operation: 'UpdateFunctionCode', page: 'lambda' });
  const record = functionNamed(context, input.FunctionName);
  return wireFunction(putFunction(context, { ...record, ...contentOf(context, input) }));
}

export function updateFunctionConfiguration(input: UpdateFunctionConfigurationCommandInput, context: Lambda): FunctionConfiguration {
  refuseAllBut(CONFIGURATION, input, { operation: 'UpdateFunctionConfiguration', page: 'lambda' });
  const record = functionNamed(context, input.FunctionName);
  const settings = settingsOf(record.name, input, record);
  checkSettings(settings);
  return wireFunction(putFunction(context, { ...record, ...settings }));
}

export function deleteFunction(input: DeleteFunctionCommandInput, context: Lambda): Record<string, never> {
  const record = functionNamed(context, input.FunctionName, input.Qualifier);
  removeFunction(context, record.name);
  return {};
}

export function listFunctions(input: ListFunctionsCommandInput, { state }: Lambda): Output<ListFunctionsCommandOutput> {
  refuseAllBut(['Marker', 'MaxItems'], input, { operation: 'ListFunctions', page: 'lambda' });
  const names = [...state.functions.keys()].sort();
  const first = input.Marker === undefined ? 0 : names.findIndex((name) => name > (input.Marker ?? ''));
  const page = first < 0 ? [] : names.slice(first, first + (input.MaxItems ?? 50));
  const last = page.at(-1);
  return {
    Functions: page.map((name) => wireFunction(state.functions.get(name) as FunctionRecord)),
    ...(last !== undefined && last !== names.at(-1) && { NextMarker: last }),
  };
}
