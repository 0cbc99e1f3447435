import type { DescribeExecutionOutput, GetExecutionHistoryOutput, HistoryEvent } from '@aws-sdk/client-sfn';
import type { ClockMode } from '../../../../local/kernel/clock.ts';
import { Fault } from '../../../../local/kernel/errors.ts';
import type { JournalEntry } from '../../../../local/kernel/journal.ts';
import { Plane } from '../../../../local/plane.ts';

export const ACCOUNT = '111111111111';
export const START_MS = Date.UTC(2026, 0, 1);
export const ROLE = `arn:aws:iam::${ACCOUNT}:role/machine`;

export const machineArn = (name: string): string => `arn:aws:states:us-east-1:${ACCOUNT}:stateMachine:${name}`;
export const executionArn = (machine: string, name: string): string => `arn:aws:states:us-east-1:${ACCOUNT}:execution:${machine}:${name}`;
export const activityArn = (name: string): string => `arn:aws:states:us-east-1:${ACCOUNT}:activity:${name}`;
export const queueUrl = (name: string): string => `http://127.0.0.1:4566/${ACCOUNT}/${name}`;

interface Options {
  readonly dataDirectory?: string;
  readonly startMs?: number;
  readonly isNew?: boolean;
  /** Actions that the machines' role may do. */
  readonly actions?: readonly string[];
}

/** A plane in virtual time with a role for state machines. */
export async function world(options: Options = {}) {
  const clock: ClockMode = { kind: 'virtual', startMs: options.startMs ?? START_MS };
  const plane = new Plane({ accountId: ACCOUNT, clock, seed: 'stepfunctions', dataDirectory: options.dataDirectory });
  const { kernel } = plane;
  const call = <Output = Record<string, never>>(service: string, operation: string, input: object): Promise<Output> =>
    kernel.request<Output>({ service, operation, input, principal: { type: 'root' } });
  const sfn = <Output = Record<string, never>>(operation: string, input: object): Promise<Output> => call<Output>('sfn', operation, input);
  if (options.isNew !== false) {
    const statement = { Effect: 'Allow', Principal: { Service: 'states.amazonaws.com' }, Action: 'sts:AssumeRole' };
    const trust = JSON.stringify({ Version: '2012-10-17', Statement: [statement] });
    await call('iam', 'CreateRole', { RoleName: 'machine', AssumeRolePolicyDocument: trust });
    const allowed = { Effect: 'Allow', Action: options.actions ?? ['sqs:*', 'sns:*', 'events:*', 'dynamodb:*', 'lambda:*', 'states:*', 's3:*'], Resource: '*' };
    await call('iam', 'PutRolePolicy', {
      RoleName: 'machine',
      PolicyName: 'tasks',
      PolicyDocument: JSON.stringify({ Version: '2012-10-17', Statement: [allowed] }),
    });
  }
  const machine = (states: object, more: object = {}) => {
    const { StartAt = Object.keys(states)[0], ...definition } = more as { StartAt?: string; type?: string; name?: string; [member: string]: unknown };
    const { type = 'STANDARD', name = 'machine', loggingConfiguration, ...rest } = definition;
    const text = JSON.stringify({ StartAt, States: states, ...rest });
    const logging = loggingConfiguration === undefined ? {} : { loggingConfiguration };
    return sfn<{ stateMachineArn: string }>('CreateStateMachine', { name, definition: text, roleArn: ROLE, type, ...logging });
  };
  const start = async (input: unknown = {}, name = 'run', of = 'machine'): Promise<string> => {
    const { executionArn: arn } = await sfn<{ executionArn: string }>('StartExecution', {
      stateMachineArn: machineArn(of),
      name,
      input: JSON.stringify(input),
    });
    return arn;
  };
  const describe = (arn: string): Promise<DescribeExecutionOutput> => sfn('DescribeExecution', { executionArn: arn });
  const history = async (arn: string): Promise<HistoryEvent[]> => {
    const { events = [] } = await sfn<GetExecutionHistoryOutput>('GetExecutionHistory', { executionArn: arn, maxResults: 1000 });
    return events;
  };
  const types = async (arn: string): Promise<string[]> => (await history(arn)).map(({ type }) => type as string);
  /** Runs an execution of machine `machine` until it has ended. */
  const run = async (input: unknown = {}, name = 'run') => {
    const arn = await start(input, name);
    await kernel.run({ untilMs: kernel.nowMs() + 400 * 86_400_000, isDone: () => isOver(arn) });
    return describe(arn);
  };
  const isOver = (arn: string): boolean => {
    const executions = kernel.collection<{ ending: unknown }>('sfn.executions');
    return executions.get(arn)?.ending !== undefined;
  };
  const entries = (kind: string): JournalEntry[] => [...kernel.journal.since(0)].filter((entry) => entry.kind === kind);
  return { plane, kernel, call, sfn, machine, start, describe, history, types, run, isOver, entries };
}

/** The code and the message of the fault that a call ends with. */
export async function faultOf(call: Promise<unknown>): Promise<{ code: string; message: string }> {
  try {
    await call;
  } catch (error) {
    if (error instanceof Fault) return { code: error.code, message: error.message };
    throw error;
  }
  throw new Error('The call succeeded');
}
