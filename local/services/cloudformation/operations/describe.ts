import type {
  DescribeStackEventsCommandInput,
  DescribeStackEventsCommandOutput,
  DescribeStackResourceCommandInput,
  DescribeStackResourceCommandOutput,
  DescribeStackResourcesCommandInput,
  DescribeStackResourcesCommandOutput,
  DescribeStacksCommandInput,
  DescribeStacksCommandOutput,
  ListExportsCommandInput,
  ListExportsCommandOutput,
  ListImportsCommandInput,
  ListImportsCommandOutput,
  ListStackResourcesCommandInput,
  ListStackResourcesCommandOutput,
  ListStacksCommandInput,
  ListStacksCommandOutput,
  Stack,
} from '@aws-sdk/client-cloudformation';
import type { ResourceFacts, StackFacts } from '../engine.ts';
import { noSuchResource, noSuchStack, validationError } from '../errors.ts';
import { pageOf } from '../paging.ts';
import { type CloudFormationContext, stackOf } from '../state.ts';
import { neededCapability } from '../template-source.ts';

type Output<T> = Omit<T, '$metadata'>;
type Shown = StackFacts & { readonly deletedMs?: number };

const NO_DRIFT = { StackDriftStatus: 'NOT_CHECKED' } as const;

/** What may be shown of a parameter. */
const MASKED = '****';

function timesOf({ createdMs, updatedMs, deletedMs, status, statusReason }: Shown) {
  return {
    CreationTime: new Date(createdMs),
    ...(updatedMs !== undefined && { LastUpdatedTime: new Date(updatedMs) }),
    ...(deletedMs !== undefined && { DeletionTime: new Date(deletedMs) }),
    StackStatus: status as never,
    ...(statusReason !== undefined && { StackStatusReason: statusReason }),
  };
}

function wireStack(stack: Shown, { state }: CloudFormationContext): Stack {
  const { name, parameters, outputs, exports, tags, templateText } = stack;
  const template = state.engine.template(templateText);
  const description = template.Description;
  const exportByKey = exportNames(outputs, exports, template.Outputs);
  return {
    StackId: state.engine.idOf(name),
    StackName: name,
    ...(description !== undefined && { Description: description }),
    Parameters: Object.entries(parameters).map(([ParameterKey, value]) => ({
      ParameterKey,
      ParameterValue: String(template.Parameters[ParameterKey]?.NoEcho) === 'true' ? MASKED : value,
    })),
    ...timesOf(stack),
    DisableRollback: false,
    NotificationARNs: [],
    RollbackConfiguration: {},
    Capabilities: [neededCapability(Object.values(template.Resources))].filter((capability) => capability !== undefined) as never[],
    Outputs: Object.entries(outputs).map(([OutputKey, OutputValue]) => ({
      OutputKey,
      OutputValue,
      ...(template.Outputs[OutputKey]?.Description !== undefined && { Description: template.Outputs[OutputKey].Description }),
      ...(exportByKey.has(OutputKey) && { ExportName: exportByKey.get(OutputKey) }),
    })),
    Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
    EnableTerminationProtection: false,
    DriftInformation: NO_DRIFT,
  };
}

/** Export name by output key: names were resolved when the stack was deployed, and outputs that are exported come in the same order. */
function exportNames(
  outputs: StackFacts['outputs'],
  exports: StackFacts['exports'],
  templates: Readonly<Record<string, { readonly Export?: unknown }>>,
): ReadonlyMap<string, string> {
  const exported = Object.keys(templates).filter((key) => templates[key]?.Export !== undefined && key in outputs);
  return new Map(exported.map((key, position) => [key, Object.keys(exports)[position] ?? ''] as const).filter(([, name]) => name !== ''));
}

/** @see https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DescribeStacks.html */
export function describeStacks(input: DescribeStacksCommandInput, context: CloudFormationContext): Output<DescribeStacksCommandOutput> {
  if (input.StackName !== undefined) return { Stacks: [wireStack(stackOf(context.state, input.StackName), context)] };
  const { page, next } = pageOf(context.state.engine.all(), input.NextToken);
  return { Stacks: page.map((stack) => wireStack(stack, context)), ...next };
}

export function listStacks(input: ListStacksCommandInput, { state }: CloudFormationContext): Output<ListStacksCommandOutput> {
  const wanted = input.StackStatusFilter as readonly string[] | undefined;
  const stacks: readonly Shown[] = [...state.engine.all(), ...state.engine.deleted()].filter(({ status }) => !wanted || wanted.includes(status));
  const { page, next } = pageOf(stacks, input.NextToken);
  return {
    StackSummaries: page.map((stack) => ({ StackId: state.engine.idOf(stack.name), StackName: stack.name, ...timesOf(stack), DriftInformation: NO_DRIFT })),
    ...next,
  };
}

