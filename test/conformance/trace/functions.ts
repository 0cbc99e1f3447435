import { zipSync } from 'fflate';
import type { TraceClient } from './client.ts';
import type { Trace, TraceResource } from './trace.ts';

/** JavaScript for the handlers that traces name by file: `handler.js` of a Node function that does what the file's name says. */
export type FunctionHandlers = ReadonlyMap<string, string>;

/** The runtime that stands in where the recorded function was written in Python. */
export const NODE_RUNTIME = 'nodejs22.x';

/** Makes what was there before a trace's first step. */
export async function provideResources({ resources, steps }: Trace, handlers: FunctionHandlers, client: TraceClient): Promise<void> {
  if (resources.some(({ type }) => type === 'lambda')) await createRole(client, ROLE);
  for (const role of rolesBefore(steps)) await createRole(client, role);
  for (const resource of resources) {
    const source = handlers.get(resource.handlerFile ?? '');
    if (resource.type === 'lambda' && source !== undefined) await createFunction(resource, source, client);
  }
}

const ROLE = 'lambda-role';

/** Execution roles that Lambda's steps name and no step makes: they were there before the first, as AWS makes no function without. */
function rolesBefore(steps: Trace['steps']): Set<string> {
  const made = new Set(steps.filter(({ op }) => op === 'create_role').map(({ params }) => params['RoleName']));
  const named = steps
    .filter(({ service }) => service === 'lambda')
    .map(({ params }) => /^arn:aws:iam::\d+:role\/([\w+=,.@-]+)$/.exec(String(params['Role']))?.[1]);
  return new Set(named.filter((role) => role !== undefined && !made.has(role)) as string[]);
}

/** A role of recorded functions: it may do what the tests do with them. */
async function createRole(client: TraceClient, name: string): Promise<void> {
  const statement = (more: object): string => JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', ...more }] });
  const trust = statement({ Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' });
  await client.call({ service: 'iam', op: 'create_role', params: { RoleName: name, AssumeRolePolicyDocument: trust } });
  const params = { RoleName: name, PolicyName: 'all', PolicyDocument: statement({ Action: '*', Resource: '*' }) };
  await client.call({ service: 'iam', op: 'put_role_policy', params });
}

async function createFunction({ name, runtime, extra }: TraceResource, source: string, client: TraceClient): Promise<void> {
  const params = {
    FunctionName: name,
    Runtime: runtime?.startsWith('nodejs') ? runtime : NODE_RUNTIME,
    Handler: 'handler.handler',
    Role: `arn:aws:iam::111111111111:role/${ROLE}`,
    Timeout: extra?.timeout ?? 30,
    Environment: { Variables: extra?.envvars ?? {} },
    ...extra?.settings,
    Code: { ZipFile: { $base64: Buffer.from(zipSync({ 'handler.js': Buffer.from(source) })).toString('base64') } },
  };
  // One that is refused is not there: the recorded test may be about that, and its steps say so.
  await client.call({ service: 'lambda', op: 'create_function', params });
}
