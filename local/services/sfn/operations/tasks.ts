import type {
  SendTaskFailureInput,
  SendTaskFailureOutput,
  SendTaskHeartbeatInput,
  SendTaskHeartbeatOutput,
  SendTaskSuccessInput,
  SendTaskSuccessOutput,
} from '@aws-sdk/client-sfn';
import type { TaskStep } from '../engine/frame.ts';
import type { Place } from '../engine/place.ts';
import { heartbeat, resourceOf, taskStepOf, tell } from '../engine/task.ts';
import { readToken } from '../engine/waiting/token.ts';
import { invalidOutput, invalidToken, taskTimedOut } from '../errors.ts';
import type { States } from '../state.ts';

/** The task that a token stands for. One that has ended, by whatever cause, is told as timed out. */
function taskOf(token: string, { state }: States): { readonly place: Place; readonly step: TaskStep } {
  const read = readToken(token);
  if (!read) throw invalidToken();
  const { engine } = state;
  const running = state.running.get(read.executionArn);
  const frame = running?.frames.get(read.frame);
  if (!running || !frame) throw taskTimedOut();
  const place = { engine, running, frame };
  const step = taskStepOf(place, read.task);
  if (!step || step.phase === 'queued') throw taskTimedOut();
  const resource = resourceOf(place);
  const isAnswerable = resource.kind === 'activity' || (resource.kind !== 'lambda' && resource.pattern === 'callback');
  if (!isAnswerable) throw invalidToken();
  return { place, step };
}

export function sendTaskSuccess(input: SendTaskSuccessInput, context: States): SendTaskSuccessOutput {
  const text = input.output ?? '';
  const { place, step } = taskOf(input.taskToken ?? '', context);
  const output = parsed(text);
  tell(place, step, { kind: 'succeeded', output, text });
  return {};
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw invalidOutput(text);
  }
}

export function sendTaskFailure(input: SendTaskFailureInput, context: States): SendTaskFailureOutput {
  const { place, step } = taskOf(input.taskToken ?? '', context);
  tell(place, step, { kind: 'failed', error: input.error, cause: input.cause });
  return {};
}

export function sendTaskHeartbeat(input: SendTaskHeartbeatInput, context: States): SendTaskHeartbeatOutput {
  const { place, step } = taskOf(input.taskToken ?? '', context);
  heartbeat(place, step);
  return {};
}
