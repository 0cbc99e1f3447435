import type { GetParameterCommandOutput } from '@aws-sdk/client-ssm';
import { UserError } from '../../local/index.ts';
import type { SimulatedWorld } from '../world.ts';

/** A step of a deployed saga. */
export interface SagaStep {
  readonly name: string;
  readonly participant: string;
  readonly hasUndo: boolean;
  /** The pivot, and what is behind it: once asked for, only going on is left. */
  readonly isForwardOnly: boolean;
}

/** What the stack of a saga wrote for operators: `/tickertape/sagas/<name>`. */
export interface SagaDescription {
  readonly saga: string;
  readonly stateMachineArn: string;
  readonly tableName: string;
  /** In the order in which they run. */
  readonly steps: readonly SagaStep[];
}

/** A saga with what takes its commands. */
export interface DeployedSaga extends SagaDescription {
  /** By participant. */
  readonly functionNames: ReadonlyMap<string, string>;
  readonly queueUrls: readonly string[];
}

/**
 * Reads what a deployed saga is.
 * @throws {UserError} where the assembly has no saga of that name
 */
export async function describeSaga(world: SimulatedWorld, name: string): Promise<DeployedSaga> {
  const saga = await parameter<SagaDescription>(world, `/tickertape/sagas/${name}`);
  if (!saga) throw new UserError(`The assembly has no saga ${name}: there is no parameter /tickertape/sagas/${name}`);
  const functionNames = new Map<string, string>();
  const queueUrls: string[] = [];
  for (const { participant } of saga.steps) {
    if (functionNames.has(participant)) continue;
    const path = `/tickertape/consumers/${participant}-commands`;
    const consumer = await parameter<{ readonly functionName: string; readonly queueUrl: string }>(world, path);
    if (!consumer) throw new UserError(`The saga ${name} has a participant ${participant}, and there is no parameter ${path}`);
    functionNames.set(participant, consumer.functionName);
    queueUrls.push(consumer.queueUrl);
  }
  return { ...saga, functionNames, queueUrls };
}

async function parameter<Value>(world: SimulatedWorld, path: string): Promise<Value | undefined> {
  try {
    const { Parameter: found } = await world.request<GetParameterCommandOutput>('ssm', 'GetParameter', { Name: path });
    return JSON.parse(found?.Value ?? '') as Value;
  } catch (error) {
    if ((error as Error).name === 'ParameterNotFound') return undefined;
    throw error;
  }
}
