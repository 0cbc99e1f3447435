import type {
  CreateChangeSetCommandInput,
  CreateChangeSetCommandOutput,
  DeleteChangeSetCommandInput,
  DescribeChangeSetCommandInput,
  DescribeChangeSetCommandOutput,
  ExecuteChangeSetCommandInput,
  ListChangeSetsCommandInput,
  ListChangeSetsCommandOutput,
} from '@aws-sdk/client-cloudformation';
import { NotEmulated, refuseAllBut } from '../../../kernel/errors.ts';
import type { StackRequest } from '../engine.ts';
import { changeSetExists, noSuchChangeSet, noSuchStack, notExecutable, stackAlreadyExists } from '../errors.ts';
import { pageOf } from '../paging.ts';
import { type ChangeSet, type CloudFormationContext, stackNameOf, stackOf } from '../state.ts';
import { checkCapabilities, parametersOf, readTemplate, tagsOf, templateTextOf } from '../template-source.ts';
import { checkUpdatable, isRollbackDisabled, planned, refuseIfOn, start } from './stacks.ts';

type Output<T> = Omit<T, '$metadata'>;

/** What AWS answers for a change set without changes; tools know it by these words. */
const NO_CHANGES = "The submitted information didn't contain changes. Submit different information to create a change set.";

/** Members that change nothing here: who deploys is the plane. */
const WITHOUT_EFFECT = [
  'RoleARN',
  'ClientToken',
  'NotificationARNs',
  'DeploymentConfig',
  'IncludeNestedStacks',
  'ImportExistingResources',
  'DisableValidation',
];

function changeSetOf(
  { state }: CloudFormationContext,
  { ChangeSetName: nameOrId = '', StackName: stack }: { ChangeSetName?: string | undefined; StackName?: string | undefined },
): ChangeSet {
  const stackName = stack === undefined ? undefined : stackNameOf(stack);
  const found =
    state.changeSets.get(nameOrId) ?? [...state.changeSets.values()].find((candidate) => candidate.name === nameOrId && candidate.stackName === stackName);
  if (!found) throw noSuchChangeSet(nameOrId);
  return found;
}

/** @see https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateChangeSet.html */
export async function createChangeSet(input: CreateChangeSetCommandInput, context: CloudFormationContext): Promise<Output<CreateChangeSetCommandOutput>> {
  refuseAllBut(
    [
      'StackName',
      'ChangeSetName',
      'TemplateBody',
      'TemplateURL',
      'UsePreviousTemplate',
      'Parameters',
      'Capabilities',
      'Tags',
      'Description',
      'ChangeSetType',
      ...WITHOUT_EFFECT,
    ],
    input,
    { operation: 'CreateChangeSet', page: 'cloudformation' },
  );
  refuseIfOn(input, ['ImportExistingResources', 'NotificationARNs'], 'CreateChangeSet');
  const { kernel, state } = context;
  const { engine } = state;
  const { ChangeSetName: name = '', ChangeSetType: type = 'UPDATE' } = input;
  const stackName = stackNameOf(input.StackName ?? '');
  if (type !== 'CREATE' && type !== 'UPDATE') throw new NotEmulated(`CreateChangeSet with ChangeSetType ${type}`, 'cloudformation');
  const existing = engine.find(stackName);
  const isReviewed = existing?.status === 'REVIEW_IN_PROGRESS';
  if (type === 'UPDATE' && (!existing || isReviewed)) throw noSuchStack(input.StackName ?? '');
  if (type === 'CREATE' && existing && !isReviewed) throw stackAlreadyExists(stackName);
  if (type === 'UPDATE') checkUpdatable(state, stackName);
  if ([...state.changeSets.values()].some((other) => other.name === name && other.stackName === stackName)) throw changeSetExists(name);
  const templateText = await templateTextOf(input, existing?.templateText, context);
  checkCapabilities(readTemplate(templateText, context), input.Capabilities ?? []);
  const parameters = parametersOf(input.Parameters ?? [], existing?.parameters ?? {});
  const tags = input.Tags === undefined ? (existing?.tags ?? {}) : tagsOf(input.Tags);
  const request: StackRequest = { name: stackName, templateText, parameters, tags, isRollbackDisabled: isRollbackDisabled(input) };
  const changes = await planned(request, context);
  const isEmpty = type === 'UPDATE' && changes.length === 0 && !engine.changesOutputs(request);
  if (type === 'CREATE' && !isReviewed) engine.begin(request, 'REVIEW_IN_PROGRESS');
  const id = kernel.arn('cloudformation', `changeSet/${name}/${kernel.uuid()}`);
  state.changeSets.put(id, {
    id,
    name,
    stackName,
    type,
    request,
    changes,
    createdMs: kernel.nowMs(),
    description: input.Description,
    capabilities: input.Capabilities ?? [],
    status: isEmpty ? 'FAILED' : 'CREATE_COMPLETE',
    statusReason: isEmpty ? NO_CHANGES : undefined,
    executionStatus: isEmpty ? 'UNAVAILABLE' : 'AVAILABLE',
  });
  return { Id: id, StackId: engine.idOf(stackName) };
}

