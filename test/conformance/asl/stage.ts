import { zipSync } from 'fflate';
import { Plane } from '../../../local/plane.ts';
import { TraceClient } from '../trace/client.ts';
import type { AslCase, AslResource } from './asl-case.ts';

const ACCOUNT = '111111111111';
const START_MS = Date.UTC(2026, 0, 1);

/** JavaScript for the handlers that cases name by file. */
const HANDLERS: Readonly<Record<string, string>> = {
  'id_function.py': 'exports.handler = async (event) => event;',
  'echo_function.py': 'exports.handler = async (event) => event;',
  'raise_exception.py': "exports.handler = async () => { const error = new Error('Some exception was raised.'); error.name = 'Exception'; throw error; };",
  'raise_custom_exception.py': "exports.handler = async () => { const error = new Error(''); error.name = 'CustomException'; throw error; };",
  'return_bytes_str.py': "exports.handler = async () => 'HelloWorld!';",
  'large_output_string.py': "exports.handler = async () => 'a'.repeat(257 * 1024);",
  'wait_60_seconds.py': 'exports.handler = async () => new Promise((resolve) => setTimeout(resolve, 60_000));',
};

/** Where a case is played: a plane in virtual time, and a client of it. */
export interface Stage {
  readonly plane: Plane;
  readonly client: TraceClient;
  call(service: string, op: string, params: object): ReturnType<TraceClient['call']>;
}

/** Makes what was there before the case began. */
export async function setStage({ resources, setup = [] }: Pick<AslCase, 'resources' | 'setup'>): Promise<Stage> {
  const plane = new Plane({ accountId: ACCOUNT, region: 'us-east-1', clock: { kind: 'virtual', startMs: START_MS }, seed: 'asl' });
  const client = new TraceClient(plane);
  const stage: Stage = { plane, client, call: (service, op, params) => driven(plane, client.call({ service, op, params })) };
  await createRole(stage, 'sfn_role-00000001');
  for (const resource of resources) await provide(stage, resource);
  for (const step of setup) await stage.call(step.service, step.op, step.params);
  return stage;
}

/** Lets the plane's clock go until a call has returned. */
async function driven<Output>(plane: Plane, call: Promise<Output>): Promise<Output> {
  let isDone = false;
  const watched = call.finally(() => {
    isDone = true;
  });
  void watched.catch(() => undefined);
  await plane.kernel.run({ isDone: () => isDone });
  return watched;
}

async function createRole(stage: Stage, name: string): Promise<void> {
  const statement = (more: object): string => JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', ...more }] });
  const trust = statement({ Principal: { Service: ['states.amazonaws.com', 'lambda.amazonaws.com'] }, Action: 'sts:AssumeRole' });
  await stage.call('iam', 'create_role', { RoleName: name, AssumeRolePolicyDocument: trust });
  await stage.call('iam', 'put_role_policy', { RoleName: name, PolicyName: 'all', PolicyDocument: statement({ Action: '*', Resource: '*' }) });
}

async function provide(stage: Stage, resource: AslResource): Promise<void> {
  const { type, name = '', attributes } = resource;
  const more = attributes ? { Attributes: attributes } : {};
  switch (type) {
    case 'lambda':
      await stage.call('lambda', 'create_function', {
        FunctionName: name,
        Runtime: 'nodejs22.x',
        Handler: 'handler.handler',
        Role: `arn:aws:iam::${ACCOUNT}:role/sfn_role-00000001`,
        Timeout: 120,
        Code: { ZipFile: { $base64: Buffer.from(zipSync({ 'handler.js': Buffer.from(HANDLERS[resource.handlerFile ?? ''] ?? '') })).toString('base64') } },
      });
      return;
    case 'queue':
      await stage.call('sqs', 'create_queue', { QueueName: name, ...more });
      return;
    case 'topic':
      await stage.call('sns', 'create_topic', { Name: name, ...more });
      return;
    case 'log-group':
      await stage.call('logs', 'create_log_group', { logGroupName: name });
      return;
    case 'table': {
      const { type: _type, arn: _arn, name: _name, attributes: _attributes, ...params } = resource;
      await stage.call('dynamodb', 'create_table', { TableName: name, ...tableOf(params) });
      return;
    }
    default:
  }
}

function tableOf(params: Readonly<Record<string, unknown>>): object {
  const settings = (params['extra'] ?? params['settings'] ?? params) as Readonly<Record<string, unknown>>;
  if ('KeySchema' in settings) return { BillingMode: 'PAY_PER_REQUEST', ...settings };
  return {
    KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
    BillingMode: 'PAY_PER_REQUEST',
  };
}
