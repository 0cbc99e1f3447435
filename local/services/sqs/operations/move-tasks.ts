import type {
  CancelMessageMoveTaskCommandInput,
  CancelMessageMoveTaskCommandOutput,
  ListMessageMoveTasksCommandInput,
  ListMessageMoveTasksCommandOutput,
  ListMessageMoveTasksResultEntry,
  StartMessageMoveTaskCommandInput,
  StartMessageMoveTaskCommandOutput,
} from '@aws-sdk/client-sqs';
import type { Context } from '../../../kernel/service.ts';
import { invalidParameter, invalidValue, missingParameter, resourceNotFound, taskDoesNotExist } from '../errors.ts';
import { advance } from '../queue/advance.ts';
import { cancelMoveTask, startMoveTask, tasksOf } from '../queue/move-task.ts';
import type { Queue } from '../queue/queue.ts';
import type { MoveTask } from '../queue/records.ts';
import { settle } from '../queue/settle.ts';
import { type SqsState, sourcesOf } from '../state.ts';

type Sqs = Context<SqsState>;
type Output<T> = Omit<T, '$metadata'>;

/** Limits of move tasks. @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_StartMessageMoveTask.html */
const PER_SECOND_MAX = 500;
const ACTIVE_TASKS_MAX = 100;
const LIST_MAX = 10;

function sourceQueue({ state }: Sqs, arn: string | undefined): Queue {
  if (!arn) throw missingParameter('SourceArn');
  const queue = state.byArn.get(arn);
  if (!queue) throw resourceNotFound('SourceArn');
  return queue;
}

const handleOf = (task: MoveTask): string => Buffer.from(JSON.stringify({ taskId: task.id, sourceArn: task.sourceArn })).toString('base64');

function readTaskHandle(handle: string): { readonly taskId: string; readonly sourceArn: string } {
  try {
    const { taskId, sourceArn } = JSON.parse(Buffer.from(handle, 'base64').toString()) as Record<string, unknown>;
    if (typeof taskId === 'string' && typeof sourceArn === 'string') return { taskId, sourceArn };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw invalidValue(handle, 'TaskHandle', 'The task handle is invalid.');
}

export function startMessageMoveTask(input: StartMessageMoveTaskCommandInput, context: Sqs): Output<StartMessageMoveTaskCommandOutput> {
  const { kernel, state } = context;
  const { SourceArn: sourceArn, DestinationArn: destinationArn, MaxNumberOfMessagesPerSecond: perSecondMax } = input;
  const source = sourceQueue(context, sourceArn);
  const destination = destinationArn === undefined ? undefined : state.byArn.get(destinationArn);
  if (destinationArn !== undefined && !destination) throw resourceNotFound('DestinationArn');
  if (sourcesOf(state, source).length === 0) throw invalidParameter('Source queue must be configured as a Dead Letter Queue.');
  if (destination === source) throw invalidParameter('Source queue arn and destination queue arn cannot be the same.');
  if (destination && destination.settings.isFifo !== source.settings.isFifo) {
    throw invalidParameter('Source queue and destination queue must be of the same type.');
  }
  if (perSecondMax !== undefined && !(perSecondMax >= 1 && perSecondMax <= PER_SECOND_MAX)) {
    throw invalidValue(perSecondMax, 'MaxNumberOfMessagesPerSecond', 'Must be an integer value between 1 and 500.');
  }
  const running = [...state.moveTasks.values()].filter(({ status }) => status === 'RUNNING');
  if (running.some((task) => task.sourceArn === source.arn)) {
    throw invalidParameter('There is already a task running. Only one active task is allowed for a source queue arn at a given time.');
  }
  if (running.length >= ACTIVE_TASKS_MAX) throw invalidParameter(`There can be at most ${ACTIVE_TASKS_MAX} active message movement tasks per account.`);
  advance(context, source);
  const task: MoveTask = {
    id: kernel.uuid(),
    sourceArn: source.arn,
    destinationArn,
    perSecondMax,
    startedMs: kernel.nowMs(),
    toMove: source.counts.visible,
    moved: 0,
    status: 'RUNNING',
    failureReason: undefined,
  };
  startMoveTask(context, task);
  settle(context);
  return { TaskHandle: handleOf(task) };
}

/** Differs from AWS: the task is cancelled at once and never seen as `CANCELLING`. */
export function cancelMessageMoveTask(input: CancelMessageMoveTaskCommandInput, context: Sqs): Output<CancelMessageMoveTaskCommandOutput> {
  if (!input.TaskHandle) throw missingParameter('TaskHandle');
  const { taskId, sourceArn } = readTaskHandle(input.TaskHandle);
  sourceQueue(context, sourceArn);
  const task = context.state.moveTasks.get(taskId);
  if (task?.sourceArn !== sourceArn) throw taskDoesNotExist();
  if (task.status !== 'RUNNING') throw invalidParameter('Only active tasks can be cancelled.');
  cancelMoveTask(context, task);
  return { ApproximateNumberOfMessagesMoved: task.moved };
}

function wireTask(task: MoveTask): ListMessageMoveTasksResultEntry {
  return {
    ...(task.status === 'RUNNING' && { TaskHandle: handleOf(task) }),
    Status: task.status,
    SourceArn: task.sourceArn,
    ...(task.destinationArn !== undefined && { DestinationArn: task.destinationArn }),
    ...(task.perSecondMax !== undefined && { MaxNumberOfMessagesPerSecond: task.perSecondMax }),
    ApproximateNumberOfMessagesMoved: task.moved,
    ApproximateNumberOfMessagesToMove: task.toMove,
    ...(task.failureReason !== undefined && { FailureReason: task.failureReason }),
    StartedTimestamp: task.startedMs,
  };
}

export function listMessageMoveTasks(input: ListMessageMoveTasksCommandInput, context: Sqs): Output<ListMessageMoveTasksCommandOutput> {
  const { SourceArn: sourceArn, MaxResults: max = 1 } = input;
  const source = sourceQueue(context, sourceArn);
  if (!(max >= 1 && max <= LIST_MAX)) throw invalidValue(max, 'MaxResults', 'Must be an integer value between 1 and 10.');
  return { Results: tasksOf(context, source.arn).slice(0, max).map(wireTask) };
}
