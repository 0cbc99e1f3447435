import type { ClockMode } from '../../../../local/kernel/clock.ts';
import { Fault } from '../../../../local/kernel/errors.ts';
import type { JournalEntry } from '../../../../local/kernel/journal.ts';
import { Plane } from '../../../../local/plane.ts';

export const ACCOUNT = '111111111111';
export const START_MS = Date.UTC(2026, 0, 1);
export const ROLE = `arn:aws:iam::${ACCOUNT}:role/scheduler`;

export const queueArn = (name: string): string => `arn:aws:sqs:us-east-1:${ACCOUNT}:${name}`;

/** A plane in virtual time with a role that Scheduler may assume, and queues. */
export async function world(options: { readonly dataDirectory?: string; readonly startMs?: number; readonly isNew?: boolean } = {}) {
  const clock: ClockMode = { kind: 'virtual', startMs: options.startMs ?? START_MS };
  const plane = new Plane({ accountId: ACCOUNT, clock, seed: 'scheduler', dataDirectory: options.dataDirectory });
  const { kernel } = plane;
  const call = <Output = Record<string, never>>(service: string, operation: string, input: object): Promise<Output> => {
    const answer = kernel.request<Output>({ service, operation, input, principal: { type: 'root' } });
    return answer;
  };
  if (options.isNew !== false) {
    const statement = { Effect: 'Allow', Principal: { Service: 'scheduler.amazonaws.com' }, Action: 'sts:AssumeRole' };
    const trust = JSON.stringify({ Version: '2012-10-17', Statement: [statement] });
    await call('iam', 'CreateRole', { RoleName: 'scheduler', AssumeRolePolicyDocument: trust });
    const allowed = { Effect: 'Allow', Action: ['sqs:SendMessage', 'events:PutEvents'], Resource: '*' };
    const policy = JSON.stringify({ Version: '2012-10-17', Statement: [allowed] });
    await call('iam', 'PutRolePolicy', { RoleName: 'scheduler', PolicyName: 'send', PolicyDocument: policy });
  }
  const schedule = (more: object = {}, target: object = {}) =>
    call('scheduler', 'CreateSchedule', {
      Name: 'nightly',
      ScheduleExpression: 'rate(1 hours)',
      FlexibleTimeWindow: { Mode: 'OFF' },
      Target: { Arn: queueArn('orders'), RoleArn: ROLE, ...target },
      ...more,
    });
  const entries = (kind: string): JournalEntry[] => [...kernel.journal.since(0)].filter((entry) => entry.kind === kind);
  const messages = async (queue: string) => {
    const input = { QueueUrl: queue, MaxNumberOfMessages: 10, MessageAttributeNames: ['All'], MessageSystemAttributeNames: ['All'] };
    const { Messages = [] } = await call<{
      Messages?: { Body: string; MessageAttributes: Record<string, { StringValue: string }>; Attributes: Record<string, string> }[];
    }>('sqs', 'ReceiveMessage', input);
    return Messages;
  };
  return { plane, kernel, call, schedule, entries, messages };
}

/** The code of the fault that a call ends with. */
export async function faultOf(call: Promise<unknown>): Promise<{ code: string; message: string }> {
  try {
    await call;
  } catch (error) {
    if (error instanceof Fault) return { code: error.code, message: error.message };
    throw error;
  }
  throw new Error('The call succeeded');
}
