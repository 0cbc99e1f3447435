import type { InvokeCommandOutput } from '@aws-sdk/client-lambda';
import { Fault, NotEmulated } from '../../../kernel/errors.ts';
import type { Kernel } from '../../../kernel/kernel.ts';
import type { Principal } from '../../../kernel/principal.ts';
import { validationException } from '../errors.ts';
import { errorOf, type Naming, optimizedNaming, sdkNaming } from './errors.ts';
import { failed, type TaskOutcome } from './outcome.ts';
import type { TaskResource } from './resource.ts';
import { withMetadata } from './sdk-metadata.ts';
import { type Optimized, optimizedIntegration, sdkService, type TaskService } from './services.ts';
import { jsonOutput, typedInput } from './typed-input.ts';

/** What a task asks of a service. */
export interface TaskCall {
  readonly resource: Exclude<TaskResource, { kind: 'activity' }>;
  readonly args: unknown;
  /** Whose rights it has. */
  readonly roleArn: string;
  /** Another role, that the machine's assumes for this task. */
  readonly credentialsRoleArn: string | undefined;
  readonly cause: number | undefined;
}

/** AWS draws a name for each session. Differs from AWS: here all sessions of a role have one. */
const SESSION = 'StepFunctions';

/** Calls what the task names and answers how that ended: an error of the service is the task's. */
export async function callTask(kernel: Kernel, call: TaskCall): Promise<TaskOutcome> {
  const naming = namingOf(call.resource);
  try {
    const principal = await principalOf(kernel, call);
    if (call.resource.kind === 'lambda')
      return await invoke(kernel, { functionName: call.resource.functionArn, args: call.args, principal, cause: call.cause });
    return await request(kernel, call.resource, { args: call.args, principal, cause: call.cause });
  } catch (error) {
    if (error instanceof Fault) return errorOf(error, naming, kernel.uuid());
    if (error instanceof NotEmulated) return failed('NotEmulated', error.message);
    // The wire has not checked a task's arguments: those that an operation cannot read are the task's mistake.
    if (error instanceof TypeError || error instanceof RangeError) return errorOf(validationException(error.message), naming, kernel.uuid());
    throw error;
  }
}

function namingOf(resource: TaskCall['resource']): Naming {
  if (resource.kind === 'lambda') return optimizedNaming(optimizedIntegration('lambda', 'invoke') as Optimized);
  if (resource.kind === 'optimized') return optimizedNaming(optimizedIntegration(resource.name, resource.action) as Optimized);
  return sdkNaming(sdkService(resource.name)?.sdkName ?? resource.name);
}

async function principalOf(kernel: Kernel, { roleArn, credentialsRoleArn, cause }: TaskCall): Promise<Principal> {
  const own = { type: 'role', roleArn, sessionName: SESSION } as const;
  if (credentialsRoleArn === undefined) return own;
  const input = { RoleArn: credentialsRoleArn, RoleSessionName: SESSION };
  await kernel.request({ service: 'sts', operation: 'AssumeRole', input, principal: own, cause });
  return { type: 'role', roleArn: credentialsRoleArn, sessionName: SESSION };
}

interface Asked {
  readonly args: unknown;
  readonly principal: Principal;
  readonly cause: number | undefined;
}

async function request(kernel: Kernel, resource: Exclude<TaskCall['resource'], { kind: 'lambda' }>, asked: Asked): Promise<TaskOutcome> {
  if (resource.kind === 'sdk') return requestSdk(kernel, resource, asked);
  const integration = optimizedIntegration(resource.name, resource.action) as Optimized;
  if (integration.service === 'lambda') return invokeOptimized(kernel, asked);
  const { service, operation } = integration;
  const input = typedInput(integration, asTexts(asked.args, integration.textMembers));
  const host = service === 'sqs' ? unreachableHost(input) : undefined;
  if (host !== undefined) return failed('SQS.SdkClientException', `Unable to execute HTTP request: ${host}: Name or service not known`);
  const output = await kernel.request({ service, operation, input, principal: asked.principal, cause: asked.cause });
  const json = optimizedOutput(output, integration);
  if (service === 'eventbridge') {
    const { FailedEntryCount: count = 0 } = json as { FailedEntryCount?: number };
    if (count > 0) return failed('EventBridge.FailedEntry', JSON.stringify(json));
  }
  return { kind: 'succeeded', output: withMetadata(json, service, kernel) };
}

/** The host of a queue's URL that is none: the SDK would take it for a name to be looked up. */
function unreachableHost(input: object): string | undefined {
  const { QueueUrl: url = '' } = input as { readonly QueueUrl?: string };
  const [, host] = /^(?:https?:\/\/)?([^/]*)\/?$/.exec(url) ?? [];
  return host;
}

/** Times of its own executions are milliseconds here, where the SDK's integration writes ISO 8601. */
function optimizedOutput(output: unknown, integration: Optimized): object {
  if (integration.service !== 'sfn') return jsonOutput(integration, output) as object;
  const { executionArn, startDate } = output as { executionArn: string; startDate: Date };
  return { ExecutionArn: executionArn, StartDate: startDate.getTime() };
}

