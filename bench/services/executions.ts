import { setTimeout as sleep } from 'node:timers/promises';
import type { Clients } from './clients.ts';
import type { Operation } from './operation.ts';

const TRUST = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: 'states.amazonaws.com' } }] };

/** Transitions of one execution: ten times round a Choice and two Pass states, and the end. */
export const TRANSITIONS = 32;

const DEFINITION = JSON.stringify({
  StartAt: 'Begin',
  States: {
    Begin: { Type: 'Pass', Result: 0, ResultPath: '$.count', Next: 'Enough' },
    Enough: { Type: 'Choice', Choices: [{ Variable: '$.count', NumericGreaterThanEquals: 10, Next: 'Done' }], Default: 'Count' },
    Count: { Type: 'Pass', Parameters: { 'count.$': 'States.MathAdd($.count, 1)' }, Next: 'Carry' },
    Carry: { Type: 'Pass', Next: 'Enough' },
    Done: { Type: 'Succeed' },
  },
});

/** How long executions may take that were started. */
const END_MS_MAX = 15_000;

interface Machine {
  readonly stateMachineArn: string;
  remove(): Promise<void>;
}

async function createMachine({ iam, sfn }: Clients, name: string): Promise<Machine> {
  const { Role } = await iam.createRole({ RoleName: name, AssumeRolePolicyDocument: JSON.stringify(TRUST) });
  const { stateMachineArn = '' } = await sfn.createStateMachine({ name, definition: DEFINITION, roleArn: Role?.Arn });
  const remove = async (): Promise<void> => {
    await sfn.deleteStateMachine({ stateMachineArn });
    await iam.deleteRole({ RoleName: name });
  };
  return { stateMachineArn, remove };
}

/** Resolves once none of the machine's executions runs. */
async function ended({ sfn }: Clients, stateMachineArn: string): Promise<void> {
  const giveUpMs = performance.now() + END_MS_MAX;
  for (;;) {
    const { executions = [] } = await sfn.listExecutions({ stateMachineArn, statusFilter: 'RUNNING', maxResults: 1 });
    if (executions.length === 0) return;
    if (performance.now() > giveUpMs) throw new Error('Executions did not end');
    await sleep(2);
  }
}

/** Step Functions: an execution, from its start to its end. */
export const execute: Operation = {
  name: 'execution',
  title: `execution of ${TRANSITIONS} transitions, until all have ended`,
  async prepare(clients, name) {
    const { stateMachineArn, remove } = await createMachine(clients, name);
    return {
      call: ({ sfn }, value) => sfn.startExecution({ stateMachineArn, name: value, input: '{}' }),
      answer: /"executionArn"/,
      settle: () => ended(clients, stateMachineArn),
      verify: async () => {
        const { executions = [] } = await clients.sfn.listExecutions({ stateMachineArn, maxResults: 1 });
        const [last] = executions;
        if (last?.status !== 'SUCCEEDED') throw new Error(`An execution is ${last?.status}`);
      },
      remove,
    };
  },
};

/** Step Functions: the history of an execution that has ended. */
export const history: Operation = {
  name: 'history',
  title: 'GetExecutionHistory of all its events',
  async prepare(clients, name) {
    const { stateMachineArn, remove } = await createMachine(clients, name);
    const { executionArn = '' } = await clients.sfn.startExecution({ stateMachineArn, name: 'read', input: '{}' });
    await ended(clients, stateMachineArn);
    return {
      call: ({ sfn }) => sfn.getExecutionHistory({ executionArn, maxResults: 1000 }),
      answer: /"ExecutionSucceeded"/,
      remove,
    };
  },
};
