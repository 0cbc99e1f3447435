import type { EventContract } from '../../../schemas/index.ts';
import type { ConsumerHandler } from '../consumer.ts';
import { MalformedError } from '../errors.ts';
import { required } from '../ports.ts';
import { lambdaMachinePorts, type MachinePorts, start } from './machine.ts';

/** Starts the machine of a saga (`STATE_MACHINE_ARN`) for each event, under the name of what it is about (`SAGA_KEY`, a path in its data): however often the event comes, there is one instance. */
export function startsSaga<C extends EventContract>(ports: MachinePorts = lambdaMachinePorts): ConsumerHandler<C> {
  return async (event) => {
    const { id: causationid, correlationid, traceparent, data } = event;
    const sagaId = keyOf(data, required(ports.environment, 'SAGA_KEY'));
    await start(ports, required(ports.environment, 'STATE_MACHINE_ARN'), { entry: 'start', sagaId, correlationid, causationid, traceparent, round: 1, data });
  };
}

/** What a name of an execution is made of, less what is left for the number of its round. @see https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html */
const SAGA_ID = /^[\w-]{1,70}$/;

function keyOf(data: unknown, path: string): string {
  const value = path.split('.').reduce<unknown>((at, name) => (at as Record<string, unknown> | undefined)?.[name], data);
  if (typeof value !== 'string' || !SAGA_ID.test(value))
    throw new MalformedError(`The data's ${path} is not 1 to 70 letters, digits, underscores and dashes, as the name of a saga has to be`);
  return value;
}
