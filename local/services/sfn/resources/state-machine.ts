import type { GetObjectCommandOutput } from '@aws-sdk/client-s3';
import { UserError } from '../../../kernel/errors.ts';
import type { PhysicalResource, Properties, ResourcePlace, ResourceType } from '../../../kernel/resource.ts';
import { stateMachineArn } from '../naming.ts';
import { createStateMachine, deleteStateMachine, updateStateMachine } from '../operations/state-machines.ts';
import type { States, StatesState } from '../state.ts';
import { tagsOfTemplate } from './tags.ts';

/** The definition as the template gives it: text, an object, or an object in S3; with its substitutions made. */
async function definitionOf(properties: Properties, place: ResourcePlace, context: States): Promise<string> {
  const { DefinitionString: text, Definition: object, DefinitionS3Location: location, DefinitionSubstitutions: substitutions = {} } = properties;
  const definition: string | undefined = text ?? (object && JSON.stringify(object)) ?? (location && (await readObject(location, context)));
  if (definition === undefined) {
    throw new UserError(`The state machine ${place.logicalId} has no definition: give DefinitionString, Definition or DefinitionS3Location.`);
  }
  return definition.replace(/\$\{([a-zA-Z0-9]+)\}/g, (whole, name: string) => (Object.hasOwn(substitutions, name) ? String(substitutions[name]) : whole));
}

async function readObject(
  { Bucket, Key, Version }: { readonly Bucket: string; readonly Key: string; readonly Version?: string },
  { kernel, cause }: States,
): Promise<string> {
  const input = { Bucket, Key, ...(Version !== undefined && { VersionId: Version }) };
  const { Body: body } = await kernel.request<GetObjectCommandOutput>({ service: 's3', operation: 'GetObject', input, principal: { type: 'root' }, cause });
  return textOf(body);
}

/** The text of an object, as the emulated S3 hands it out. */
async function textOf(body: unknown): Promise<string> {
  if (body instanceof Uint8Array) return Buffer.from(body).toString('utf8');
  const parts: Uint8Array[] = [];
  for await (const part of body as AsyncIterable<Uint8Array>) parts.push(part);
  return Buffer.concat(parts).toString('utf8');
}

function settings(properties: Properties) {
  const { RoleArn: roleArn, LoggingConfiguration: logging, TracingConfiguration: tracing } = properties;
  const destinations = (logging?.Destinations ?? []).map((destination: { readonly CloudWatchLogsLogGroup?: { readonly LogGroupArn?: string } }) => ({
    cloudWatchLogsLogGroup: { logGroupArn: destination.CloudWatchLogsLogGroup?.LogGroupArn },
  }));
  return {
    roleArn,
    ...(logging && { loggingConfiguration: { level: logging.Level ?? 'OFF', includeExecutionData: logging.IncludeExecutionData ?? false, destinations } }),
    ...(tracing && { tracingConfiguration: { enabled: tracing.Enabled ?? false } }),
  };
}

function physicalOf(arn: string, { state }: States): PhysicalResource {
  const machine = state.machines.get(arn);
  const revisionId = machine && state.revisions.get(machine.revisionKey)?.revisionId;
  return { ref: arn, attributes: { Arn: arn, Name: machine?.name ?? '', StateMachineRevisionId: revisionId ?? 'INITIAL' } };
}

/** @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-stepfunctions-statemachine.html */
export const stateMachineResource: ResourceType<StatesState> = {
  properties: [
    'StateMachineName',
    'StateMachineType',
    'DefinitionString',
    'Definition',
    'DefinitionS3Location',
    'DefinitionSubstitutions',
    'RoleArn',
    'LoggingConfiguration',
    'TracingConfiguration',
    'Tags',
  ],
  async create(properties, place, context) {
    const name: string = properties['StateMachineName'] ?? place.generatedName({ lengthMax: 80 });
    const definition = await definitionOf(properties, place, context);
    const type = properties['StateMachineType'] ?? 'STANDARD';
    await createStateMachine({ name, definition, type, tags: tagsOfTemplate(properties), ...settings(properties) }, context);
    return physicalOf(stateMachineArn(context.kernel, name), context);
  },
  async update(properties, previous, physical, place, context) {
    if (properties['StateMachineName'] !== previous['StateMachineName'] || properties['StateMachineType'] !== previous['StateMachineType']) return 'replace';
    const definition = await definitionOf(properties, place, context);
    await updateStateMachine({ stateMachineArn: physical.ref, definition, ...settings(properties) }, context);
    const machine = context.state.machines.get(physical.ref);
    const tags = Object.fromEntries(tagsOfTemplate(properties).map(({ key, value }) => [key, value]));
    if (machine) context.state.machines.put(machine.arn, { ...machine, tags });
    return physicalOf(physical.ref, context);
  },
  delete(physical, _properties, context) {
    deleteStateMachine({ stateMachineArn: physical.ref }, context);
  },
};
