import jsonata from 'jsonata';
import { StatesError } from '../errors.ts';
import { isObject, type Json, type JsonObject, setKey } from '../json.ts';
import { type Scope, visibleVariables } from '../scope.ts';
import { functionsOf } from './functions.ts';

/** What `$states` has beside the input and the context object. */
export interface StateAnswer {
  readonly result?: Json;
  readonly errorOutput?: Json;
}

const REMEMBERED_MAX = 5000;
const remembered = new Map<string, jsonata.Expression>();

/** How deep functions may call and how long a list may grow, so that no expression takes the process with it. */
const GUARDS = { stack: 500, sequence: 1_000_000 };

/** How many parts of an expression may be evaluated: a count, not a time, so that every run ends alike. */
const STEPS_MAX = 2_000_000;
/** Where the count is bound. No expression can name it: names have no spaces. */
const STEPS = 'steps taken';
const ON_STEP = Symbol.for('jsonata.__evaluate_entry');

/** Whether a text is an expression: `{% … %}`. */
export function isExpression(value: Json | undefined): value is string {
  return typeof value === 'string' && value.startsWith('{%') && value.endsWith('%}') && value.length >= 4;
}

/** What stands between `{%` and `%}`. */
export function expressionIn(text: string): string {
  return text.slice(2, -2).trim();
}

/** What is wrong with an expression's syntax; undefined where nothing is. */
export function syntaxErrorIn(expression: string): string | undefined {
  try {
    compiled(expression);
    return undefined;
  } catch (error) {
    return messageOf(error);
  }
}

/**
 * A value with all the expressions in it evaluated.
 *
 * @param field the field's name as errors tell it, `Output`.
 * @throws StatesError `States.QueryEvaluationError`
 */
export async function evaluateJsonata(template: Json, field: string, scope: Scope, answer: StateAnswer = {}): Promise<Json> {
  const states: JsonObject = { input: scope.input, context: scope.context };
  if (answer.result !== undefined) states.result = answer.result;
  if (answer.errorOutput !== undefined) states.errorOutput = answer.errorOutput;
  const bindings = { ...functionsOf(scope.ports), ...visibleVariables(scope.variables), states, [STEPS]: { taken: 0 } };
  return evaluateWith(template, field, bindings);
}

/** The same, of a field that must have a type: `Items` a list. */
export async function evaluateTyped(
  template: Json,
  field: string,
  type: 'array' | 'boolean' | 'number' | 'string' | 'object',
  scope: Scope,
  answer: StateAnswer = {},
): Promise<Json> {
  const value = await evaluateJsonata(template, field, scope, answer);
  const actual = typeName(value);
  if (actual === type || !isExpression(template)) return value;
  throw queryError(
    `The JSONata expression '${expressionIn(template)}' specified for the field '${field}' returned an unexpected result type. Expected '${type}', but was '${actual}' for value: ${JSON.stringify(value)}`,
    field,
  );
}

/** An error of a query. */
export function queryError(cause: string, field: string): StatesError {
  return new StatesError('States.QueryEvaluationError', cause, { location: field });
}

/** What JSON calls the type of a value. */
export function typeName(value: Json): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}

async function evaluateWith(template: Json, field: string, bindings: Record<string, unknown>): Promise<Json> {
  if (isExpression(template)) return evaluateExpression(expressionIn(template), field, bindings);
  if (Array.isArray(template)) {
    const items: Json[] = [];
    for (const [index, item] of template.entries()) items.push(await evaluateWith(item, `${field}[${index}]`, bindings));
    return items;
  }
  if (!isObject(template)) return template;
  const result: JsonObject = {};
  for (const key of Object.keys(template)) setKey(result, key, await evaluateWith(template[key] as Json, `${field}/${key}`, bindings));
  return result;
}

async function evaluateExpression(expression: string, field: string, bindings: Record<string, unknown>): Promise<Json> {
  const subject = `The JSONata expression '${expression}' specified for the field '${field}'`;
  let value: unknown;
  try {
    value = await compiled(expression).evaluate(undefined, bindings);
  } catch (error) {
    throw queryError(`${subject} threw an error during evaluation. ${messageOf(error)}`, field);
  }
  if (value === undefined) throw queryError(`${subject} returned nothing (undefined).`, field);
  if (typeof value === 'function' || isLambda(value)) throw queryError(`${subject} returned an unsupported result type.`, field);
  return toJson(value);
}

/** JSON of what JSONata answers: without functions and without the marks that it leaves on its lists. */
function toJson(value: unknown): Json {
  if (Array.isArray(value)) return value.map((item) => (item === undefined ? null : toJson(item)));
  if (isObject(value)) {
    const copy: JsonObject = {};
    for (const [key, member] of Object.entries(value as Record<string, unknown>)) {
      if (member !== undefined && typeof member !== 'function') setKey(copy, key, toJson(member));
    }
    return copy;
  }
  return value as Json;
}

function isLambda(value: unknown): boolean {
  return isObject(value) && '_jsonata_lambda' in value;
}

function compiled(expression: string): jsonata.Expression {
  const known = remembered.get(expression);
  if (known !== undefined) return known;
  const parsed = jsonata(expression, GUARDS);
  parsed.assign(ON_STEP as unknown as string, countStep);
  if (remembered.size >= REMEMBERED_MAX) remembered.clear();
  remembered.set(expression, parsed);
  return parsed;
}

function countStep(_part: unknown, _input: unknown, environment: jsonata.Environment): void {
  const steps = environment.lookup(STEPS) as { taken: number };
  if (++steps.taken > STEPS_MAX) throw new Error(`The expression did not end within ${STEPS_MAX} steps`);
}

function messageOf(error: unknown): string {
  const { code, message } = error as { readonly code?: string; readonly message?: string };
  return code === undefined ? (message ?? String(error)) : `${code}: ${message}`;
}
