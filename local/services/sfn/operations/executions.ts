import type {
  DescribeExecutionInput,
  DescribeExecutionOutput,
  ListExecutionsInput,
  ListExecutionsOutput,
  RedriveExecutionInput,
  RedriveExecutionOutput,
  StartExecutionInput,
  StartExecutionOutput,
  StopExecutionInput,
  StopExecutionOutput,
} from '@aws-sdk/client-sfn';
import { refuseAllBut } from '../../../kernel/errors.ts';
import { stopExecutionOf } from '../engine/engine.ts';
import { redrive } from '../engine/redrive.ts';
import { createRunning } from '../engine/running.ts';
import { executionAlreadyExists, executionNotRedrivable, stateMachineDoesNotExist, stateMachineTypeNotSupported, validationException } from '../errors.ts';
import { readArn, readArnOf } from '../naming.ts';
import type { Execution, Revision } from '../records.ts';
import { redriveStatus } from '../redrive-status.ts';
import { forgetOld, rememberedExecution, type States } from '../state.ts';
import { page } from './paging.ts';
import { resolveExecution } from './resolve.ts';
import { readStart, type Started } from './starting.ts';

/** Standard executions are started once by their name; Express ones each time. */
export function startExecution(input: StartExecutionInput, context: States): StartExecutionOutput {
  refuseAllBut(['stateMachineArn', 'name', 'input', 'traceHeader'], input, { operation: 'StartExecution', page: 'sfn' });
  const { kernel, state } = context;
  forgetOld(state, kernel.nowMs());
  const started = readStart(input, context);
  const existing = started.revision.type === 'STANDARD' ? rememberedExecution(state, started.arn) : undefined;
  if (existing) return sameExecution(existing, started);
  const { execution } = state.engine.start(started);
  return { executionArn: execution.arn, startDate: new Date(execution.startMs) };
}

/** The name is taken: by the very execution that is asked for, where that still runs. */
function sameExecution(existing: Execution, { arn, input, stateMachineArn }: Started): StartExecutionOutput {
  const isSame = existing.ending === undefined && existing.input === input && existing.stateMachineArn === stateMachineArn;
  if (!isSame) throw executionAlreadyExists(arn);
  return { executionArn: arn, startDate: new Date(existing.startMs) };
}

export function stopExecution(input: StopExecutionInput, { kernel, state }: States): StopExecutionOutput {
  const execution = resolveExecution(state, input.executionArn ?? '');
  const running = state.running.get(execution.arn);
  if (running) stopExecutionOf(state.engine, running, input);
  return { stopDate: new Date(execution.stopMs ?? kernel.nowMs()) };
}

export function describeExecution(input: DescribeExecutionInput, { kernel, state }: States): DescribeExecutionOutput {
  const execution = resolveExecution(state, input.executionArn ?? '');
  const { arn, name, stateMachineArn, versionArn, aliasArn, startMs, stopMs, ending, traceHeader, mapParent, redriveCount, redriveMs } = execution;
  const isShown = input.includedData !== 'METADATA_ONLY';
  return {
    executionArn: arn,
    name,
    stateMachineArn,
    ...(versionArn !== undefined && { stateMachineVersionArn: versionArn }),
    ...(aliasArn !== undefined && { stateMachineAliasArn: aliasArn }),
    ...(mapParent && { mapRunArn: mapParent.mapRunArn }),
    status: ending?.status ?? 'RUNNING',
    startDate: new Date(startMs),
    ...(stopMs !== undefined && { stopDate: new Date(stopMs) }),
    ...(isShown && { input: execution.input, inputDetails: { included: true } }),
    ...(isShown && ending?.status === 'SUCCEEDED' && { output: ending.output, outputDetails: { included: true } }),
    ...(isShown && ending && ending.status !== 'SUCCEEDED' && errorOf(ending)),
    ...(traceHeader !== undefined && { traceHeader }),
    redriveCount,
    ...(redriveMs !== undefined && { redriveDate: new Date(redriveMs) }),
    ...redriveStatus(execution, kernel.nowMs()),
  };
}

