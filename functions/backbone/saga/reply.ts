import { SendTaskFailureCommand, SendTaskSuccessCommand, SFNClient } from '@aws-sdk/client-sfn';
import { lambdaQueuePorts, type QueuePorts } from '../delivery/queue.ts';
import { once, type Sender } from '../ports.ts';
import { log } from '../telemetry/telemetry.ts';

/** What became of a step, or of its undo: done, or refused for good. A refusal says that nothing was done, and nothing will be. */
export type Reply =
  | { readonly outcome: 'done'; readonly result: Readonly<Record<string, unknown>> }
  | { readonly outcome: 'refused'; readonly code: string; readonly reason: string };

/** It was done; later steps may refer to the result. */
export const done = (result: Readonly<Record<string, unknown>> = {}): Reply => ({ outcome: 'done', result });

/** The business says no: nothing was done. `code` is a stable name for why. */
export const refused = (code: string, reason: string): Reply => ({ outcome: 'refused', code, reason });

/** The error of every refusal, by which a machine tells it from a failure; its cause is `{code, reason}`. */
const REFUSAL = 'StepRefused';

/** The world of a participant: a table, a queue, and the machine that waits. */
export interface ParticipantPorts extends QueuePorts {
  readonly sfn: Sender;
}

const sfn = once(() => new SFNClient({}));

/** The world of a participant in Lambda. */
export const lambdaParticipantPorts: ParticipantPorts = Object.defineProperties(Object.create(lambdaQueuePorts), {
  sfn: { get: () => sfn() },
}) as ParticipantPorts;

/** Nobody waits any more: the task was answered before, has timed out, or its execution has ended. */
const NOBODY_WAITS = new Set(['TaskTimedOut', 'TaskDoesNotExist', 'InvalidToken']);

/**
 * Answers the machine that waits. It is called again whenever the command comes again, so that an answer is not lost; who was answered already does not hear the second.
 * @see https://docs.aws.amazon.com/step-functions/latest/dg/connect-to-resource.html#connect-wait-token
 */
export async function answer({ sfn: client }: Pick<ParticipantPorts, 'sfn'>, taskToken: string, reply: Reply): Promise<void> {
  try {
    await client.send(
      reply.outcome === 'done'
        ? new SendTaskSuccessCommand({ taskToken, output: JSON.stringify(reply.result) })
        : new SendTaskFailureCommand({ taskToken, error: REFUSAL, cause: JSON.stringify({ code: reply.code, reason: reply.reason }) }),
    );
  } catch (error) {
    if (!(error instanceof Error) || !NOBODY_WAITS.has(error.name)) throw error;
    log('info', 'answered nobody', { reason: error.name });
  }
}
