import { isObject, isSameJson, type Json } from '../json.ts';
import { PathNotFound } from './path-not-found.ts';
import type { Comparison, Condition, Operand, Path } from './syntax.ts';

/** Evaluates the paths inside a filter. */
export type EvaluatePath = (path: Path, root: Json) => Json;

/** Whether a value meets the condition of a filter; `$` in it is the value the whole path began at. */
export function matchesCondition(condition: Condition, current: Json, root: Json, evaluate: EvaluatePath): boolean {
  switch (condition.kind) {
    case 'and':
      return matchesCondition(condition.left, current, root, evaluate) && matchesCondition(condition.right, current, root, evaluate);
    case 'or':
      return matchesCondition(condition.left, current, root, evaluate) || matchesCondition(condition.right, current, root, evaluate);
    case 'not':
      return !matchesCondition(condition.condition, current, root, evaluate);
    case 'exists':
      return valueAt(condition.path, current, root, evaluate) !== undefined;
    case 'compare':
      return compares(condition.comparison, operand(condition.left, current, root, evaluate), operand(condition.right, current, root, evaluate));
  }
}

function operand(one: Operand, current: Json, root: Json, evaluate: EvaluatePath): Json | RegExp | undefined {
  if (one.kind === 'path') return valueAt(one.path, current, root, evaluate);
  return one.kind === 'value' ? one.value : one.pattern;
}

/** The value at a path; undefined where a definite path leads nowhere. */
function valueAt(path: Path, current: Json, root: Json, evaluate: EvaluatePath): Json | undefined {
  try {
    return evaluate(path, path.root.kind === 'current' ? current : root);
  } catch (error) {
    if (error instanceof PathNotFound) return undefined;
    throw error;
  }
}

function compares(comparison: Comparison, left: Json | RegExp | undefined, right: Json | RegExp | undefined): boolean {
  if (comparison === '=~') return right instanceof RegExp ? matchesPattern(left, right) : left instanceof RegExp && matchesPattern(right, left);
  if (left instanceof RegExp || right instanceof RegExp) return false;
  switch (comparison) {
    case '==':
      return left !== undefined && isSameJson(left, right);
    case '!=':
      return !isSameJson(left, right);
    case '<':
    case '<=':
    case '>':
    case '>=':
      return isOrdered(comparison, left, right);
    case 'contains':
      return typeof left === 'string' ? typeof right === 'string' && left.includes(right) : has(left, right);
    case 'in':
      return has(right, left);
    case 'nin':
      return Array.isArray(right) && !has(right, left);
    case 'size':
      return Array.isArray(left) || typeof left === 'string' ? left.length === (typeof right === 'number' ? right : lengthOf(right)) : false;
    case 'empty':
      return left !== undefined && (lengthOf(left) === 0) === right;
    case 'subsetof':
      return Array.isArray(left) && left.every((item) => has(right, item));
    case 'anyof':
      return Array.isArray(left) && left.some((item) => has(right, item));
    case 'noneof':
      return Array.isArray(left) && Array.isArray(right) && !left.some((item) => has(right, item));
  }
}

function has(list: Json | undefined, item: Json | undefined): boolean {
  return Array.isArray(list) && list.some((one) => isSameJson(one, item));
}

function lengthOf(value: Json | undefined): number | undefined {
  if (Array.isArray(value) || typeof value === 'string') return value.length;
  return isObject(value) ? Object.keys(value).length : undefined;
}

function matchesPattern(value: Json | RegExp | undefined, pattern: RegExp): boolean {
  return typeof value === 'string' && pattern.test(value);
}

/** Numbers with numbers and texts with texts; nothing else has an order. */
function isOrdered(comparison: '<' | '<=' | '>' | '>=', left: Json | undefined, right: Json | undefined): boolean {
  const isComparable = (typeof left === 'number' && typeof right === 'number') || (typeof left === 'string' && typeof right === 'string');
  if (!isComparable) return false;
  if (comparison === '<') return left < right;
  if (comparison === '<=') return left <= right;
  return comparison === '>' ? left > right : left >= right;
}
