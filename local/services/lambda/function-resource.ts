import { UserError } from '../../kernel/errors.ts';
import type { Properties, ResourcePlace, ResourceType } from '../../kernel/resource.ts';
import { functionArn } from './naming.ts';
import { checkReserved } from './operations/concurrency.ts';
import { settingsOf } from './operations/functions.ts';
import { checkFunctionName, checkSettings } from './rules.ts';
import { type FunctionContent, type FunctionRecord, type Lambda, type LambdaState, type Plane, putFunction, removeFunction } from './state.ts';

/** The code of a template: an asset of the assembly, or the text itself. */
function contentOf(code: Properties, place: ResourcePlace, { state }: Lambda): FunctionContent {
  const { S3Bucket: bucket, S3Key: key, ZipFile: source } = code as { S3Bucket?: string; S3Key?: string; ZipFile?: string };
  if (source !== undefined) {
    const { directory, sha256, sizeBytes } = state.codeStore.inline(source);
    return { directory, contentHash: sha256, sizeBytes };
  }
  const directory = bucket === undefined || key === undefined ? undefined : place.assetDirectory(bucket, key);
  if (directory === undefined) {
    throw new UserError(
      `The function ${place.logicalId} of ${place.stackName} has its code at ${bucket}/${key}, which is no asset of this assembly. Code is an asset, or ZipFile text.`,
    );
  }
  // An asset's key is the hash of its content.
  return { directory, contentHash: key ?? '', sizeBytes: 0 };
}

function settingsFrom(name: string, properties: Properties) {
  const variables = Object.entries((properties['Environment']?.Variables ?? {}) as Record<string, unknown>).map(
    ([key, value]) => [key, String(value)] as const,
  );
  const settings = settingsOf(name, {
    ...properties,
    Timeout: properties['Timeout'] === undefined ? undefined : Number(properties['Timeout']),
    MemorySize: properties['MemorySize'] === undefined ? undefined : Number(properties['MemorySize']),
    Environment: { Variables: Object.fromEntries(variables) },
  });
  checkSettings(settings);
  return settings;
}

function tagsOf(properties: Properties): Record<string, string> {
  return Object.fromEntries(((properties['Tags'] ?? []) as { Key: string; Value: string }[]).map(({ Key, Value }) => [Key, Value]));
}

function put(properties: Properties, name: string, place: ResourcePlace, context: Lambda): FunctionRecord {
  const { kernel, state } = context;
  const reservedConcurrency = properties['ReservedConcurrentExecutions'] === undefined ? undefined : Number(properties['ReservedConcurrentExecutions']);
  if (reservedConcurrency !== undefined) checkReserved(context, name, reservedConcurrency);
  return putFunction(context, {
    ...settingsFrom(name, properties),
    ...contentOf((properties['Code'] ?? {}) as Properties, place, context),
    architectures: (properties['Architectures'] ?? ['x86_64']) as string[],
    name,
    arn: functionArn(kernel, name),
    tags: tagsOf(properties),
    policy: state.functions.get(name)?.policy ?? [],
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
    'FunctionName',
    'Handler',
    'LoggingConfig',
    'MemorySize',
    'ReservedConcurrentExecutions',
    'Role',
    'Runtime',
    'Tags',
    'Timeout',
    'TracingConfig',
  ],
  inert: {
    EphemeralStorage: '/tmp is in memory and bounded by 512 MB',
    RecursiveLoop: 'loops are not detected',
    RuntimeManagementConfig: 'the runtime is the Node.js of this machine',
  },
  create(properties, place, context) {
    const name = properties['FunctionName'] ?? place.generatedName({ lengthMax: 64 });
    checkFunctionName(name);
    const { arn } = put(properties, name, place, context);
    return { ref: name, attributes: { Arn: arn } };
  },
  update(properties, previous, physical, place, context) {
    if (properties['FunctionName'] !== previous['FunctionName']) return 'replace';
    put(properties, physical.ref, place, context);
    return physical;
  },
  delete(physical, _properties, context) {
    removeFunction(context, physical.ref);
  },
};

/**
 * Takes new code for a function from its folder: the content at the same place has changed, or lies in another. Contexts of the code before end when
 * they fall idle. Answers whether anything changed: the same hash is the same code.
 */
export function reloadCode(plane: Plane, functionName: string, content: { readonly contentHash: string; readonly directory?: string }): boolean {
  const record = plane.state.functions.get(functionName);
  if (!record) throw new UserError(`There is no function ${functionName}`);
  const directory = content.directory ?? record.directory;
  if (record.contentHash === content.contentHash && record.directory === directory) return false;
  putFunction(plane, { ...record, contentHash: content.contentHash, directory });
  return true;
}