export function describeChangeSet(input: DescribeChangeSetCommandInput, context: CloudFormationContext): Output<DescribeChangeSetCommandOutput> {
  const changeSet = changeSetOf(context, input);
  const { id, name, stackName, request, changes, status, statusReason, executionStatus, createdMs, description, capabilities } = changeSet;
  const { page, next } = pageOf(changes, input.NextToken);
  return {
    ChangeSetName: name,
    ChangeSetId: id,
    StackId: context.state.engine.idOf(stackName),
    StackName: stackName,
    ...(description !== undefined && { Description: description }),
    Parameters: Object.entries(request.parameters).map(([ParameterKey, ParameterValue]) => ({ ParameterKey, ParameterValue })),
    CreationTime: new Date(createdMs),
    ExecutionStatus: executionStatus,
    Status: status,
    ...(statusReason !== undefined && { StatusReason: statusReason }),
    NotificationARNs: [],
    RollbackConfiguration: {},
    Capabilities: [...capabilities] as never,
    Tags: Object.entries(request.tags).map(([Key, Value]) => ({ Key, Value })),
    Changes: page.map(({ action, logicalId, type, physicalId }) => ({
      Type: 'Resource',
      ResourceChange: {
        Action: action,
        LogicalResourceId: logicalId,
        ResourceType: type,
        ...(physicalId !== undefined && { PhysicalResourceId: physicalId }),
        ...(action === 'Modify' && { Replacement: 'Conditional' as const, Scope: ['Properties' as const] }),
        Details: [],
      },
    })),
    IncludeNestedStacks: false,
    ...next,
  };
}

export function executeChangeSet(input: ExecuteChangeSetCommandInput, context: CloudFormationContext): object {
  refuseAllBut(['ChangeSetName', 'StackName', 'ClientRequestToken', 'DisableRollback', 'RetainExceptOnCreate', 'DeploymentConfig'], input, {
    operation: 'ExecuteChangeSet',
    page: 'cloudformation',
  });
  const { state } = context;
  const { engine } = state;
  refuseIfOn(input, ['RetainExceptOnCreate'], 'ExecuteChangeSet');
  const changeSet = changeSetOf(context, input);
  if (changeSet.executionStatus !== 'AVAILABLE') throw notExecutable(changeSet.id, changeSet.status);
  const { stackName } = changeSet;
  if (changeSet.type === 'UPDATE') checkUpdatable(state, stackName);
  const request = { ...changeSet.request, isRollbackDisabled: isRollbackDisabled(input) || changeSet.request.isRollbackDisabled };
  // A change set that was executed, and all others of its stack, are of no use any more.
  for (const [id, other] of state.changeSets.entries()) if (other.stackName === stackName) state.changeSets.delete(id);
  state.changeSets.put(changeSet.id, { ...changeSet, executionStatus: 'EXECUTE_COMPLETE' });
  engine.begin(request, changeSet.type === 'CREATE' ? 'CREATE_IN_PROGRESS' : 'UPDATE_IN_PROGRESS');
  start(context, stackName, () => engine.run(request));
  return {};
}

export function deleteChangeSet(input: DeleteChangeSetCommandInput, context: CloudFormationContext): object {
  const { changeSets } = context.state;
  const { ChangeSetName: name = '', StackName: stackName } = input;
  const found =
    changeSets.get(name) ?? [...changeSets.values()].find((candidate) => candidate.name === name && candidate.stackName === stackNameOf(stackName ?? ''));
  // One that is not there is no fault.
  if (found) changeSets.delete(found.id);
  return {};
}

export function listChangeSets(input: ListChangeSetsCommandInput, { state }: CloudFormationContext): Output<ListChangeSetsCommandOutput> {
  const { name } = stackOf(state, input.StackName);
  const { page, next } = pageOf(
    [...state.changeSets.values()].filter(({ stackName }) => stackName === name),
    input.NextToken,
  );
  return {
    Summaries: page.map((changeSet) => ({
      StackId: state.engine.idOf(name),
      StackName: name,
      ChangeSetId: changeSet.id,
      ChangeSetName: changeSet.name,
      ExecutionStatus: changeSet.executionStatus,
      Status: changeSet.status,
      CreationTime: new Date(changeSet.createdMs),
    })),
    ...next,
  };
}
