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
import {
  functionExists,
  functionNotFound,
  invalidParameter,
  latestCannotBeDeleted,
  revisionDiffers,
  unzipFailed,
  versionInUse,
  zippedTooLarge,
} from '../errors.ts';
import { layersOf } from '../layers.ts';
import { functionArn, functionNamed, functionNameOf, isVersion, qualifiedNamed } from '../naming.ts';
import type { FunctionContent, FunctionRecord, FunctionSettings } from '../records.ts';
import { checkFunctionName, checkSettings } from '../rules.ts';
import { aliasesOf, keyOf, type Lambda, type Plane, putFunction, removeFunction, removeVersion, versionsOf } from '../state.ts';
import { pageOf } from './page.ts';
import { publish } from './versions.ts';
import { listedFunction, wireFunction } from './wire-function.ts';

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
  'Layers',
  'EphemeralStorage',
  'SnapStart',
] as const;

type Configurable = Pick<CreateFunctionCommandInput, Exclude<(typeof CONFIGURATION)[number], 'FunctionName'>>;

/** Levels that a function with JSON logs has where none is given; a function with text has none. @see https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-log-level.html */
function loggingOf(name: string, input: Configurable['LoggingConfig'], previous: FunctionSettings | undefined) {
  const logFormat = input?.LogFormat ?? previous?.logFormat ?? 'Text';
  const isJson = logFormat === 'JSON';
  return {
    logGroup: input?.LogGroup ?? previous?.logGroup ?? `/aws/lambda/${name}`,
    logFormat,
    applicationLogLevel: isJson ? (input?.ApplicationLogLevel ?? previous?.applicationLogLevel ?? 'INFO') : undefined,
    systemLogLevel: isJson ? (input?.SystemLogLevel ?? previous?.systemLogLevel ?? 'INFO') : undefined,
  };
}

/** Settings from an input; what it leaves out stays as it was. */
export function settingsOf(plane: Plane, name: string, input: Partial<Configurable>, previous?: FunctionSettings): FunctionSettings {
  if (input.SnapStart?.ApplyOn === 'PublishedVersions') throw new NotEmulated('A function with SnapStart', 'lambda');
  return {
    runtime: input.Runtime ?? previous?.runtime ?? '',
    handler: input.Handler ?? previous?.handler ?? '',
    role: input.Role ?? previous?.role ?? '',
    description: input.Description ?? previous?.description ?? '',
    timeoutSeconds: input.Timeout ?? previous?.timeoutSeconds ?? 3,
    memoryMiB: input.MemorySize ?? previous?.memoryMiB ?? 128,
    environment: input.Environment ? (input.Environment.Variables ?? {}) : previous?.environment,
    architectures: previous?.architectures ?? ['x86_64'],
    deadLetterArn: input.DeadLetterConfig ? input.DeadLetterConfig.TargetArn || undefined : previous?.deadLetterArn,
    tracingMode: input.TracingConfig?.Mode ?? previous?.tracingMode ?? 'PassThrough',
    layers: input.Layers ? layersOf(plane, input.Layers) : (previous?.layers ?? []),
    ephemeralStorageMiB: input.EphemeralStorage?.Size ?? previous?.ephemeralStorageMiB ?? 512,
    ...loggingOf(name, input.LoggingConfig, previous),
  };
}

/** Size of an archive that comes with the request. @see https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const ZIPPED_BYTES_MAX = 52_428_800;

function contentOf({ state }: Plane, code: { ZipFile?: Uint8Array | undefined } | undefined): FunctionContent {
  if (code?.ZipFile && code.ZipFile.byteLength > ZIPPED_BYTES_MAX) throw zippedTooLarge(ZIPPED_BYTES_MAX);
  if (!code?.ZipFile) throw new NotEmulated('Function code that is not given as ZipFile', 'lambda');
  try {
    const { directory, sha256, sizeBytes } = state.codeStore.unpack(code.ZipFile);
    return { directory, contentHash: sha256, sizeBytes };
  } catch {
    throw unzipFailed();
  }
}

export function createFunction(input: CreateFunctionCommandInput, context: Lambda): FunctionConfiguration {
  const { kernel, state } = context;
  refuseAllBut([...CONFIGURATION, 'Code', 'Architectures', 'Tags', 'PackageType', 'Publish'], input, { operation: 'CreateFunction', page: 'lambda' });
  if (input.PackageType === 'Image') throw new NotEmulated('CreateFunction with PackageType Image', 'lambda');
  refuseAllBut(['ZipFile'], input.Code ?? {}, { operation: 'CreateFunction', page: 'lambda' });
  const { name } = functionNameOf(kernel, input.FunctionName);
  checkFunctionName(name);
  const settings = settingsOf(context, name, input);
  checkSettings(settings);
  if (state.functions.has(name)) throw functionExists(name);
  const record = putFunction(context, {
    ...settings,
    ...contentOf(context, input.Code),
    architectures: input.Architectures ?? ['x86_64'],
    name,
    arn: functionArn(kernel, name),
    tags: input.Tags ?? {},
    reservedConcurrency: undefined,
  });
  if (!input.Publish) return wireFunction(record, kernel, 'created');
  // The answer names the version, and its ARN does not. Recorded.
  return { ...wireFunction(publish(context, record, undefined), kernel, 'created'), FunctionArn: record.arn };
}

export function getFunction(input: GetFunctionCommandInput, context: Lambda): Output<GetFunctionCommandOutput> {
  const { record, alias } = qualifiedNamed(context, input.FunctionName, input.Qualifier);
  const latest = context.state.functions.get(record.name) ?? record;
  const { reservedConcurrency, tags } = latest;
  return {
    Configuration: shown(record, { alias, asked: input.Qualifier }, context),
    Code: { RepositoryType: 'S3', Location: `file://${record.directory}` },
    ...(Object.keys(tags).length > 0 && { Tags: { ...tags } }),
    ...(reservedConcurrency !== undefined && { Concurrency: { ReservedConcurrentExecutions: reservedConcurrency } }),
  };
}

/** The ARN is the one that was asked for: with `$LATEST`, or with the alias. */
function shown(
  record: FunctionRecord,
  { alias, asked }: { alias: { arn: string } | undefined; asked: string | undefined },
  { kernel }: Lambda,
): FunctionConfiguration {
  const configuration = wireFunction(record, kernel);
  if (alias) return { ...configuration, FunctionArn: alias.arn };
  return asked === '$LATEST' ? { ...configuration, FunctionArn: `${record.arn}:$LATEST` } : configuration;
}

