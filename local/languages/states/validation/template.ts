import type { Argument, Call } from '../intrinsic/parse.ts';
import { parseIntrinsic } from '../intrinsic/parse.ts';
import { isObject, type Json } from '../json.ts';
import { isPath } from '../json-path/parse.ts';
import { PathSyntaxError } from '../json-path/syntax.ts';
import { expressionIn, isExpression, syntaxErrorIn } from '../jsonata/evaluate.ts';
import type { Report } from './report.ts';

/** Whether a text is a call of an intrinsic function with arguments of types it takes. */
export function isIntrinsic(text: string): boolean {
  try {
    return hasTypes(parseIntrinsic(text));
  } catch (error) {
    if (error instanceof PathSyntaxError) return false;
    throw error;
  }
}

/** The arguments that have to be numbers, of each function that has such. */
const NUMBERS: Readonly<Record<string, readonly number[]>> = {
  'States.ArrayPartition': [1],
  'States.ArrayRange': [0, 1, 2],
  'States.ArrayGetItem': [1],
  'States.MathRandom': [0, 1, 2],
  'States.MathAdd': [0, 1],
};

function hasTypes(call: Call): boolean {
  const numbers = NUMBERS[call.name] ?? [];
  return call.args.every((argument, index) => (argument.kind === 'call' ? hasTypes(argument) : !numbers.includes(index) || mayBeNumber(argument)));
}

function mayBeNumber(argument: Argument): boolean {
  return argument.kind !== 'literal' || typeof argument.value === 'number';
}

/** Checks a payload template of JSONPath: what its `.$` fields have, and that no name stands twice once they are replaced. */
export function checkTemplate(template: Json, location: string, report: Report): void {
  if (Array.isArray(template)) {
    for (const [index, item] of template.entries()) checkTemplate(item, `${location}[${index}]`, report);
    return;
  }
  if (!isObject(template)) return;
  for (const [key, value] of Object.entries(template)) {
    if (!key.endsWith('.$')) {
      checkTemplate(value, `${location}/${key}`, report);
      continue;
    }
    if (Object.hasOwn(template, key.slice(0, -2))) report.error(location, `The field '${key.slice(0, -2)}' is defined more than once`);
    const isValid = typeof value === 'string' && (isPath(value) || isIntrinsic(value));
    if (!isValid) report.error(location, `The value for the field '${key}' must be a valid JSONPath or a valid intrinsic function call`);
  }
}

/** Checks the expressions of JSONata in a value. */
export function checkExpressions(value: Json, location: string, report: Report): void {
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) checkExpressions(item, `${location}[${index}]`, report);
  } else if (isObject(value)) {
    for (const [key, member] of Object.entries(value)) checkExpressions(member, `${location}/${key}`, report);
  } else if (typeof value === 'string') checkExpression(value, location, report);
}

function checkExpression(value: string, location: string, report: Report): void {
  // With spaces around it the text is no expression but a text.
  if (value.startsWith('{%') !== value.endsWith('%}')) {
    report.error(location, "A JSONata expression must start with '{%' and end with '%}'");
    return;
  }
  const problem = isExpression(value) ? syntaxErrorIn(expressionIn(value)) : undefined;
  if (problem !== undefined) report.error(location, `Invalid JSONata expression: ${problem}`);
}