function wireResource({ logicalId, ref, type, status = 'CREATE_COMPLETE', changedMs }: ResourceFacts, stack: StackFacts) {
  return {
    LogicalResourceId: logicalId,
    PhysicalResourceId: ref,
    ResourceType: type,
    ResourceStatus: status as never,
    DriftInformation: { StackResourceDriftStatus: 'NOT_CHECKED' as const },
    changed: new Date(changedMs ?? stack.updatedMs ?? stack.createdMs),
  };
}

/** @see https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DescribeStackResources.html */
export function describeStackResources(
  input: DescribeStackResourcesCommandInput,
  { state }: CloudFormationContext,
): Output<DescribeStackResourcesCommandOutput> {
  const { StackName: stackName, LogicalResourceId: logicalId, PhysicalResourceId: physicalId } = input;
  if (stackName === undefined && physicalId === undefined) throw validationError('Either StackName or PhysicalResourceId must be specified');
  const owner = stackName ?? state.engine.all().find(({ name }) => state.engine.resources(name).some(({ ref }) => ref === physicalId))?.name;
  if (owner === undefined) throw validationError(`Stack for ${physicalId} does not exist`);
  const stack = stackOf(state, owner);
  const resources = state.engine.resources(stack.name).filter((resource) => logicalId === undefined || resource.logicalId === logicalId);
  return {
    StackResources: resources.map((resource) => {
      const { changed, ...shown } = wireResource(resource, stack);
      return { StackName: stack.name, StackId: state.engine.idOf(stack.name), ...shown, Timestamp: changed };
    }),
  };
}

export function describeStackResource(input: DescribeStackResourceCommandInput, { state }: CloudFormationContext): Output<DescribeStackResourceCommandOutput> {
  const stack = stackOf(state, input.StackName);
  const resource = state.engine.resources(stack.name).find(({ logicalId }) => logicalId === input.LogicalResourceId);
  if (!resource) throw noSuchResource(input.LogicalResourceId ?? '', input.StackName ?? '');
  const { changed, ...shown } = wireResource(resource, stack);
  const about = { StackName: stack.name, StackId: state.engine.idOf(stack.name), Metadata: JSON.stringify(resource.metadata) };
  return { StackResourceDetail: { ...about, ...shown, LastUpdatedTimestamp: changed } };
}

export function listStackResources(input: ListStackResourcesCommandInput, { state }: CloudFormationContext): Output<ListStackResourcesCommandOutput> {
  const stack = stackOf(state, input.StackName);
  const { page, next } = pageOf(state.engine.resources(stack.name), input.NextToken);
  return {
    StackResourceSummaries: page.map((resource) => {
      const { changed, ...shown } = wireResource(resource, stack);
      return { ...shown, LastUpdatedTimestamp: changed };
    }),
    ...next,
  };
}

/** The latest first. @see https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DescribeStackEvents.html */
export function describeStackEvents(input: DescribeStackEventsCommandInput, { state }: CloudFormationContext): Output<DescribeStackEventsCommandOutput> {
  const { name } = stackOf(state, input.StackName);
  const { page, next } = pageOf([...state.engine.events(name)].reverse(), input.NextToken);
  return {
    StackEvents: page.map(({ eventId, stackId, stackName, logicalId, physicalId, type, atMs, status, reason }) => ({
      StackId: stackId,
      EventId: eventId,
      StackName: stackName,
      LogicalResourceId: logicalId,
      PhysicalResourceId: physicalId,
      ResourceType: type,
      Timestamp: new Date(atMs),
      ResourceStatus: status as never,
      ...(reason !== undefined && { ResourceStatusReason: reason }),
    })),
    ...next,
  };
}

export function listExports(input: ListExportsCommandInput, { state }: CloudFormationContext): Output<ListExportsCommandOutput> {
  const exported = state.engine
    .all()
    .flatMap(({ name, exports }) => Object.entries(exports).map(([Name, Value]) => ({ ExportingStackId: state.engine.idOf(name), Name, Value })));
  const { page, next } = pageOf(exported, input.NextToken);
  return { Exports: [...page], ...next };
}

export function listImports(input: ListImportsCommandInput, { state }: CloudFormationContext): Output<ListImportsCommandOutput> {
  const { ExportName: exportName = '' } = input;
  const stacks = state.engine.all();
  if (!stacks.some(({ exports }) => exportName in exports)) throw noSuchStack(exportName);
  const users = stacks.filter(({ imports }) => imports.includes(exportName)).map(({ name }) => name);
  if (users.length === 0) throw validationError(`Export '${exportName}' is not imported by any stack.`);
  const { page, next } = pageOf(users, input.NextToken);
  return { Imports: [...page], ...next };
}
