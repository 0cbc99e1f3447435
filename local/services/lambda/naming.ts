import { NotEmulated } from '../../kernel/errors.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import { functionNotFound } from './errors.ts';
import type { FunctionRecord, Plane } from './state.ts';

export const functionArn = (kernel: Kernel, name: string): string => kernel.arn('lambda', `function:${name}`);

const FUNCTION = /^(?:arn:[^:]+:lambda:[^:]*:)?(?:\d{12}:)?(?:function:)?([A-Za-z0-9_-]+)(?::(\$?[A-Za-z0-9_-]+))?$/;

/**
 * The name in any of the ways in which a function is named: name, ARN, partial ARN, each with or without a qualifier.
 * @see https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html#API_Invoke_RequestSyntax
 */
export function functionNameOf(text: string | undefined, qualifier?: string): string {
  const [, name, ownQualifier] = FUNCTION.exec(text ?? '') ?? [];
  refuseVersions(qualifier ?? ownQualifier);
  return name ?? text ?? '';
}

/** Versions and aliases are not there: only `$LATEST` is. */
export function refuseVersions(qualifier: string | undefined): void {
  if (qualifier !== undefined && qualifier !== '$LATEST') throw new NotEmulated(`The function version or alias ${qualifier}`, 'lambda');
}

/** The function, or the fault that there is none. */
export function functionNamed({ kernel, state }: Plane, text: string | undefined, qualifier?: string): FunctionRecord {
  const name = functionNameOf(text, qualifier);
  const found = state.functions.get(name);
  if (!found) throw functionNotFound(functionArn(kernel, name));
  return found;
}
