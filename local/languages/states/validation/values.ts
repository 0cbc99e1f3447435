import { parseTimestamp } from '../flow/timestamp.ts';
import type { Json } from '../json.ts';
import { parsePath } from '../json-path/parse.ts';
import { isReference, parseReferencePath } from '../json-path/reference-path.ts';
import { PathSyntaxError } from '../json-path/syntax.ts';
import { isExpression } from '../jsonata/evaluate.ts';
import { isIntrinsic } from './template.ts';

/** What is wrong with the value of a field; undefined where nothing is. */
export type Check = (value: Json) => string | undefined;

/** Any JSON. */
export const anything: Check = () => undefined;

/** A text. */
export const text: Check = (value) => (typeof value === 'string' ? undefined : 'Expected value of type String');

/** True or false. */
export const flag: Check = (value) => (typeof value === 'boolean' ? undefined : 'Expected value of type Boolean');

/** True. */
export const yes: Check = (value) => flag(value) ?? (value ? undefined : "The value must be 'true'");

/** A list that is not empty. */
export const list: Check = (value) => (Array.isArray(value) ? (value.length === 0 ? 'Value cannot be empty' : undefined) : 'Expected value of type Array');

/** An object. */
export const object: Check = (value) => (typeof value === 'object' && value !== null && !Array.isArray(value) ? undefined : 'Expected value of type Object');

/** A whole number within bounds. */
export function integer(least: number, most = Number.MAX_SAFE_INTEGER): Check {
  return (value) => (Number.isInteger(value) ? bounded(value as number, least, most) : 'Expected value of type Integer');
}

/** A number within bounds. */
export function number(least: number, most = Number.POSITIVE_INFINITY): Check {
  return (value) => (typeof value === 'number' ? bounded(value, least, most) : 'Expected value of type Number');
}

function bounded(value: number, least: number, most: number): string | undefined {
  if (value < least) return `The value must be greater than or equal to ${least}`;
  return value > most ? `The value must be less than or equal to ${most}` : undefined;
}

/** One of some texts. */
export function oneOf(...values: readonly string[]): Check {
  return (value) => (typeof value === 'string' && values.includes(value) ? undefined : `The value should be one of: [${values.join(', ')}]`);
}

/** The check, or null. */
export function orNull(check: Check): Check {
  return (value) => (value === null ? undefined : check(value));
}

/** The check, or an expression of JSONata. */
export function orExpression(check: Check): Check {
  return (value) => (isExpression(value) ? undefined : check(value));
}

/** A path: of the input, the context object or a variable. */
export const path: Check = (value) => (typeof value === 'string' ? pathProblem(() => parsePath(value)) : 'Value is not a valid JSONPath');

/** A path, or a call of an intrinsic function. */
export const pathOrIntrinsic: Check = (value) => (typeof value === 'string' && isIntrinsic(value) ? undefined : path(value));

/** A path to one place of the input, the context object or a variable. */
export const referencePath: Check = (value) => path(value) ?? (isReference(parsePath(value as string)) ? undefined : 'Value is not a Reference Path');

/** A path to one place of the input: nothing is written to the context object or into a variable by it. */
export const resultPath: Check = (value) =>
  path(value) ?? (typeof value === 'string' ? pathProblem(() => parseReferencePath(value), 'Value is not a Reference Path') : undefined);

function pathProblem(read: () => unknown, message = 'Value is not a valid JSONPath'): string | undefined {
  try {
    read();
    return undefined;
  } catch (error) {
    if (error instanceof PathSyntaxError) return message;
    throw error;
  }
}

/** A timestamp, `2026-01-02T03:04:05Z`. */
export const timestamp: Check = (value) =>
  typeof value === 'string' && parseTimestamp(value) !== undefined ? undefined : 'String does not match RFC3339 timestamp';

const ARN = /^arn:[\w-]+:[\w-]+:[\w-]*:[\w-]*:.+$/;
/** After the name comes nothing, a version, `$LATEST` or an alias. */
const LAMBDA_ARN = /^arn:[\w-]+:lambda:[\w-]*:\d*:function:[\w-]+(?::(?:\$LATEST|[\w-]+))?$/;

/** What a task does: an ARN. */
export const resource: Check = (value) => {
  if (typeof value !== 'string') return text(value);
  const isValid = /^arn:[\w-]+:lambda:/.test(value) ? LAMBDA_ARN.test(value) : ARN.test(value);
  return isValid ? undefined : 'Value is not a valid resource ARN';
};
