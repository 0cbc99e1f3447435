import { NotEmulated, UserError } from '../kernel/errors.ts';

/** What `AWS::NoValue` gives: the property or element is left out. */
export const NO_VALUE = Symbol('AWS::NoValue');

/** What the intrinsic functions of one stack's template can see. */
export interface Scope {
  readonly stackName: string;
  readonly region: string;
  /** `Ref` of a parameter, a pseudo parameter or a resource. */
  ref(name: string): unknown;
  attribute(logicalId: string, attribute: string): unknown;
  condition(name: string): boolean;
  mapping(name: string): Readonly<Record<string, Readonly<Record<string, unknown>>>> | undefined;
  importValue(exportName: string): unknown;
  stackOutput(reference: { readonly stackName: string; readonly region: string; readonly outputName: string }): unknown;
}

type Intrinsic = (argument: unknown, scope: Scope) => unknown;

/** The one member of an object that has just one, where it is an intrinsic function. */
export function intrinsicOf(value: object): readonly [name: string, argument: unknown] | undefined {
  const entries = Object.entries(value);
  const [first] = entries;
  return entries.length === 1 && first && (first[0] === 'Ref' || first[0].startsWith('Fn::')) ? first : undefined;
}

/** Is the function known here? */
export const isKnownIntrinsic = (name: string): boolean => Object.hasOwn(INTRINSICS, name);

/** Resolves all intrinsic functions in a value. Members and elements that are `AWS::NoValue` are left out. */
export function evaluate(value: unknown, scope: Scope): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((element) => evaluate(element, scope)).filter((element) => element !== NO_VALUE);
  const intrinsic = intrinsicOf(value);
  if (intrinsic) {
    const [name, argument] = intrinsic;
    const run = INTRINSICS[name];
    if (!run) throw new NotEmulated(`The intrinsic function ${name}`, 'cloudformation');
    return run(argument, scope);
  }
  const resolved: Record<string, unknown> = {};
  for (const [key, member] of Object.entries(value)) {
    const result = evaluate(member, scope);
    if (result !== NO_VALUE) resolved[key] = result;
  }
  return resolved;
}

/** Resolves a condition: a function, `{Condition: name}`, or a truth value as text. */
export function evaluateCondition(value: unknown, scope: Scope): boolean {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    const entries = Object.entries(value);
    if (entries.length === 1 && entries[0]?.[0] === 'Condition') return scope.condition(String(entries[0][1]));
  }
  const result = evaluate(value, scope);
  if (typeof result !== 'boolean' && result !== 'true' && result !== 'false') throw misused('A condition', value, scope);
  return String(result) === 'true';
}

const PLACEHOLDER = /\$\{([^}]+)\}/g;

/** The variables of a `Fn::Sub` text: `${Queue.Arn}` but not `${!Literal}`. */
export const SUB_VARIABLE = /\$\{([^!}][^}]*)\}/g;

function misused(name: string, argument: unknown, scope: Scope): UserError {
  return new UserError(`${name} in stack ${scope.stackName} cannot be resolved as it is written: ${JSON.stringify(argument)}`);
}

function listOf(name: string, argument: unknown, scope: Scope): unknown[] {
  const list = evaluate(argument, scope);
  if (!Array.isArray(list)) throw misused(name, argument, scope);
  return list;
}

/** The arguments of a function that takes a list of them: not resolved yet. */
function argumentsOf(name: string, argument: unknown, scope: Scope, count: { readonly min: number; readonly max: number }): unknown[] {
  if (!Array.isArray(argument) || argument.length < count.min || argument.length > count.max) throw misused(name, argument, scope);
  return argument;
}

function textOf(name: string, argument: unknown, scope: Scope): string {
  const text = evaluate(argument, scope);
  if (typeof text !== 'string' && typeof text !== 'number' && typeof text !== 'boolean') throw misused(name, argument, scope);
  return String(text);
}

/** CloudFormation compares values as text. */
const sameValue = (a: unknown, b: unknown): boolean => (typeof a === 'object' ? JSON.stringify(a) === JSON.stringify(b) : String(a) === String(b));

function getAtt(argument: unknown, scope: Scope): unknown {
  if (typeof argument === 'string') {
    const dot = argument.indexOf('.');
    return scope.attribute(argument.slice(0, dot), argument.slice(dot + 1));
  }
  const [logicalId, attribute] = argumentsOf('Fn::GetAtt', argument, scope, { min: 2, max: 2 });
  return scope.attribute(String(logicalId), textOf('Fn::GetAtt', attribute, scope));
}

function sub(argument: unknown, scope: Scope): string {
  const [text, variables] = typeof argument === 'string' ? [argument, {}] : argumentsOf('Fn::Sub', argument, scope, { min: 2, max: 2 });
  if (typeof text !== 'string') throw misused('Fn::Sub', argument, scope);
  const given = variables as Record<string, unknown>;
  return text.replace(PLACEHOLDER, (whole, variable: string) => {
    if (variable.startsWith('!')) return whole.replace('!', '');
    const name = variable.trim();
    if (Object.hasOwn(given, name)) return textOf('Fn::Sub', given[name], scope);
    return textOf('Fn::Sub', name.includes('.') ? { 'Fn::GetAtt': name } : { Ref: name }, scope);
  });
}

