import { inputOf, type State, taskSettingsOf } from '../../../languages/states/index.ts';
import { stateOf } from './compile.ts';
import { scopeOf } from './language.ts';
import type { Maybe, Place } from './place.ts';
import { writeToken } from './waiting/token.ts';

/** A Task state's fields. */
export interface TaskFields {
  readonly args: unknown;
  readonly timeoutSeconds?: number | undefined;
  readonly heartbeatSeconds?: number | undefined;
  readonly credentialsRoleArn?: string | undefined;
}

type TaskState = Extract<State, { Type: 'Task' }>;

/** The id of the attempt that a task state is about to make, or makes. */
export function taskId({ running, frame }: Place): string {
  return `${running.execution.redriveCount}.${frame.enteredEventId}.${frame.retryCount}`;
}

/** Evaluates the fields of a Task state: at once where none of them has to be awaited. */
export function evaluateTask(place: Place): Maybe<TaskFields> {
  const { running, frame } = place;
  const state = stateOf(running, frame) as TaskState;
  const token = state.Resource.endsWith('.waitForTaskToken')
    ? { Task: { Token: writeToken({ executionArn: running.execution.arn, frame: frame.id, task: taskId(place) }) } }
    : {};
  const scope = scopeOf(place, token);
  const args = inputOf(state, scope);
  if (args instanceof Promise || !isPlain(state)) return withSettings(args, taskSettingsOf(state, scope));
  return { args, timeoutSeconds: state.TimeoutSeconds as number | undefined, heartbeatSeconds: state.HeartbeatSeconds as number | undefined };
}

/** Whether the settings are as they stand. */
const isPlain = ({ Credentials, TimeoutSeconds, HeartbeatSeconds, TimeoutSecondsPath, HeartbeatSecondsPath }: TaskState): boolean =>
  Credentials === undefined &&
  TimeoutSecondsPath === undefined &&
  HeartbeatSecondsPath === undefined &&
  typeof TimeoutSeconds !== 'string' &&
  typeof HeartbeatSeconds !== 'string';

async function withSettings(args: unknown, settings: ReturnType<typeof taskSettingsOf>): Promise<TaskFields> {
  // Arguments fail before settings do.
  void settings.catch(() => undefined);
  const awaited = await args;
  const { timeoutSeconds, heartbeatSeconds, credentials } = await settings;
  const { RoleArn: credentialsRoleArn } = (credentials ?? {}) as { readonly RoleArn?: string };
  return { args: awaited, timeoutSeconds, heartbeatSeconds, credentialsRoleArn };
}
