import type { Kernel } from '../../kernel/kernel.ts';
import { aliasNotFound, derivedQualifierDiffers, functionNotFound, notReachable, otherAccount } from './errors.ts';
import type { AliasRecord, FunctionRecord } from './records.ts';
import { keyOf, type Plane } from './state.ts';

export const functionArn = (kernel: Kernel, name: string): string => kernel.arn('lambda', `function:${name}`);

/** The parts of a name that `wire/` has let through. Where only one part remains, it is the name: `arn:…:function` names the function `function`. */
const PARTS = /^(?:arn:[^:]*:lambda:)?(?:([a-z]{2}-[a-z0-9-]+-\d):)?(?:(\d{12}):)?(?:function:)?([A-Za-z0-9_.-]+)(?::(\$?[A-Za-z0-9_.-]+))?$/;

/** A function's name, and the version or alias that was asked for. */
export interface FunctionName {
  readonly name: string;
  readonly qualifier: string | undefined;
}

/**
 * The name in any of the ways in which a function is named: name, ARN, partial ARN, each with or without a qualifier. A name of
 * another Region or account is refused. @see https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html#API_Invoke_RequestSyntax
 */
export function functionNameOf(kernel: Kernel, text: string | undefined, qualifier?: string): FunctionName {
  const given = text ?? '';
  if (SIMPLE.test(given) && qualifier === undefined) return { name: given, qualifier: undefined };
  const { name, own } = partsOf(kernel, given);
  if (own !== undefined && qualifier !== undefined && own !== qualifier) throw derivedQualifierDiffers();
  return { name, qualifier: qualifier ?? own };
}

/** The way most calls name a function. */
const SIMPLE = /^[A-Za-z0-9_-]{1,64}$/;

function partsOf(kernel: Kernel, given: string): { readonly name: string; readonly own: string | undefined } {
  const [, region, accountId, name = given, own] = PARTS.exec(given) ?? [];
  if (region !== undefined && region !== kernel.region) throw notReachable(region, kernel.region);
  if (accountId !== undefined && accountId !== kernel.accountId) throw otherAccount();
  return { name, own };
}

/** The function with that name, whatever the qualifier; or the fault that there is none. */
export function functionNamed({ kernel, state }: Plane, text: string | undefined): FunctionRecord {
  const { name, qualifier } = functionNameOf(kernel, text);
  const found = state.functions.get(name);
  if (!found) throw functionNotFound(keyOf(functionArn(kernel, name), qualifier));
  return found;
}

/** A number is a version; anything else that is not `$LATEST` an alias. */
export const isVersion = (qualifier: string): boolean => /^\d+$/.test(qualifier);

/** What a name with its qualifier stands for. */
export interface Qualified {
  readonly record: FunctionRecord;
  /** Set where the qualifier is an alias. `record` is then the version it points to. */
  readonly alias: AliasRecord | undefined;
  /** `undefined` for `$LATEST`: under that key what is attached to it is found. */
  readonly qualifier: string | undefined;
}

/** The function, version or alias that is meant, or the fault that there is none. */
export function qualifiedNamed(plane: Plane, text: string | undefined, qualifier?: string): Qualified {
  const { name, qualifier: asked } = functionNameOf(plane.kernel, text, qualifier);
  const found = findQualified(plane, { name, qualifier: asked });
  if (!found) throw functionNotFound(keyOf(functionArn(plane.kernel, name), asked));
  return found;
}

/** The same, with the fault that names the alias where the function is there and the alias is not. */
export function attachableNamed(plane: Plane, text: string | undefined, qualifier?: string): Qualified {
  const { name, qualifier: asked } = functionNameOf(plane.kernel, text, qualifier);
  const found = findQualified(plane, { name, qualifier: asked });
  if (found) return found;
  const arn = keyOf(functionArn(plane.kernel, name), asked);
  const isAlias = asked !== undefined && /^[a-zA-Z0-9-_]+$/.test(asked) && !isVersion(asked);
  if (isAlias && plane.state.functions.has(name)) throw aliasNotFound(arn);
  throw functionNotFound(arn);
}

/** What a name with its qualifier stands for; `undefined` where there is none. */
export function findQualified({ state }: Plane, { name, qualifier }: FunctionName): Qualified | undefined {
  const latest = state.functions.get(name);
  if (!latest) return undefined;
  if (qualifier === undefined || qualifier === '$LATEST') return { record: latest, alias: undefined, qualifier: undefined };
  const key = keyOf(name, qualifier);
  if (isVersion(qualifier)) {
    const record = state.versions.get(key);
    return record && { record, alias: undefined, qualifier };
  }
  const alias = state.aliases.get(key);
  if (!alias) return undefined;
  const record = alias.functionVersion === '$LATEST' ? latest : state.versions.get(keyOf(name, alias.functionVersion));
  return record && { record, alias, qualifier };
}
