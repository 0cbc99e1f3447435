import { Cursor } from './cursor.ts';
import { parseCondition } from './parse-filter.ts';
import { PATH_FUNCTIONS, type Path, type PathFunction, PathSyntaxError, type Root, type Segment } from './syntax.ts';

/** The number of paths remembered; a machine has a few dozen. */
const REMEMBERED_MAX = 5000;
const remembered = new Map<string, Path>();

/**
 * Reads a JSONPath: `$` is the input, `$$` the context object, `$name` a variable.
 *
 * @throws PathSyntaxError where it is none.
 */
export function parsePath(text: string): Path {
  const known = remembered.get(text);
  if (known !== undefined) return known;
  const cursor = new Cursor(text);
  const path = readPath(cursor);
  if (!cursor.isAtEnd) throw cursor.error('unexpected text');
  if (remembered.size >= REMEMBERED_MAX) remembered.clear();
  remembered.set(text, path);
  return path;
}

/** Whether a text is a JSONPath. */
export function isPath(text: string): boolean {
  try {
    parsePath(text);
    return true;
  } catch (error) {
    if (error instanceof PathSyntaxError) return false;
    throw error;
  }
}

/** Reads the path that begins at the cursor, as far as it goes. */
export function readPath(cursor: Cursor): Path {
  const from = cursor.at;
  const root = readRoot(cursor);
  const segments: Segment[] = [];
  for (let segment = readSegment(cursor); segment !== undefined; segment = readSegment(cursor)) segments.push(segment);
  const isFunction = segments.at(-1)?.kind === 'function';
  return { text: cursor.text.slice(from, cursor.at), root, segments, isDefinite: isFunction || segments.every(isSingle) };
}

function readRoot(cursor: Cursor): Root {
  if (cursor.take('@')) return { kind: 'current' };
  cursor.expect('$');
  if (cursor.take('$')) return { kind: 'context' };
  const name = cursor.match(/[\p{ID_Start}_][\p{ID_Continue}]*/uy);
  return name === undefined ? { kind: 'input' } : { kind: 'variable', name };
}

function readSegment(cursor: Cursor): Segment | undefined {
  if (cursor.take('..')) {
    const next = cursor.peek() === '[' ? readBracket(cursor) : readDotted(cursor);
    return { kind: 'descend', next };
  }
  if (cursor.peek() === '.') {
    cursor.at++;
    return readDotted(cursor);
  }
  return cursor.peek() === '[' ? readBracket(cursor) : undefined;
}

function readDotted(cursor: Cursor): Segment {
  if (cursor.take('*')) return { kind: 'wildcard' };
  const name = cursor.name();
  if (!cursor.take('()')) return { kind: 'names', names: [name] };
  if (!(PATH_FUNCTIONS as readonly string[]).includes(name)) throw cursor.error(`'${name}' is not a function`);
  if (!cursor.isAtEnd && /[.[]/.test(cursor.peek())) throw cursor.error('a function ends a path');
  return { kind: 'function', name: name as PathFunction };
}

function readBracket(cursor: Cursor): Segment {
  cursor.expect('[');
  cursor.skipSpace();
  const segment = readBracketed(cursor);
  cursor.skipSpace();
  cursor.expect(']');
  return segment;
}

function readBracketed(cursor: Cursor): Segment {
  if (cursor.take('*')) return { kind: 'wildcard' };
  if (cursor.take('?')) return { kind: 'filter', condition: parseCondition(cursor, readPath) };
  if (/['"]/.test(cursor.peek())) return { kind: 'names', names: readList(cursor, () => (/['"]/.test(cursor.peek()) ? cursor.quoted() : undefined)) };
  const from = readInteger(cursor);
  cursor.skipSpace();
  if (cursor.peek() === ':') return readSlice(cursor, from);
  if (from === undefined) throw cursor.error('expected a name, a number, a slice, a filter or *');
  if (cursor.peek() !== ',') return { kind: 'indexes', indexes: [from] };
  cursor.at++;
  cursor.skipSpace();
  return { kind: 'indexes', indexes: [from, ...readList(cursor, () => readInteger(cursor))] };
}

function readSlice(cursor: Cursor, from: number | undefined): Segment {
  cursor.expect(':');
  const to = readInteger(cursor);
  const step = cursor.take(':') ? (readInteger(cursor) ?? 1) : 1;
  if (step < 1) throw cursor.error('a step is at least 1');
  return { kind: 'slice', step, ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) };
}

function readList<T>(cursor: Cursor, read: () => T | undefined): T[] {
  const values: T[] = [];
  do {
    cursor.skipSpace();
    const value = read();
    if (value === undefined) throw cursor.error('expected another');
    values.push(value);
    cursor.skipSpace();
  } while (cursor.take(','));
  return values;
}

function readInteger(cursor: Cursor): number | undefined {
  cursor.skipSpace();
  const digits = cursor.match(/-?\d+/y);
  return digits === undefined ? undefined : Number(digits);
}

function isSingle(segment: Segment): boolean {
  return segment.kind === 'names' || (segment.kind === 'indexes' && segment.indexes.length === 1);
}
