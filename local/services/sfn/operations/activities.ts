import type {
  CreateActivityInput,
  CreateActivityOutput,
  DeleteActivityInput,
  DeleteActivityOutput,
  DescribeActivityInput,
  DescribeActivityOutput,
  GetActivityTaskInput,
  GetActivityTaskOutput,
  ListActivitiesInput,
  ListActivitiesOutput,
} from '@aws-sdk/client-sfn';
import { refuseAllBut } from '../../../kernel/errors.ts';
import { taskStepOf, workerTook } from '../engine/task.ts';
import { awaitTask, takeTask, type Worker } from '../engine/waiting/activity-queue.ts';
import { type TaskPlace, writeToken } from '../engine/waiting/token.ts';
import { activityDoesNotExist } from '../errors.ts';
import { jsonText } from '../history/text.ts';
import { activityArn, checkName, readArnOf } from '../naming.ts';
import type { States } from '../state.ts';
import { page } from './paging.ts';
import { readTags } from './tags.ts';

/** A worker waits this long for a task. @see https://docs.aws.amazon.com/step-functions/latest/apireference/API_GetActivityTask.html */
const POLL_MS = 60_000;

/** Idempotent by the name. */
export function createActivity(input: CreateActivityInput, { kernel, state }: States): CreateActivityOutput {
  refuseAllBut(['name', 'tags'], input, { operation: 'CreateActivity', page: 'sfn' });
  const { name = '' } = input;
  checkName(name);
  const arn = activityArn(kernel, name);
  const activity = state.activities.get(arn) ?? { arn, name, createdMs: kernel.nowMs(), tags: readTags(input.tags) };
  if (!state.activities.has(arn)) state.activities.put(arn, activity);
  return { activityArn: arn, creationDate: new Date(activity.createdMs) };
}

export function deleteActivity(input: DeleteActivityInput, { state }: States): DeleteActivityOutput {
  const { arn } = readArnOf(input.activityArn ?? '', 'activity');
  state.activities.delete(arn);
  return {};
}

export function describeActivity(input: DescribeActivityInput, { state }: States): DescribeActivityOutput {
  const { arn } = readArnOf(input.activityArn ?? '', 'activity');
  const activity = state.activities.get(arn);
  if (!activity) throw activityDoesNotExist(arn);
  return { activityArn: arn, name: activity.name, creationDate: new Date(activity.createdMs), encryptionConfiguration: { type: 'AWS_OWNED_KEY' } };
}

export function listActivities(input: ListActivitiesInput, { state }: States): ListActivitiesOutput {
  const { elements, nextToken } = page([...state.activities.values()], input);
  return {
    activities: elements.map(({ arn, name, createdMs }) => ({ activityArn: arn, name, creationDate: new Date(createdMs) })),
    ...(nextToken !== undefined && { nextToken }),
  };
}

/** The task that has waited longest, or the next within a minute; an answer without a token says that there was none. */
export function getActivityTask(input: GetActivityTaskInput, context: States): GetActivityTaskOutput | Promise<GetActivityTaskOutput> {
  const { state } = context;
  const { arn } = readArnOf(input.activityArn ?? '', 'activity');
  if (!state.activities.has(arn)) throw activityDoesNotExist(arn);
  for (let place = takeTask(state.queue, arn); place !== undefined; place = takeTask(state.queue, arn)) {
    const task = handOver(place, { input, context });
    if (task) return task;
  }
  return nextTask(arn, { input, context });
}

interface Asked {
  readonly input: GetActivityTaskInput;
  readonly context: States;
}

/** Gives a task to a worker, unless the task is there no more. */
function handOver(place: TaskPlace, { input, context }: Asked): GetActivityTaskOutput | undefined {
  const { engine } = context.state;
  const running = context.state.running.get(place.executionArn);
  const frame = running?.frames.get(place.frame);
  if (!running || !frame) return undefined;
  const step = taskStepOf({ engine, running, frame }, place.task);
  if (!step) return undefined;
  workerTook({ engine, running, frame }, step, input.workerName);
  return { taskToken: writeToken(place), input: jsonText(step.args) };
}

function nextTask(arn: string, asked: Asked): Promise<GetActivityTaskOutput> {
  const { kernel, state, signal } = asked.context;
  return new Promise((resolve) => {
    const worker: Worker = {
      name: asked.input.workerName,
      take: (place) => {
        stop();
        // The task's own transition comes first.
        kernel.soon('task for a worker', () => resolve(handOver(place, asked) ?? {}));
      },
    };
    const leave = awaitTask(state.queue, arn, worker);
    const timer = kernel.at(kernel.nowMs() + POLL_MS, 'worker goes without a task', () => {
      stop();
      resolve({});
    });
    const gone = (): void => {
      stop();
      resolve({});
    };
    const stop = (): void => {
      leave();
      timer.cancel();
      signal?.removeEventListener('abort', gone);
    };
    signal?.addEventListener('abort', gone);
  });
}
