import { NotEmulated, UserError } from '../../../kernel/errors.ts';
import type { Properties, ResourcePlace, ResourceType } from '../../../kernel/resource.ts';
import { functionArn } from '../naming.ts';
import { checkReserved } from '../operations/concurrency.ts';
import { settingsOf } from '../operations/functions.ts';
import { checkRole } from '../operations/role-trust.ts';
import type { FunctionContent, FunctionRecord, FunctionSettings } from '../records.ts';
import { checkFunctionName, checkSettings } from '../rules.ts';
import { type Lambda, type LambdaState, putFunction, removeFunction } from '../state.ts';

/** The code of a template: an asset of the assembly, or the text itself. */
function contentOf(code: Properties, place: ResourcePlace, { state }: Lambda): FunctionContent {
  const { ZipFile: source, ImageUri: image } = code as { ZipFile?: string; ImageUri?: string };
  if (image !== undefined) throw new NotEmulated('A function whose code is a container image', 'lambda');
  if (source === undefined) return assetContent(code, place, 'The function');
  const { directory, sha256, sizeBytes } = state.codeStore.inline(source);
  return { directory, contentHash: sha256, sizeBytes };
}

/** Content that an asset of the assembly holds. An asset's key is the hash of its content. */
export function assetContent(location: Properties, place: ResourcePlace, what: string): FunctionContent {
  const { S3Bucket: bucket, S3Key: key } = location as { S3Bucket?: string; S3Key?: string };
  const directory = bucket === undefined || key === undefined ? undefined : place.assetDirectory(bucket, key);
  if (directory === undefined) {
    throw new UserError(
      `${what} ${place.logicalId} of ${place.stackName} has its content at ${bucket}/${key}, which is no asset of this assembly. It is an asset, or ZipFile text.`,
    );
  }
  return { directory, contentHash: key ?? '', sizeBytes: 0 };
}

function settingsFrom(name: string, properties: Properties, context: Lambda): FunctionSettings {
  const variables = Object.entries((properties['Environment']?.Variables ?? {}) as Record<string, unknown>).map(
    ([key, value]) => [key, String(value)] as const,
  );
  const size = properties['EphemeralStorage']?.Size;
  const settings = settingsOf(context, name, {
    ...properties,
    Timeout: properties['Timeout'] === undefined ? undefined : Number(properties['Timeout']),
    MemorySize: properties['MemorySize'] === undefined ? undefined : Number(properties['MemorySize']),
    EphemeralStorage: size === undefined ? undefined : { Size: Number(size) },
    Environment: properties['Environment'] && { Variables: Object.fromEntries(variables) },
  });
  checkSettings(settings);
  return settings;
}

function tagsOf(properties: Properties): Record<string, string> {
  return Object.fromEntries(((properties['Tags'] ?? []) as { Key: string; Value: string }[]).map(({ Key, Value }) => [Key, Value]));
}

async function put(properties: Properties, name: string, place: ResourcePlace, context: Lambda): Promise<FunctionRecord> {
  const { kernel } = context;
  const settings = settingsFrom(name, properties, context);
  await checkRole(settings.role, name, context);
  const reservedConcurrency = properties['ReservedConcurrentExecutions'] === undefined ? undefined : Number(properties['ReservedConcurrentExecutions']);
  if (reservedConcurrency !== undefined) checkReserved(context, name, reservedConcurrency);
  return putFunction(context, {
    ...settings,
    ...contentOf((properties['Code'] ?? {}) as Properties, place, context),
    architectures: (properties['Architectures'] ?? ['x86_64']) as string[],
    name,
    arn: functionArn(kernel, name),
    tags: tagsOf(properties),
    reservedConcurrency,
  });
}

/** @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-function.html */
export const functionResource: ResourceType<LambdaState> = {
  properties: [
    'Architectures',
    'Code',
    'DeadLetterConfig',
    'Description',
    'Environment',
    'EphemeralStorage',
    'FunctionName',
    'Handler',
    'Layers',
    'LoggingConfig',
    'MemorySize',
    'PackageType',
    'ReservedConcurrentExecutions',
    'Role',
    'Runtime',
    'SnapStart',
    'Tags',
    'Timeout',
    'TracingConfig',
  ],
  inert: {
    RecursiveLoop: 'loops are not detected',
    RuntimeManagementConfig: 'the runtime is the Node.js of this machine',
  },
  async create(properties, place, context) {
    const name: string = properties['FunctionName'] ?? place.generatedName({ lengthMax: 64 });
    checkFunctionName(name);
    const { arn } = await put(properties, name, place, context);
    return { ref: name, attributes: { Arn: arn } };
  },
  async update(properties, previous, physical, place, context) {
    if (properties['FunctionName'] !== previous['FunctionName']) return 'replace';
    await put(properties, physical.ref, place, context);
    return physical;
  },
  delete(physical, _properties, context) {
    removeFunction(context, physical.ref);
  },
};
