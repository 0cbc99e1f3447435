import { SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { lambdaPorts, once, type Ports, type Sender } from '../ports.ts';

/** What an execution of a saga's machine is given. */
export interface SagaInput {
  /** `start`: from its first step. `resume`: from step `at`. `compensate`: undoes, from step `at` on. */
  readonly entry: 'start' | 'resume' | 'compensate';
  readonly sagaId: string;
  readonly correlationid: string;
  readonly causationid: string;
  readonly traceparent: string;
  /** 1 at first; each execution that takes a saga over has the next. */
  readonly round: number;
  /** Data of the event that began the saga. */
  readonly data: unknown;
  /** Where it goes on; `none` with nothing to undo. */
  readonly at?: string;
  /** Name of the execution that it takes the saga over from. */
  readonly previous?: string;
  /** What finished steps answered, by step. */
  readonly results?: Readonly<Record<string, unknown>>;
  /** Why it turned back. */
  readonly failure?: Readonly<Record<string, string>>;
}

/** The world of what starts machines. */
export interface MachinePorts extends Ports {
  readonly sfn: Sender;
}

const sfn = once(() => new SFNClient({}));

/** The world in Lambda. */
export const lambdaMachinePorts: MachinePorts = Object.defineProperties(Object.create(lambdaPorts), { sfn: { get: () => sfn() } }) as MachinePorts;

/** Name of the execution of a round: the saga's own name at first, so that of two starts there is one. */
export const executionNameOf = (sagaId: string, round: number): string => (round === 1 ? sagaId : `${sagaId}.${round}`);

/**
 * Starts an execution; one that was started before, under the same name, is that one.
 * @see https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html
 */
export async function start({ sfn: client }: Pick<MachinePorts, 'sfn'>, stateMachineArn: string, input: SagaInput): Promise<void> {
  try {
    await client.send(new StartExecutionCommand({ stateMachineArn, name: executionNameOf(input.sagaId, input.round), input: JSON.stringify(input) }));
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'ExecutionAlreadyExists') throw error;
  }
}
