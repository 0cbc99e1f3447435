import { checkDefined, checkUsed, remembered } from '../../../languages/dynamodb-expression/bindings.ts';
import type { RawValue } from '../../../languages/dynamodb-expression/canonical-value.ts';
import { checkCondition } from '../../../languages/dynamodb-expression/check-condition.ts';
import { checkUpdate } from '../../../languages/dynamodb-expression/check-update.ts';
import { type KeyConditions, readKeyConditions } from '../../../languages/dynamodb-expression/key-condition.ts';
import { parseCondition } from '../../../languages/dynamodb-expression/parse-condition.ts';
import { parseProjection } from '../../../languages/dynamodb-expression/parse-path.ts';
import { parseUpdate } from '../../../languages/dynamodb-expression/parse-update.ts';
import { checkDistinctPaths, resolvePath } from '../../../languages/dynamodb-expression/paths.ts';
import { type Bindings, type Condition, ExpressionError, type Parsed, type Path, type Update } from '../../../languages/dynamodb-expression/syntax.ts';
import { validation } from '../errors.ts';
import { readBoundValues } from './values.ts';

/** The members of a request that hold expressions. */
export interface ExpressionInput {
  readonly UpdateExpression?: string | undefined;
  readonly ConditionExpression?: string | undefined;
  readonly KeyConditionExpression?: string | undefined;
  readonly FilterExpression?: string | undefined;
  readonly ProjectionExpression?: string | undefined;
  readonly ExpressionAttributeNames?: Readonly<Record<string, string>> | undefined;
  readonly ExpressionAttributeValues?: Readonly<Record<string, RawValue>> | undefined;
}

/** A condition with what its placeholders stand for. */
export interface BoundCondition {
  readonly tree: Condition;
  readonly bindings: Bindings;
}

export interface BoundUpdate {
  readonly tree: Update;
  readonly bindings: Bindings;
  /** The resolved paths that it changes. */
  readonly paths: readonly Path[];
}

/** The expressions of a request, parsed, checked and bound. */
export interface Expressions {
  readonly update: BoundUpdate | undefined;
  readonly condition: BoundCondition | undefined;
  readonly keys: KeyConditions | undefined;
  readonly filter: BoundCondition | undefined;
  readonly projection: readonly Path[] | undefined;
}

const NO_BINDINGS: Bindings = { names: {}, values: {} };
const NONE: Expressions = { update: undefined, condition: undefined, keys: undefined, filter: undefined, projection: undefined };

const parsedUpdate = remembered(parseUpdate);
const parsedCondition = remembered(parseCondition);
const parsedProjection = remembered(parseProjection);

/** Reads all expressions of a request. Throws the fault that AWS answers: placeholders first, then each expression, then placeholders that none uses. */
export function readExpressions(input: ExpressionInput): Expressions {
  if (!input.ExpressionAttributeNames && !input.ExpressionAttributeValues && !hasExpression(input)) return NONE;
  const bindings = readBindings(input);
  const used: Parsed<unknown>[] = [];
  const read = <Tree, Result>(
    kind: string,
    text: string | undefined,
    parse: (text: string) => Parsed<Tree>,
    check: (tree: Tree) => Result,
  ): Result | undefined => {
    if (text === undefined) return undefined;
    return prefixed(kind, () => {
      const parsed = parse(text);
      checkDefined(parsed, bindings);
      used.push(parsed);
      return check(parsed.tree);
    });
  };
  const condition = (tree: Condition): BoundCondition => {
    checkCondition(tree, bindings);
    return { tree, bindings };
  };
  const keys = read('KeyConditionExpression', input.KeyConditionExpression, parsedCondition, condition);
  const expressions: Expressions = {
    update: read('UpdateExpression', input.UpdateExpression, parsedUpdate, (tree) => ({ tree, bindings, paths: checkUpdate(tree, bindings) })),
    condition: read('ConditionExpression', input.ConditionExpression, parsedCondition, condition),
    keys: undefined,
    filter: read('FilterExpression', input.FilterExpression, parsedCondition, condition),
    projection: read('ProjectionExpression', input.ProjectionExpression, parsedProjection, (paths) => {
      const resolved = paths.map((path) => resolvePath(path, bindings.names));
      checkDistinctPaths(resolved);
      return resolved;
    }),
  };
  return prefixed('', () => {
    checkUsed(used, bindings);
    return keys ? { ...expressions, keys: readKeyConditions(keys.tree, bindings) } : expressions;
  });
}

function hasExpression(input: ExpressionInput): boolean {
  return (
    input.ConditionExpression !== undefined ||
    input.UpdateExpression !== undefined ||
    input.KeyConditionExpression !== undefined ||
    input.FilterExpression !== undefined ||
    input.ProjectionExpression !== undefined
  );
}

function prefixed<Result>(kind: string, read: () => Result): Result {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    throw validation(error.isPrefixed ? `Invalid ${kind}: ${error.message}` : error.message);
  }
}

const NAME_KEY = /^#\w+$/;
const VALUE_KEY = /^:\w+$/;

function readBindings({ ExpressionAttributeNames: names, ExpressionAttributeValues: values }: ExpressionInput): Bindings {
  if (!names && !values) return NO_BINDINGS;
  if (names) checkKeys('ExpressionAttributeNames', names, NAME_KEY);
  if (values) checkKeys('ExpressionAttributeValues', values, VALUE_KEY);
  return { names: names ?? {}, values: values ? readBoundValues(values) : {} };
}

function checkKeys(parameter: string, given: Readonly<Record<string, unknown>>, pattern: RegExp): void {
  const keys = Object.keys(given);
  if (keys.length === 0) throw validation(`${parameter} must not be empty`);
  const wrong = keys.find((key) => !pattern.test(key));
  if (wrong !== undefined) throw validation(`${parameter} contains invalid key: Syntax error; key: "${wrong}"`);
}

/** The two families of parameters of an operation: those of today, and those before there were expressions. */
export interface ParameterFamilies {
  readonly expressions: readonly (keyof ExpressionInput)[];
  readonly legacy: readonly string[];
  /** The expressions that can use values, as AWS lists them. */
  readonly withValues: readonly (keyof ExpressionInput)[];
}

/** Throws where a request mixes the two families, or defines placeholders without an expression to use them. */
export function checkFamilies(input: object, { expressions, legacy, withValues }: ParameterFamilies): void {
  const given = (names: readonly string[]): string[] => names.filter((name) => (input as Record<string, unknown>)[name] !== undefined);
  const ofToday = given(expressions);
  const ofOld = given(legacy).filter((name) => name !== 'KeyConditions' || ofToday.includes('KeyConditionExpression'));
  if (ofToday.length > 0 && ofOld.length > 0) {
    throw validation(
      `Can not use both expression and non-expression parameters in the same request: Non-expression parameters: {${ofOld.join(', ')}} Expression parameters: {${ofToday.join(', ')}}`,
    );
  }
  const { ExpressionAttributeNames: names, ExpressionAttributeValues: values } = input as ExpressionInput;
  if (names && ofToday.length === 0) throw validation('ExpressionAttributeNames can only be specified when using expressions');
  if (values && withValues.length > 0 && given(withValues).length === 0) {
    const verb = withValues.length === 1 ? 'is' : 'are';
    throw validation(`ExpressionAttributeValues can only be specified when using expressions: ${withValues.join(' and ')} ${verb} null`);
  }
}
