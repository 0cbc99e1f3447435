import type { AccessCheck } from '../../kernel/principal.ts';
import { layerKey, layerNameOf, layerPolicyKey } from './layers.ts';
import { functionArn, functionNameOf } from './naming.ts';
import { keyOf, type Lambda } from './state.ts';

/** Operations whose permission has another name. @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_awslambda.html */
const ACTIONS: Readonly<Record<string, string>> = { Invoke: 'InvokeFunction', GetLayerVersionByArn: 'GetLayerVersion' };

/** Operations that take no resource. */
const ON_ANY = new Set(['ListFunctions', 'ListEventSourceMappings', 'CreateEventSourceMapping', 'GetAccountSettings', 'ListLayers']);

/** The permissions a call needs. */
// biome-ignore lint/suspicious/noExplicitAny: one of many inputs
export function accessOf(operation: string, input: any, { kernel, state }: Lambda): readonly AccessCheck[] {
  const action = `lambda:${ACTIONS[operation] ?? operation}`;
  if (ON_ANY.has(operation)) return [{ action, resource: '*' }];
  if (input.UUID !== undefined) {
    const mapping = state.mappings.get(input.UUID);
    const conditionKeys = mapping ? { 'lambda:FunctionArn': keyOf(functionArn(kernel, mapping.functionName), mapping.qualifier) } : {};
    return [{ action, resource: kernel.arn('lambda', `event-source-mapping:${input.UUID}`), conditionKeys }];
  }
  if (input.LayerName !== undefined || input.Arn !== undefined) return [layerAccess(action, input, state, kernel)];
  const named: string = input.FunctionName ?? input.Resource;
  if (named.includes(':event-source-mapping:')) return [{ action, resource: named }];
  const { name, qualifier } = functionNameOf(kernel, named, input.Qualifier);
  const policy = state.policies.get(keyOf(name, qualifier === '$LATEST' ? undefined : qualifier));
  return [{ action, resource: keyOf(functionArn(kernel, name), qualifier), ...(policy && { resourcePolicy: policy.document }) }];
}

function layerAccess(
  action: string,
  input: { readonly LayerName?: string; readonly VersionNumber?: number; readonly Arn?: string },
  state: Lambda['state'],
  kernel: Lambda['kernel'],
): AccessCheck {
  const { LayerName: given = '', VersionNumber: number, Arn: arn } = input;
  if (arn !== undefined) return { action, resource: arn };
  const name = layerNameOf(given);
  if (number === undefined) return { action, resource: kernel.arn('lambda', `layer:${name}`) };
  const policy = state.policies.get(layerPolicyKey(name, number));
  return { action, resource: kernel.arn('lambda', `layer:${layerKey(name, number)}`), ...(policy && { resourcePolicy: policy.document }) };
}
