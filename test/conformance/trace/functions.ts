import { zipSync } from 'fflate';
import type { TraceClient } from './client.ts';
import type { Trace, TraceResource } from './trace.ts';

/** JavaScript for the handlers that traces name by file: `index.js` of a Node function that does what the file's name says. */
export type FunctionHandlers = ReadonlyMap<string, string>;

/** The runtime that stands in where the recorded function was written in Python. */
export const NODE_RUNTIME = 'nodejs22.x';

/** Makes what was there before a trace's first step. */
export async function provideResources({ resources }: Trace, handlers: FunctionHandlers, client: TraceClient): Promise<void> {
  for (const resource of resources) {
    const source = handlers.get(resource.handlerFile ?? '');
    if (resource.type === 'lambda' && source !== undefined) await createFunction(resource, source, client);
  }
}

async function createFunction({ name, runtime, extra }: TraceResource, source: string, client: TraceClient): Promise<void> {
  const params = {
    FunctionName: name,
    Runtime: runtime?.startsWith('nodejs') ? runtime : NODE_RUNTIME,
    Handler: 'index.handler',
    Role: 'arn:aws:iam::111111111111:role/lambda-role',
    Timeout: extra?.timeout ?? 30,
    Environment: { Variables: extra?.envvars ?? {} },
    Code: { ZipFile: { $base64: Buffer.from(zipSync({ 'index.js': Buffer.from(source) })).toString('base64') } },
  };
  const { errorText } = await client.call({ service: 'lambda', op: 'create_function', params, isQuery: false });
  if (errorText !== undefined) throw new Error(errorText);
}