export function getFunctionConfiguration(input: GetFunctionConfigurationCommandInput, context: Lambda): FunctionConfiguration {
  const { record, alias } = qualifiedNamed(context, input.FunctionName, input.Qualifier);
  return shown(record, { alias, asked: input.Qualifier }, context);
}

function checkRevision(record: FunctionRecord, revisionId: string | undefined): void {
  if (revisionId !== undefined && revisionId !== record.revisionId) throw revisionDiffers('GetFunction/GetAlias');
}

export function updateFunctionCode(input: UpdateFunctionCodeCommandInput, context: Lambda): FunctionConfiguration {
  const { kernel } = context;
  refuseAllBut(['FunctionName', 'ZipFile', 'Architectures', 'Publish', 'DryRun', 'RevisionId'], input, { operation: 'UpdateFunctionCode', page: 'lambda' });
  const previous = functionNamed(context, input.FunctionName);
  checkRevision(previous, input.RevisionId);
  const content = contentOf(context, input);
  const architectures = input.Architectures ?? previous.architectures;
  if (input.DryRun) return wireFunction({ ...previous, ...content, architectures }, kernel);
  const record = putFunction(context, { ...previous, ...content, architectures });
  return input.Publish ? wireFunction(publish(context, record, undefined), kernel, 'created') : wireFunction(record, kernel, 'updated');
}

export function updateFunctionConfiguration(input: UpdateFunctionConfigurationCommandInput, context: Lambda): FunctionConfiguration {
  refuseAllBut([...CONFIGURATION, 'RevisionId'], input, { operation: 'UpdateFunctionConfiguration', page: 'lambda' });
  const record = functionNamed(context, input.FunctionName);
  checkRevision(record, input.RevisionId);
  const settings = settingsOf(context, record.name, input, record);
  checkSettings(settings);
  return wireFunction(putFunction(context, { ...record, ...settings }), context.kernel, 'updated');
}

/** Deletes a function, or one version of it; a version that is not there is gone already. */
export function deleteFunction(input: DeleteFunctionCommandInput, context: Lambda): { readonly StatusCode: number } {
  const { kernel, state } = context;
  const { name, qualifier } = functionNameOf(kernel, input.FunctionName, input.Qualifier);
  if (qualifier === '$LATEST') throw latestCannotBeDeleted();
  if (!state.functions.has(name)) throw functionNotFound(keyOf(functionArn(kernel, name), qualifier));
  if (qualifier === undefined) removeFunction(context, name);
  else deleteVersion(context, name, qualifier);
  return { StatusCode: 204 };
}

function deleteVersion(context: Lambda, name: string, version: string): void {
  if (!isVersion(version)) throw invalidParameter('Deletion of aliases is not currently supported.');
  const record = context.state.versions.get(keyOf(name, version));
  if (!record) return;
  const users = aliasesOf(context, name).filter(({ functionVersion, additional }) => functionVersion === version || additional?.version === version);
  if (users.length > 0) throw versionInUse(users.map((alias) => alias.name));
  removeVersion(context, record);
}

export function listFunctions(input: ListFunctionsCommandInput, context: Lambda): Output<ListFunctionsCommandOutput> {
  refuseAllBut(['Marker', 'MaxItems', 'FunctionVersion'], input, { operation: 'ListFunctions', page: 'lambda' });
  const latest = [...context.state.functions.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  const all =
    input.FunctionVersion === 'ALL' ? latest.flatMap((record) => [{ ...record, arn: `${record.arn}:$LATEST` }, ...versionsOf(context, record)]) : latest;
  const { page, NextMarker } = pageOf(all, input, { keyOf: ({ arn }) => arn, most: 50 });
  return { Functions: page.map(listedFunction), ...(NextMarker !== undefined && { NextMarker }) };
}
