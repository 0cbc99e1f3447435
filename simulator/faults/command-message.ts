import type { SagaTask } from './saga-fault.ts';

/** A command of a saga, as its machine sends it to a participant's queue. */
export interface CommandMessage {
  readonly task: SagaTask;
  readonly taskToken: string;
}

/** Reads the command in a message; `undefined` where the message is another's. */
export function readCommand(input: object): CommandMessage | undefined {
  const { MessageBody: body } = input as { readonly MessageBody?: string };
  if (!body?.includes('"tasktoken"')) return undefined;
  const { tasktoken, detail } = JSON.parse(body) as {
    readonly tasktoken?: string;
    readonly detail?: { readonly id?: string; readonly sagastep?: string };
  };
  if (tasktoken === undefined || detail?.sagastep === undefined) return undefined;
  return { task: { step: detail.sagastep, direction: detail.id?.endsWith('#undo') ? 'undo' : 'step' }, taskToken: tasktoken };
}
