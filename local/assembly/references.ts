import { UserError } from '../kernel/errors.ts';
import { intrinsicOf, isKnownIntrinsic, SUB_VARIABLE } from './intrinsics.ts';

/** What a value of a template points at. */
export interface References {
  /** Names in `Ref`, `Fn::GetAtt` and `Fn::Sub`: resources, parameters and pseudo parameters. */
  readonly names: Set<string>;
  /** Arguments of `Fn::ImportValue`. */
  readonly imports: unknown[];
  /** `StackName` of `Fn::GetStackOutput`. */
  readonly outputsOf: unknown[];
  /** What the plane cannot resolve: unknown functions and dynamic references. */
  readonly notEmulated: Set<string>;
}

/** `{{resolve:ssm:name}}` in a text. @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references.html */
const DYNAMIC_REFERENCE = /\{\{resolve:[^}]*\}\}/;

export const noReferences = (): References => ({ names: new Set(), imports: [], outputsOf: [], notEmulated: new Set() });

/** Adds what `value` points at to `found`. Of a `Fn::If` only the branch that holds counts. */
export function collectReferences(value: unknown, found: References, condition: (name: string) => boolean): void {
  if (typeof value === 'string') {
    const dynamic = DYNAMIC_REFERENCE.exec(value);
    if (dynamic) found.notEmulated.add(`the dynamic reference ${dynamic[0]}`);
    return;
  }
  if (typeof value !== 'object' || value === null) return;
  const intrinsic = Array.isArray(value) ? undefined : intrinsicOf(value);
  if (intrinsic) collectIntrinsic(intrinsic, found, condition);
  else for (const member of Object.values(value)) collectReferences(member, found, condition);
}

function collectIntrinsic([name, argument]: readonly [string, unknown], found: References, condition: (name: string) => boolean): void {
  if (!isKnownIntrinsic(name)) found.notEmulated.add(`the intrinsic function ${name}`);
  if (name === 'Ref') found.names.add(String(argument));
  if (name === 'Fn::GetAtt') found.names.add(typeof argument === 'string' ? (argument.split('.')[0] ?? '') : String((argument as unknown[])[0]));
  if (name === 'Fn::ImportValue') found.imports.push(argument);
  if (name === 'Fn::GetStackOutput') found.outputsOf.push((argument as Record<string, unknown>)['StackName']);
  if (name === 'Fn::If' && Array.isArray(argument)) {
    const [test, whenTrue, whenFalse] = argument;
    collectReferences(condition(String(test)) ? whenTrue : whenFalse, found, condition);
    return;
  }
  if (name === 'Fn::Sub') collectSub(argument, found);
  collectReferences(argument, found, condition);
}

function collectSub(argument: unknown, found: References): void {
  const [text, given] = Array.isArray(argument) ? argument : [argument, {}];
  for (const [, variable = ''] of String(text).matchAll(SUB_VARIABLE)) {
    const name = variable.trim();
    if (!Object.hasOwn(given ?? {}, name)) found.names.add(name.split('.')[0] ?? '');
  }
}

/**
 * Puts `keys` into an order in which each comes after what it needs; otherwise the order given is kept.
 * A cycle is a `UserError` that names it.
 */
export function inDependencyOrder(keys: Iterable<string>, needs: (key: string) => Iterable<string>, describe: (cycle: readonly string[]) => string): string[] {
  const known = new Set(keys);
  const done = new Set<string>();
  const path: string[] = [];
  const onPath = new Set<string>();
  const ordered: string[] = [];
  const visit = (key: string): void => {
    if (done.has(key)) return;
    if (onPath.has(key)) throw new UserError(describe([...path.slice(path.indexOf(key)), key]));
    path.push(key);
    onPath.add(key);
    for (const need of needs(key)) if (known.has(need)) visit(need);
    path.pop();
    onPath.delete(key);
    done.add(key);
    ordered.push(key);
  };
  for (const key of known) visit(key);
  return ordered;
}