function select(argument: unknown, scope: Scope): unknown {
  const [index, list] = argumentsOf('Fn::Select', argument, scope, { min: 2, max: 2 });
  const elements = listOf('Fn::Select', list, scope);
  const position = Number(textOf('Fn::Select', index, scope));
  if (!(position in elements)) throw misused('Fn::Select', argument, scope);
  return elements[position];
}

function findInMap(argument: unknown, scope: Scope): unknown {
  const [map, topKey, secondKey, options] = argumentsOf('Fn::FindInMap', argument, scope, { min: 3, max: 4 });
  const [name, top, second] = [map, topKey, secondKey].map((part) => textOf('Fn::FindInMap', part, scope)) as [string, string, string];
  const found = scope.mapping(name)?.[top]?.[second];
  if (found !== undefined) return evaluate(found, scope);
  const fallback = (options as { DefaultValue?: unknown } | undefined)?.DefaultValue;
  if (fallback === undefined) throw new UserError(`Fn::FindInMap in stack ${scope.stackName}: the mapping ${name} has no ${top} → ${second}.`);
  return evaluate(fallback, scope);
}

function stackOutput(argument: unknown, scope: Scope): unknown {
  const { StackName, Region, OutputName, ...others } = (typeof argument === 'object' ? argument : {}) as Record<string, unknown>;
  if (Object.keys(others).length > 0) throw new NotEmulated(`Fn::GetStackOutput with ${Object.keys(others).join(', ')}`, 'cloudformation');
  const text = (value: unknown): string => textOf('Fn::GetStackOutput', value, scope);
  return scope.stackOutput({ stackName: text(StackName), region: Region === undefined ? scope.region : text(Region), outputName: text(OutputName) });
}

const conditions = (name: string, argument: unknown, scope: Scope, count: { readonly min: number; readonly max: number }): boolean[] =>
  argumentsOf(name, argument, scope, count).map((condition) => evaluateCondition(condition, scope));

/** @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html */
const INTRINSICS: Readonly<Record<string, Intrinsic>> = {
  Ref: (argument, scope) => scope.ref(String(argument)),
  'Fn::GetAtt': getAtt,
  'Fn::Sub': sub,
  'Fn::Select': select,
  'Fn::FindInMap': findInMap,
  'Fn::GetStackOutput': stackOutput,
  'Fn::ImportValue': (argument, scope) => scope.importValue(textOf('Fn::ImportValue', argument, scope)),
  'Fn::Join': (argument, scope) => {
    const [delimiter, list] = argumentsOf('Fn::Join', argument, scope, { min: 2, max: 2 });
    const parts = listOf('Fn::Join', list, scope).map((part) => textOf('Fn::Join', part, scope));
    return parts.join(String(delimiter));
  },
  'Fn::Split': (argument, scope) => {
    const [delimiter, text] = argumentsOf('Fn::Split', argument, scope, { min: 2, max: 2 });
    return textOf('Fn::Split', text, scope).split(String(delimiter));
  },
  'Fn::If': (argument, scope) => {
    const [name, whenTrue, whenFalse] = argumentsOf('Fn::If', argument, scope, { min: 3, max: 3 });
    return evaluate(scope.condition(String(name)) ? whenTrue : whenFalse, scope);
  },
  'Fn::Equals': (argument, scope) => {
    const [a, b] = argumentsOf('Fn::Equals', argument, scope, { min: 2, max: 2 });
    return sameValue(evaluate(a, scope), evaluate(b, scope));
  },
  'Fn::And': (argument, scope) => conditions('Fn::And', argument, scope, { min: 2, max: 10 }).every(Boolean),
  'Fn::Or': (argument, scope) => conditions('Fn::Or', argument, scope, { min: 2, max: 10 }).some(Boolean),
  'Fn::Not': (argument, scope) => !conditions('Fn::Not', argument, scope, { min: 1, max: 1 })[0],
  'Fn::Contains': (argument, scope) => {
    const [list, text] = argumentsOf('Fn::Contains', argument, scope, { min: 2, max: 2 });
    const value = evaluate(text, scope);
    return listOf('Fn::Contains', list, scope).some((element) => sameValue(element, value));
  },
  'Fn::Base64': (argument, scope) => Buffer.from(textOf('Fn::Base64', argument, scope)).toString('base64'),
  'Fn::GetAZs': (argument, scope) => {
    const region = textOf('Fn::GetAZs', argument, scope) || scope.region;
    return ['a', 'b', 'c'].map((zone) => region + zone);
  },
  'Fn::Length': (argument, scope) => listOf('Fn::Length', argument, scope).length,
  'Fn::ToJsonString': (argument, scope) => JSON.stringify(evaluate(argument, scope)),
};
