import { DescribeExecutionCommand, RedriveExecutionCommand, SendTaskSuccessCommand, StartExecutionCommand, StopExecutionCommand } from '@aws-sdk/client-sfn';
import type { Clients } from '../clients.ts';
import { executionArnOf, readSaga, type SagaDescription, type SagaInstance } from './instances.ts';
import { planOf, SagaActionError, type SagaActionRequest, type SagaPlan } from './plan.ts';

/** Says what an action would do. */
export async function planSaga(clients: Clients, request: SagaActionRequest): Promise<SagaPlan> {
  const { description, instance } = await readSaga(clients, request.sagaId);
  return planOf(description, instance, request);
}

/** Does an action, and answers with what was planned for it. @throws {SagaActionError} where the saga has moved on meanwhile */
export async function actOnSaga(clients: Clients, request: SagaActionRequest): Promise<SagaPlan> {
  const { description, instance } = await readSaga(clients, request.sagaId);
  const plan = planOf(description, instance, request);
  switch (plan.way.kind) {
    case 'answer':
      await decide(clients, plan.way.token, request);
      break;
    case 'redrive':
      await clients.sfn.send(new RedriveExecutionCommand({ executionArn: instance.executionArn }));
      break;
    case 'stop':
      await clients.sfn.send(new StopExecutionCommand({ executionArn: instance.executionArn, error: 'CompensatedByOperator', cause: request.reason }));
      break;
    case 'round':
      await nextRound(clients, { description, instance, way: plan.way, request });
      break;
  }
  return plan;
}

async function decide({ sfn }: Clients, taskToken: string, { action, reason, result, sagaId }: SagaActionRequest): Promise<void> {
  try {
    await sfn.send(new SendTaskSuccessCommand({ taskToken, output: JSON.stringify({ action, reason, ...(result && { result }) }) }));
  } catch (error) {
    if (!['TaskTimedOut', 'TaskDoesNotExist'].includes((error as Error).name)) throw error;
    throw new SagaActionError(`Saga ${sagaId} is trying again by itself at this moment; look again, or take it over with \`resume\``);
  }
}

interface Round {
  readonly description: SagaDescription;
  readonly instance: SagaInstance;
  readonly way: Extract<SagaPlan['way'], { kind: 'round' }>;
  readonly request: SagaActionRequest;
}

/** Starts the next execution, which takes the saga over; only then the one before is stopped, so that whoever hears of its end sees that it leads nothing any more. */
async function nextRound({ sfn }: Clients, { description, instance, way, request }: Round): Promise<void> {
  const { sagaId, executionArn, executionStatus, execution, failure, stuck } = instance;
  const before = await sfn.send(new DescribeExecutionCommand({ executionArn: executionArnOf(description.stateMachineArn, execution) }));
  const { correlationid, causationid, traceparent, data } = JSON.parse(before.input ?? '{}') as Record<string, unknown>;
  const round = instance.round + 1;
  const why = failure ?? { step: stuck?.step ?? instance.step ?? '', error: 'CompensatedByOperator', reason: request.reason };
  const input = {
    entry: way.entry,
    at: way.at,
    sagaId,
    correlationid,
    causationid,
    traceparent,
    round,
    data,
    previous: execution,
    results: way.results,
    ...(way.entry === 'compensate' && { failure: why }),
  };
  await sfn.send(new StartExecutionCommand({ stateMachineArn: description.stateMachineArn, name: `${sagaId}.${round}`, input: JSON.stringify(input) }));
  if (executionStatus === 'RUNNING') await sfn.send(new StopExecutionCommand({ executionArn, error: 'TakenOver', cause: request.reason }));
}
