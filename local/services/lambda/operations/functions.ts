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
import { functionExists, functionNotFound, invalidParameter, latestCannotBeDeleted, revisionDiffers, updateInProgress, versionInUse } from '../errors.ts';
import { layersOf } from '../layers.ts';
import { functionArn, functionNamed, functionNameOf, isVersion, qualifiedNamed } from '../naming.ts';
import type { FunctionRecord, FunctionSettings } from '../records.ts';
import { checkFunctionName, checkSettings } from '../rules.ts';
import { aliasesOf, keyOf, type Lambda, type Plane, putFunction, removeFunction, removeVersion, versionsOf } from '../state.ts';
import { contentOf } from './content.ts';
import { pageOf } from './page.ts';
import { checkRole } from './role-trust.ts';
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

/** Members that say where code is. */
const CODE = ['ZipFile', 'S3Bucket', 'S3Key', 'S3ObjectVersion'] as const;

export async function createFunction(input: CreateFunctionCommandInput, context: Lambda): Promise<FunctionConfiguration> {
  const { kernel, state } = context;
  refuseAllBut([...CONFIGURATION, 'Code', 'Architectures', 'Tags', 'PackageType', 'Publish'], input, { operation: 'CreateFunction', page: 'lambda' });
  if (input.PackageType === 'Image') throw new NotEmulated('CreateFunction with PackageType Image', 'lambda');
  refuseAllBut(CODE, input.Code ?? {}, { operation: 'CreateFunction', page: 'lambda' });
  const { name } = functionNameOf(kernel, input.FunctionName);
  checkFunctionName(name);
  const settings = settingsOf(context, name, input);
  checkSettings(settings);
  if (state.functions.has(name)) throw functionExists(name);
  const content = await contentOf(context, input.Code);
  await checkRole(settings.role, name, context);
  if (state.functions.has(name)) throw functionExists(name);
  const record = putFunction(context, {
    ...settings,
    ...content,
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
  context: Lambda,
): FunctionConfiguration {
  const configuration = wireFunction(record, context.kernel, isUpdating(context, record) ? 'updated' : undefined);
  if (alias) return { ...configuration, FunctionArn: alias.arn };
  return asked === '$LATEST' ? { ...configuration, FunctionArn: `${record.arn}:$LATEST` } : configuration;
}

export function getFunctionConfiguration(input: GetFunctionConfigurationCommandInput, context: Lambda): FunctionConfiguration {
  const { record, alias } = qualifiedNamed(context, input.FunctionName, input.Qualifier);
  return shown(record, { alias, asked: input.Qualifier }, context);
}

/** The function that is to be changed, unless an update is still in progress or it is of another revision than the caller thinks. */
function changedFunction(input: { FunctionName: string | undefined; RevisionId?: string | undefined }, context: Lambda): FunctionRecord {
  const record = functionNamed(context, input.FunctionName);
  if (isUpdating(context, record)) throw updateInProgress(record.arn);
  if (input.RevisionId !== undefined && input.RevisionId !== record.revisionId) throw revisionDiffers('GetFunction/GetAlias');
  return record;
}

/** An update by the API takes this long, of the plane's clock: a second one is refused meanwhile. AWS does not say how long; it took less than a second. Recorded. */
const UPDATE_MS = 500;

function update(context: Lambda, draft: FunctionRecord): FunctionRecord {
  const record = putFunction(context, draft);
  context.state.updatedUntilMs.set(record.name, context.kernel.nowMs() + UPDATE_MS);
  return record;
}

export async function updateFunctionCode(input: UpdateFunctionCodeCommandInput, context: Lambda): Promise<FunctionConfiguration> {
  const { kernel } = context;
  refuseAllBut(['FunctionName', ...CODE, 'Architectures', 'Publish', 'DryRun', 'RevisionId'], input, { operation: 'UpdateFunctionCode', page: 'lambda' });
  changedFunction(input, context);
  const content = await contentOf(context, input);
  // While the code was read from a bucket the function may have changed.
  const previous = changedFunction(input, context);
  const architectures = input.Architectures ?? previous.architectures;
  if (input.DryRun) return wireFunction({ ...previous, ...content, architectures }, kernel);
  const record = update(context, { ...previous, ...content, architectures });
  return input.Publish ? wireFunction(publish(context, record, undefined), kernel, 'created') : wireFunction(record, kernel, 'updated');
}

export async function updateFunctionConfiguration(input: UpdateFunctionConfigurationCommandInput, context: Lambda): Promise<FunctionConfiguration> {
  refuseAllBut([...CONFIGURATION, 'RevisionId'], input, { operation: 'UpdateFunctionConfiguration', page: 'lambda' });
  const { name } = changedFunction(input, context);
  if (input.Role !== undefined) await checkRole(input.Role, name, context);
  // While the role was looked up the function may have changed.
  const record = changedFunction(input, context);
  const settings = settingsOf(context, name, input, record);
  checkSettings(settings);
  return wireFunction(update(context, { ...record, ...settings }), context.kernel, 'updated');
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

/** Whether the API has changed a function just now. Versions do not change. */
function isUpdating({ kernel, state }: Lambda, { name, version }: FunctionRecord): boolean {
  const untilMs = version === '$LATEST' ? state.updatedUntilMs.get(name) : undefined;
  if (untilMs === undefined || kernel.nowMs() < untilMs) return untilMs !== undefined;
  state.updatedUntilMs.delete(name);
  return false;
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