/** Members that a service takes as text may be JSON in a task. */
function asTexts(args: unknown, textMembers: readonly string[]): unknown {
  const text = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(text);
    if (typeof value !== 'object' || value === null) return value;
    const entries = Object.entries(value).map(([name, inner]) => {
      if (textMembers.includes(name) && typeof inner !== 'string') return [name, name === 'Input' && inner === null ? undefined : JSON.stringify(inner)];
      return [name, name === 'Entries' ? text(inner) : inner];
    });
    return Object.fromEntries(entries) as object;
  };
  return text(args);
}

async function requestSdk(
  kernel: Kernel,
  resource: { readonly name: string; readonly action: string },
  { args, principal, cause }: Asked,
): Promise<TaskOutcome> {
  const target = sdkService(resource.name);
  if (!target) throw new NotEmulated(`A task of the service ${resource.name}`, 'sfn');
  const operation = resource.action.slice(0, 1).toUpperCase() + resource.action.slice(1);
  if (target.service === 'lambda' && operation === 'Invoke') return invokeSdk(kernel, { args, principal, cause });
  const output = await kernel.request({ service: target.service, operation, input: typedInput(target, asTexts(args, target.textMembers)), principal, cause });
  return { kind: 'succeeded', output: jsonOutput(target, output) };
}

interface InvokeArguments {
  readonly FunctionName?: string;
  readonly Payload?: unknown;
}

/** A function's result over the limit of a state is an error of the task. @see https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html */
const PAYLOAD_BYTES_MAX = 262_144;

export const dataLimitExceeded = (what: string): TaskOutcome =>
  failed('States.DataLimitExceeded', `The state/task '${what}' returned a result with a size exceeding the maximum number of bytes service limit.`);

async function sendInvoke(
  kernel: Kernel,
  input: object,
  { principal, cause }: Asked,
): Promise<{ readonly payload: string; readonly output: InvokeCommandOutput }> {
  const output = await kernel.request<InvokeCommandOutput>({ service: 'lambda', operation: 'Invoke', input, principal, cause });
  return { payload: Buffer.from((output.Payload as Uint8Array | undefined) ?? []).toString('utf8'), output };
}

/** The function's error, as it threw it. */
function functionError(payload: string): TaskOutcome {
  const { errorType } = parsed(payload) as { errorType?: unknown };
  return failed(typeof errorType === 'string' ? errorType : 'Lambda.Unknown', payload);
}

function parsed(payload: string): unknown {
  try {
    return payload === '' ? {} : (JSON.parse(payload) ?? {});
  } catch {
    return {};
  }
}

/** A function as the task's resource: what it is given is the arguments, what it answers is the result. */
async function invoke(kernel: Kernel, { functionName, ...asked }: Asked & { readonly functionName: string }): Promise<TaskOutcome> {
  const { payload, output } = await sendInvoke(kernel, { FunctionName: functionName, Payload: Buffer.from(JSON.stringify(asked.args)) }, asked);
  if (output.FunctionError !== undefined) return functionError(payload);
  if (Buffer.byteLength(payload) > PAYLOAD_BYTES_MAX) return dataLimitExceeded(functionName);
  return { kind: 'succeeded', output: JSON.parse(payload || 'null') as unknown, text: payload };
}

async function invokeOptimized(kernel: Kernel, asked: Asked): Promise<TaskOutcome> {
  const { Payload: given, ...input } = asked.args as InvokeArguments;
  // Recorded: nothing is sent for null, and text is sent as it is, as the JSON that it spells.
  const bytes = given === undefined || given === null ? {} : { Payload: Buffer.from(typeof given === 'string' ? given : JSON.stringify(given)) };
  const { payload, output } = await sendInvoke(kernel, { ...input, ...bytes }, asked);
  if (output.FunctionError !== undefined) return functionError(payload);
  if (Buffer.byteLength(payload) > PAYLOAD_BYTES_MAX) return dataLimitExceeded('lambda');
  const { ExecutedVersion, StatusCode, LogResult } = output;
  const json = {
    ExecutedVersion,
    Payload: payload === '' ? undefined : (JSON.parse(payload) as unknown),
    StatusCode,
    ...(LogResult !== undefined && { LogResult }),
  };
  return { kind: 'succeeded', output: withMetadata(json, 'lambda', kernel) };
}

/** As the SDK has it: an error of the function is no error of the call. */
async function invokeSdk(kernel: Kernel, asked: Asked): Promise<TaskOutcome> {
  const { Payload: given, ...input } = asked.args as InvokeArguments;
  const bytes = given === undefined ? {} : { Payload: Buffer.from(typeof given === 'string' ? given : JSON.stringify(given)) };
  const { payload, output } = await sendInvoke(kernel, { ...input, ...bytes }, asked);
  const { ExecutedVersion, StatusCode, FunctionError, LogResult } = output;
  return {
    kind: 'succeeded',
    output: jsonOutput(sdkService('lambda') as TaskService, { ExecutedVersion, FunctionError, LogResult, Payload: payload, StatusCode }),
  };
}
