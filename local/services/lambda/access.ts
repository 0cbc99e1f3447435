import type { AccessCheck } from '../../kernel/principal.ts';
import { functionArn, functionNameOf } from './naming.ts';
import type { Lambda } from './state.ts';

/** Operations whose permission has another name. @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_awslambda.html */
const ACTIONS: Readonly<Record<string, string>> = { Invoke: 'InvokeFunction' };

/** Operations that take no resource. */
const ON_ANY = new Set(['ListFunctions', 'ListEventSourceMappings', 'CreateEventSourceMapping', 'GetAccountSettings']);

/** The permissions a call needs. */
// biome-ignore lint/suspicious/noExplicitAny: one of many inputs
export function accessOf(operation: string, input: any, { kernel, state }: Lambda): readonly AccessCheck[] {
  const action = `lambda:${ACTIONS[operation] ?? operation}`;
  if (ON_ANY.has(operation)) return [{ action, resource: '*' }];
  if (input.UUID !== undefined) {
    const mapping = state.mappings.get(input.UUID);
    const conditionKeys = mapping ? { 'lambda:FunctionArn': functionArn(kernel, mapping.functionName) } : {};
    return [{ action, resource: kernel.arn('lambda', `event-source-mapping:${input.UUID}`), conditionKeys }];
  }
  const name = functionNameOf(input.FunctionName ?? input.Resource);
  const policy = state.functions.get(name)?.policy ?? [];
  return [{ action, resource: functionArn(kernel, name), ...(policy.length > 0 && { resourcePolicy: { Version: '2012-10-17', Statement: policy } }) }];
}
