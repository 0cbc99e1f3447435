import type {
  DescribeMapRunInput,
  DescribeMapRunOutput,
  ListMapRunsInput,
  ListMapRunsOutput,
  UpdateMapRunInput,
  UpdateMapRunOutput,
} from '@aws-sdk/client-sfn';
import { referencedResourceNotFound } from '../errors.ts';
import { readArnOf } from '../naming.ts';
import type { MapRun } from '../records.ts';
import type { States, StatesState } from '../state.ts';
import { page } from './paging.ts';
import { resolveExecution } from './resolve.ts';

function mapRunOf(state: StatesState, arn: string): MapRun {
  readArnOf(arn, 'mapRun');
  const run = state.mapRuns.get(arn);
  if (!run) throw referencedResourceNotFound(arn);
  return run;
}

export function describeMapRun(input: DescribeMapRunInput, { state }: States): DescribeMapRunOutput {
  const run = mapRunOf(state, input.mapRunArn ?? '');
  const { counts, executionCount, itemCount } = run;
  const ended = counts.succeeded + counts.failed + counts.timedOut + counts.aborted;
  const common = {
    running: counts.running,
    succeeded: counts.succeeded,
    failed: counts.failed,
    timedOut: counts.timedOut,
    aborted: counts.aborted,
    resultsWritten: 0,
  };
  const ofItems = (count: number): number => (executionCount === 0 ? 0 : Math.round((count * itemCount) / executionCount));
  return {
    mapRunArn: run.arn,
    executionArn: run.executionArn,
    status: run.status,
    startDate: new Date(run.startMs),
    ...(run.stopMs !== undefined && { stopDate: new Date(run.stopMs) }),
    maxConcurrency: run.maxConcurrency,
    toleratedFailurePercentage: run.toleratedFailurePercentage,
    toleratedFailureCount: run.toleratedFailureCount,
    itemCounts: {
      ...common,
      running: ofItems(counts.running),
      succeeded: ofItems(counts.succeeded),
      failed: ofItems(counts.failed),
      timedOut: ofItems(counts.timedOut),
      aborted: ofItems(counts.aborted),
      pending: ofItems(executionCount - counts.running - ended),
      total: itemCount,
    },
    executionCounts: { ...common, pending: executionCount - counts.running - ended, total: executionCount },
    redriveCount: run.redriveCount,
    ...(run.redriveMs !== undefined && { redriveDate: new Date(run.redriveMs) }),
  };
}

export function listMapRuns(input: ListMapRunsInput, { state }: States): ListMapRunsOutput {
  const execution = resolveExecution(state, input.executionArn ?? '');
  const runs = [...state.mapRuns.values()].filter(({ executionArn }) => executionArn === execution.arn);
  const { elements, nextToken } = page(runs, input);
  return {
    mapRuns: elements.map(({ arn, executionArn, stateMachineArn, startMs, stopMs }) => ({
      mapRunArn: arn,
      executionArn,
      stateMachineArn,
      startDate: new Date(startMs),
      ...(stopMs !== undefined && { stopDate: new Date(stopMs) }),
    })),
    ...(nextToken !== undefined && { nextToken }),
  };
}

/** Bounds of a run that is under way; executions that run go on. */
export function updateMapRun(input: UpdateMapRunInput, { state }: States): UpdateMapRunOutput {
  const run = mapRunOf(state, input.mapRunArn ?? '');
  run.maxConcurrency = input.maxConcurrency ?? run.maxConcurrency;
  run.toleratedFailureCount = input.toleratedFailureCount ?? run.toleratedFailureCount;
  run.toleratedFailurePercentage = input.toleratedFailurePercentage ?? run.toleratedFailurePercentage;
  state.mapRuns.touch(run.arn);
  return {};
}
