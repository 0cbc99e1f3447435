import type { Json } from '../json.ts';
import type { Cursor } from './cursor.ts';
import { type Comparison, type Condition, type Operand, type Path, PathSyntaxError } from './syntax.ts';

/** Longer ones first, so that `<=` is not read as `<`. */
const COMPARISONS: readonly Comparison[] = ['==', '!=', '<=', '>=', '=~', '<', '>', 'subsetof', 'anyof', 'noneof', 'contains', 'nin', 'in', 'size', 'empty'];

type ReadPath = (cursor: Cursor) => Path;

/** Reads the condition of a filter, its parentheses included. Paths in it begin with `@` or `$`. */
export function parseCondition(cursor: Cursor, readPath: ReadPath): Condition {
  cursor.skipSpace();
  cursor.expect('(');
  const condition = cursor.within(() => readOr(cursor, readPath));
  cursor.skipSpace();
  cursor.expect(')');
  return condition;
}

function readOr(cursor: Cursor, readPath: ReadPath): Condition {
  let left = readAnd(cursor, readPath);
  for (cursor.skipSpace(); cursor.take('||'); cursor.skipSpace()) left = { kind: 'or', left, right: readAnd(cursor, readPath) };
  return left;
}

function readAnd(cursor: Cursor, readPath: ReadPath): Condition {
  let left = readUnary(cursor, readPath);
  for (cursor.skipSpace(); cursor.take('&&'); cursor.skipSpace()) left = { kind: 'and', left, right: readUnary(cursor, readPath) };
  return left;
}

function readUnary(cursor: Cursor, readPath: ReadPath): Condition {
  cursor.skipSpace();
  if (cursor.take('!')) return { kind: 'not', condition: cursor.within(() => readUnary(cursor, readPath)) };
  if (!cursor.take('(')) return readComparison(cursor, readPath);
  const condition = cursor.within(() => readOr(cursor, readPath));
  cursor.skipSpace();
  cursor.expect(')');
  return condition;
}

function readComparison(cursor: Cursor, readPath: ReadPath): Condition {
  const left = readOperand(cursor, readPath);
  cursor.skipSpace();
  const comparison = COMPARISONS.find((one) => cursor.take(one));
  if (comparison === undefined) {
    if (left.kind !== 'path') throw cursor.error('expected a comparison');
    return { kind: 'exists', path: left.path };
  }
  cursor.skipSpace();
  return { kind: 'compare', comparison, left, right: readOperand(cursor, readPath) };
}

function readOperand(cursor: Cursor, readPath: ReadPath): Operand {
  cursor.skipSpace();
  const first = cursor.peek();
  if (first === '@' || first === '$') return { kind: 'path', path: readPath(cursor) };
  if (first === '/') return { kind: 'pattern', pattern: readPattern(cursor) };
  return { kind: 'value', value: readValue(cursor) };
}

function readValue(cursor: Cursor): Json {
  cursor.skipSpace();
  if (/['"]/.test(cursor.peek())) return cursor.quoted();
  if (cursor.take('[')) return readValues(cursor);
  const word = cursor.match(/(?:true|false|null)\b|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/y);
  // A word without quotes is a text.
  if (word === undefined) return cursor.name();
  return JSON.parse(word.replace(/^(-?)0+(?=\d)/, '$1')) as Json;
}

function readValues(cursor: Cursor): Json[] {
  const values: Json[] = [];
  cursor.skipSpace();
  if (cursor.take(']')) return values;
  do {
    values.push(readValue(cursor));
    cursor.skipSpace();
  } while (cursor.take(','));
  cursor.expect(']');
  return values;
}

function readPattern(cursor: Cursor): RegExp {
  const text = cursor.match(/\/(?:[^/\\]|\\.)*\/[imsu]*/y);
  if (text === undefined) throw cursor.error('a pattern is not closed');
  const end = text.lastIndexOf('/');
  try {
    return new RegExp(`^(?:${text.slice(1, end)})$`, text.slice(end + 1));
  } catch (error) {
    if (error instanceof SyntaxError) throw new PathSyntaxError(error.message);
    throw error;
  }
}