function errorOf({ error, cause }: { readonly error: string | undefined; readonly cause: string | undefined }): { error?: string; cause?: string } {
  return { ...(error !== undefined && { error }), ...(cause !== undefined && { cause }) };
}

/** Newest first. @see https://docs.aws.amazon.com/step-functions/latest/apireference/API_ListExecutions.html */
export function listExecutions(input: ListExecutionsInput, { state }: States): ListExecutionsOutput {
  const { stateMachineArn, mapRunArn, statusFilter, redriveFilter } = input;
  if ((stateMachineArn === undefined) === (mapRunArn === undefined)) throw validationException('Specify either a state machine ARN or a Map Run ARN');
  const { owner, isAsked } = ownerOf(input, state);
  const arns = state.byOwner.get(owner) ?? [];
  const isPlain = statusFilter === undefined && redriveFilter === undefined && isAsked === undefined;
  const reversed = isPlain ? [...arns].reverse() : undefined;
  const executions =
    reversed ??
    newest(arns, (arn) => {
      const execution = state.executions.get(arn);
      return (
        execution !== undefined &&
        (statusFilter === undefined || (execution.ending?.status ?? 'RUNNING') === statusFilter) &&
        (redriveFilter === undefined || execution.redriveCount > 0 === (redriveFilter === 'REDRIVEN')) &&
        (isAsked === undefined || isAsked(execution))
      );
    });
  const { elements, nextToken } = page(executions, input);
  const listed = elements.flatMap((arn) => rememberedExecution(state, arn) ?? []);
  return { executions: listed.map((execution) => listItem(execution)), ...(nextToken !== undefined && { nextToken }) };
}

function newest(arns: readonly string[], isAsked: (arn: string) => boolean): string[] {
  return arns.filter(isAsked).reverse();
}

function ownerOf(
  { stateMachineArn, mapRunArn }: ListExecutionsInput,
  state: States['state'],
): { readonly owner: string; readonly isAsked?: (execution: Execution) => boolean } {
  if (mapRunArn !== undefined) {
    readArnOf(mapRunArn, 'mapRun');
    return { owner: mapRunArn };
  }
  const asked = stateMachineArn ?? '';
  const { arn, qualifier } = readArnOf(asked, 'stateMachine');
  const machine = state.machines.get(arn);
  if (!machine) throw stateMachineDoesNotExist(asked);
  if (machine.type === 'EXPRESS') throw stateMachineTypeNotSupported();
  if (qualifier === undefined) return { owner: arn };
  return { owner: arn, isAsked: ({ versionArn, aliasArn }) => versionArn === asked || aliasArn === asked };
}

function listItem({ arn, name, stateMachineArn, versionArn, aliasArn, startMs, stopMs, ending, mapParent, redriveCount, redriveMs }: Execution) {
  return {
    executionArn: arn,
    name,
    stateMachineArn,
    ...(versionArn !== undefined && { stateMachineVersionArn: versionArn }),
    ...(aliasArn !== undefined && { stateMachineAliasArn: aliasArn }),
    ...(mapParent && { mapRunArn: mapParent.mapRunArn }),
    status: ending?.status ?? ('RUNNING' as const),
    startDate: new Date(startMs),
    ...(stopMs !== undefined && { stopDate: new Date(stopMs) }),
    redriveCount,
    ...(redriveMs !== undefined && { redriveDate: new Date(redriveMs) }),
  };
}

export function redriveExecution(input: RedriveExecutionInput, { kernel, state }: States): RedriveExecutionOutput {
  const arn = input.executionArn ?? '';
  readArn(arn);
  const execution = resolveExecution(state, arn);
  const { redriveStatus: status, redriveStatusReason: reason } = redriveStatus(execution, kernel.nowMs());
  if (status !== 'REDRIVABLE') throw executionNotRedrivable(reason ?? `Execution ${arn} cannot be redriven`);
  const revision = state.revisions.get(execution.revisionKey) as Revision;
  redrive(state.engine, execution, { running: createRunning(execution, revision), revision });
  return { redriveDate: new Date(kernel.nowMs()) };
}
