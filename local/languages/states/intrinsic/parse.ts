import { Cursor } from '../json-path/cursor.ts';
import { readPath } from '../json-path/parse.ts';
import { type Path, PathSyntaxError } from '../json-path/syntax.ts';

/** The intrinsic functions, with the least and the greatest number of arguments each takes. */
export const INTRINSICS = {
  'States.Format': [1, Number.POSITIVE_INFINITY],
  'States.StringToJson': [1, 1],
  'States.JsonToString': [1, 1],
  'States.Array': [0, Number.POSITIVE_INFINITY],
  'States.ArrayPartition': [2, 2],
  'States.ArrayContains': [2, 2],
  'States.ArrayRange': [3, 3],
  'States.ArrayGetItem': [2, 2],
  'States.ArrayLength': [1, 1],
  'States.ArrayUnique': [1, 1],
  'States.Base64Encode': [1, 1],
  'States.Base64Decode': [1, 1],
  'States.Hash': [2, 2],
  'States.JsonMerge': [3, 3],
  'States.MathRandom': [2, 3],
  'States.MathAdd': [2, 2],
  'States.StringSplit': [2, 2],
  'States.UUID': [0, 0],
} as const satisfies Record<string, readonly [number, number]>;

/** The name of an intrinsic function. */
export type IntrinsicName = keyof typeof INTRINSICS;

/** A call of an intrinsic function. */
export interface Call {
  readonly kind: 'call';
  readonly text: string;
  readonly name: IntrinsicName;
  readonly args: readonly Argument[];
}

/** An argument. `template` is a text with its escapes still in it, for `States.Format` to tell `{}` from `\{\}`. */
export type Argument =
  | Call
  | { readonly kind: 'path'; readonly path: Path }
  | { readonly kind: 'literal'; readonly value: string | number | boolean | null; readonly template?: string };

/**
 * How deep calls may nest.
 *
 * @see https://docs.aws.amazon.com/step-functions/latest/dg/intrinsic-functions.html
 */
const NESTING_MAX = 10;
const REMEMBERED_MAX = 5000;
const remembered = new Map<string, Call>();

/**
 * Reads a call of an intrinsic function, `States.Format('{}', $.name)`.
 *
 * @throws PathSyntaxError where it is none.
 */
export function parseIntrinsic(text: string): Call {
  const known = remembered.get(text);
  if (known !== undefined) return known;
  const cursor = new Cursor(text);
  const call = readCall(cursor, 1);
  cursor.skipSpace();
  if (!cursor.isAtEnd) throw cursor.error('unexpected text');
  if (remembered.size >= REMEMBERED_MAX) remembered.clear();
  remembered.set(text, call);
  return call;
}

function readCall(cursor: Cursor, depth: number): Call {
  if (depth > NESTING_MAX) throw cursor.error(`calls nest at most ${NESTING_MAX} deep`);
  const from = cursor.at;
  const name = cursor.match(/States\.[A-Za-z0-9]+/y);
  if (name === undefined || !Object.hasOwn(INTRINSICS, name)) throw cursor.error(`'${name ?? ''}' is not an intrinsic function`);
  cursor.skipSpace();
  cursor.expect('(');
  const args = readArguments(cursor, depth);
  const [least, most] = INTRINSICS[name as IntrinsicName];
  if (args.length < least || args.length > most) throw cursor.error(`${name} does not take ${args.length} arguments`);
  return { kind: 'call', text: cursor.text.slice(from, cursor.at), name: name as IntrinsicName, args };
}

function readArguments(cursor: Cursor, depth: number): Argument[] {
  const args: Argument[] = [];
  cursor.skipSpace();
  if (cursor.take(')')) return args;
  do {
    cursor.skipSpace();
    args.push(readArgument(cursor, depth));
    cursor.skipSpace();
  } while (cursor.take(','));
  cursor.expect(')');
  return args;
}

function readArgument(cursor: Cursor, depth: number): Argument {
  const first = cursor.peek();
  if (first === '$') return { kind: 'path', path: readPath(cursor) };
  if (first === "'") return readText(cursor);
  if (first === 'S') return readCall(cursor, depth + 1);
  const word = cursor.match(/(?:true|false|null|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)(?![\w.])/y);
  if (word === undefined) throw cursor.error('expected an argument');
  return { kind: 'literal', value: /^-?\d/.test(word) ? Number(word) : (JSON.parse(word) as boolean | null) };
}

function readText(cursor: Cursor): Argument {
  const quoted = cursor.match(/'(?:[^'\\]|\\[\s\S])*'/y);
  if (quoted === undefined) throw new PathSyntaxError(`a quote is not closed at character ${cursor.at} of '${cursor.text}'`);
  const template = quoted.slice(1, -1);
  return { kind: 'literal', value: unescaped(template), template };
}

/** Takes the escapes of `'`, `{`, `}` and the backslash out of a text; a backslash before anything else stays. */
export function unescaped(text: string): string {
  return text.replace(/\\(['{}\\])/g, '$1');
}
