import type {
  CreateStackCommandInput,
  CreateStackCommandOutput,
  DeleteStackCommandInput,
  UpdateStackCommandInput,
  UpdateStackCommandOutput,
} from '@aws-sdk/client-cloudformation';
import { NotEmulated, refuseAllBut } from '../../../kernel/errors.ts';
import type { StackRequest } from '../engine.ts';
import { cannotBeChanged, exportInUse, nothingToUpdate, stackAlreadyExists } from '../errors.ts';
import { type CloudFormationContext, type CloudFormationState, stackNameOf, stackOf } from '../state.ts';
import { asFault, checkCapabilities, parametersOf, readTemplate, tagsOf, templateTextOf } from '../template-source.ts';

type Output<T> = Omit<T, '$metadata'>;

/** Whether what a failure has done stays. Both modes of a deployment are one here: what is configured is ready. */
export const isRollbackDisabled = (input: {
  readonly DisableRollback?: boolean | undefined;
  readonly DeploymentConfig?: { readonly DisableRollback?: boolean | undefined } | undefined;
}): boolean => (input.DisableRollback ?? input.DeploymentConfig?.DisableRollback) === true;

/** Members that change nothing here: who deploys is the plane, and nobody is told of it. */
const WITHOUT_EFFECT = [
  'RoleARN',
  'ClientRequestToken',
  'NotificationARNs',
  'DeploymentConfig',
  'TimeoutInMinutes',
  'EnableTerminationProtection',
  'DisableValidation',
];

/** Throws where a switch is on that does something which is not done here; off, as tools send them, they say nothing. */
export function refuseIfOn(input: object, members: readonly string[], operation: string): void {
  for (const member of members) {
    const value = (input as Readonly<Record<string, unknown>>)[member];
    if (value === true || (Array.isArray(value) && value.length > 0)) throw new NotEmulated(`${operation} with ${member}`, 'cloudformation');
  }
}

const FROM = {
  create: new Set(['REVIEW_IN_PROGRESS']),
  update: new Set(['CREATE_COMPLETE', 'UPDATE_COMPLETE', 'UPDATE_ROLLBACK_COMPLETE', 'UPDATE_FAILED', 'CREATE_FAILED', 'UPDATE_ROLLBACK_FAILED']),
};

/** Throws where a stack is in a state that cannot be left this way. */
export function checkUpdatable({ engine }: CloudFormationState, name: string): void {
  const stack = engine.find(name);
  if (stack && !FROM.update.has(stack.status)) throw cannotBeChanged(engine.idOf(name), stack.status, 'updated');
}

/** Lets the work go on behind the answer. */
export function start({ kernel }: CloudFormationContext, name: string, work: () => Promise<void>): void {
  kernel.soon(`deploy ${name}`, () => void work());
}

/** @see https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateStack.html */
export async function createStack(input: CreateStackCommandInput, context: CloudFormationContext): Promise<Output<CreateStackCommandOutput>> {
  refuseAllBut(
    [
      'StackName',
      'TemplateBody',
      'TemplateURL',
      'Parameters',
      'Capabilities',
      'Tags',
      'DisableRollback',
      'OnFailure',
      'RetainExceptOnCreate',
      ...WITHOUT_EFFECT,
    ],
    input,
    { operation: 'CreateStack', page: 'cloudformation' },
  );
  const { engine } = context.state;
  refuseIfOn(input, ['EnableTerminationProtection', 'RetainExceptOnCreate', 'NotificationARNs'], 'CreateStack');
  const { StackName: name = '', OnFailure: onFailure } = input;
  if (onFailure === 'DELETE') throw new NotEmulated('CreateStack with OnFailure DELETE', 'cloudformation');
  const templateText = await templateTextOf(input, undefined, context);
  checkCapabilities(readTemplate(templateText, context), input.Capabilities ?? []);
  const staysAsItIs = isRollbackDisabled(input) || onFailure === 'DO_NOTHING';
  const request: StackRequest = {
    name,
    templateText,
    parameters: parametersOf(input.Parameters ?? [], {}),
    tags: tagsOf(input.Tags ?? []),
    isRollbackDisabled: staysAsItIs,
  };
  await planned(request, context);
  const existing = engine.find(name);
  if (existing && !FROM.create.has(existing.status)) throw stackAlreadyExists(name);
  engine.begin(request, 'CREATE_IN_PROGRESS');
  start(context, name, () => engine.run(request));
  return { StackId: engine.idOf(name) };
}

/** What a request would change; its template's errors are the caller's. */
export async function planned(request: StackRequest, { state }: CloudFormationContext): Promise<Awaited<ReturnType<CloudFormationState['engine']['changes']>>> {
  try {
    return await state.engine.changes(request);
  } catch (error) {
    throw asFault(error);
  }
}

/** @see https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_UpdateStack.html */
export async function updateStack(input: UpdateStackCommandInput, context: CloudFormationContext): Promise<Output<UpdateStackCommandOutput>> {
  refuseAllBut(
    [
      'StackName',
      'TemplateBody',
      'TemplateURL',
      'UsePreviousTemplate',
      'Parameters',
      'Capabilities',
      'Tags',
      'DisableRollback',
      'RetainExceptOnCreate',
      ...WITHOUT_EFFECT,
    ],
    input,
    { operation: 'UpdateStack', page: 'cloudformation' },
  );
  const { engine } = context.state;
  refuseIfOn(input, ['RetainExceptOnCreate', 'NotificationARNs'], 'UpdateStack');
  const stack = stackOf(context.state, input.StackName);
  const { name } = stack;
  checkUpdatable(context.state, name);
  const templateText = await templateTextOf(input, stack.templateText, context);
  checkCapabilities(readTemplate(templateText, context), input.Capabilities ?? []);
  const tags = input.Tags === undefined ? stack.tags : tagsOf(input.Tags);
  const request: StackRequest = {
    name,
    templateText,
    tags,
    parameters: parametersOf(input.Parameters ?? [], stack.parameters),
    isRollbackDisabled: isRollbackDisabled(input),
  };
  const changes = await planned(request, context);
  if (changes.length === 0 && !engine.changesOutputs(request)) throw nothingToUpdate();
  engine.begin(request, 'UPDATE_IN_PROGRESS');
  start(context, name, () => engine.run(request));
  return { StackId: engine.idOf(name) };
}

/** Deletes a stack; one that is not there is no fault. @see https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DeleteStack.html */
export function deleteStack(input: DeleteStackCommandInput, context: CloudFormationContext): object {
  refuseAllBut(['StackName', 'RoleARN', 'ClientRequestToken', 'DeploymentConfig'], input, { operation: 'DeleteStack', page: 'cloudformation' });
  const { engine, changeSets } = context.state;
  const name = stackNameOf(input.StackName ?? '');
  const stack = engine.find(name);
  if (!stack) return {};
  if (stack.status.endsWith('_IN_PROGRESS') && stack.status !== 'REVIEW_IN_PROGRESS') throw cannotBeChanged(engine.idOf(name), stack.status, 'deleted');
  for (const exported of Object.keys(stack.exports)) {
    const users = engine.all().filter((other) => other.name !== name && other.imports.includes(exported));
    if (users.length > 0)
      throw exportInUse(
        exported,
        users.map((user) => user.name),
      );
  }
  for (const [id, changeSet] of changeSets.entries()) if (changeSet.stackName === name) changeSets.delete(id);
  engine.beginRemoval(name);
  start(context, name, () => engine.remove(name));
  return {};
}
