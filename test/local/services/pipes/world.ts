import type { InvokeCommandInput } from '@aws-sdk/client-lambda';
import { Fault } from '../../../../local/kernel/errors.ts';
import type { JournalEntry } from '../../../../local/kernel/journal.ts';
import { Kernel } from '../../../../local/kernel/kernel.ts';
import type { Service } from '../../../../local/kernel/service.ts';
import { cloudwatchLogs } from '../../../../local/services/cloudwatch-logs/service.ts';
import { dynamodb } from '../../../../local/services/dynamodb/service.ts';
import { dynamodbStreams } from '../../../../local/services/dynamodb-streams/service.ts';
import { eventbridge } from '../../../../local/services/eventbridge/service.ts';
import { createAuthorizer } from '../../../../local/services/iam/authorizer.ts';
import { iam } from '../../../../local/services/iam/service.ts';
import { pipes } from '../../../../local/services/pipes/service.ts';
import { sqs } from '../../../../local/services/sqs/service.ts';

export const ACCOUNT = '111111111111';
export const START_MS = Date.UTC(2026, 0, 1);
export const ROLE = `arn:aws:iam::${ACCOUNT}:role/pipe`;

export const queueArn = (name: string): string => `arn:aws:sqs:us-east-1:${ACCOUNT}:${name}`;
export const functionArn = (name: string): string => `arn:aws:lambda:us-east-1:${ACCOUNT}:function:${name}`;

/** What a function of the stand-in does: it answers, or throws and so fails. */
export type Functions = Readonly<Record<string, (event: never) => unknown>>;

/** A plane with a role that Pipes may assume, queues, and a stand-in for Lambda. */
export async function world(functions: Functions = {}, grants: readonly string[] = ['sqs:*', 'events:*', 'logs:*', 'lambda:*', 'dynamodb:*']) {
  const clock = { kind: 'virtual', startMs: START_MS } as const;
  const kernel = new Kernel({ accountId: ACCOUNT, region: 'us-east-1', clock, seed: 'pipes', journalCapacity: 10_000 });
  const invoked: { readonly name: string; readonly event: unknown; readonly type: string | undefined; readonly atMs: number }[] = [];
  const lambda: Service<object> = {
    name: 'lambda',
    arnService: 'lambda',
    createState: () => ({}),
    operations: {
      Invoke({ FunctionName: arn = '', Payload, InvocationType: type }: InvokeCommandInput) {
        const name = arn.slice(arn.lastIndexOf(':') + 1);
        const event: unknown = JSON.parse(Buffer.from(Payload as Uint8Array).toString());
        invoked.push({ name, event, type, atMs: kernel.nowMs() });
        try {
          return { StatusCode: 200, Payload: Buffer.from(JSON.stringify(functions[name]?.(event as never) ?? null)) };
        } catch (error) {
          return { StatusCode: 200, FunctionError: 'Unhandled', Payload: Buffer.from(JSON.stringify({ errorMessage: (error as Error).message })) };
        }
      },
    },
    access: (operation, input) => [{ action: `lambda:${operation === 'Invoke' ? 'InvokeFunction' : operation}`, resource: input.FunctionName }],
    delivery: (arn, { body }) => ({ operation: 'Invoke', input: { FunctionName: arn, InvocationType: 'Event', Payload: Buffer.from(body) } }),
  };
  for (const service of [sqs, dynamodb, dynamodbStreams, eventbridge, cloudwatchLogs, pipes, lambda] as unknown as Service<never>[]) kernel.install(service);
  kernel.setAuthorizer(createAuthorizer(kernel, kernel.install(iam)));
  const call = <Output = Record<string, never>>(service: string, operation: string, input: object): Promise<Output> =>
    kernel.request<Output>({ service, operation, input, principal: { type: 'root' } });
  const trust = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Principal: { Service: 'pipes.amazonaws.com' }, Action: 'sts:AssumeRole' }] };
  await call('iam', 'CreateRole', { RoleName: 'pipe', AssumeRolePolicyDocument: JSON.stringify(trust) });
  const policy = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: grants, Resource: '*' }] };
  await call('iam', 'PutRolePolicy', { RoleName: 'pipe', PolicyName: 'work', PolicyDocument: JSON.stringify(policy) });
  const pipe = (more: object = {}) => call('pipes', 'CreatePipe', { Name: 'orders', Source: queueArn('in'), Target: queueArn('out'), RoleArn: ROLE, ...more });
  const send = (body: unknown, more: object = {}) =>
    call('sqs', 'SendMessage', { QueueUrl: 'in', MessageBody: typeof body === 'string' ? body : JSON.stringify(body), ...more });
  const entries = (kind: string): JournalEntry[] => [...kernel.journal.since(0)].filter((entry) => entry.kind === kind);
  const bodies = async (queue: string): Promise<string[]> => {
    const { Messages = [] } = await call<{ Messages?: { Body: string }[] }>('sqs', 'ReceiveMessage', { QueueUrl: queue, MaxNumberOfMessages: 10 });
    return Messages.map(({ Body }) => Body);
  };
  const waiting = async (queue: string): Promise<number> => {
    const names = ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'];
    const { Attributes } = await call<{ Attributes: Record<string, string> }>('sqs', 'GetQueueAttributes', { QueueUrl: queue, AttributeNames: names });
    return names.reduce((sum, name) => sum + Number(Attributes[name]), 0);
  };
  const runFor = (ms: number) => kernel.run({ untilMs: kernel.nowMs() + ms });
  return { kernel, call, pipe, send, entries, bodies, waiting, invoked, runFor };
}

/** A table with a stream; answers the stream's ARN. */
export async function table({ call }: Pick<Awaited<ReturnType<typeof world>>, 'call'>): Promise<string> {
  const input = {
    TableName: 'orders',
    BillingMode: 'PAY_PER_REQUEST',
    KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
    AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
    StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_IMAGE' },
  };
  const { TableDescription: description } = await call<{ TableDescription: { LatestStreamArn: string } }>('dynamodb', 'CreateTable', input);
  return description.LatestStreamArn;
}

/** The fault that a call ends with. */
export async function faultOf(call: Promise<unknown>): Promise<{ code: string; message: string }> {
  try {
    await call;
  } catch (error) {
    if (error instanceof Fault) return { code: error.code, message: error.message };
    throw error;
  }
  throw new Error('The call succeeded');
}
