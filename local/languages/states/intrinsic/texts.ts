import { createHash } from 'node:crypto';
import { isObject, type Json } from '../json.ts';
import { IntrinsicFailure, objectArgument, textArgument } from './failure.ts';
import { unescaped } from './parse.ts';

/**
 * The greatest length of what is encoded, decoded or hashed.
 *
 * @see https://docs.aws.amazon.com/step-functions/latest/dg/intrinsic-functions.html
 */
const LENGTH_MAX = 10_000;

/** Node's names of the algorithms that `States.Hash` and `$hash` take. */
const ALGORITHMS = new Map([
  ['MD5', 'md5'],
  ['SHA-1', 'sha1'],
  ['SHA-256', 'sha256'],
  ['SHA-384', 'sha384'],
  ['SHA-512', 'sha512'],
]);

/** A template with each `{}` replaced by the next argument; `\{` and `\}` stand for themselves. */
export function format(template: Json, values: readonly Json[]): string {
  const pieces = textArgument(template, 'States.Format').split(/(\\[\s\S]|\{\})/);
  const places = pieces.filter((piece) => piece === '{}').length;
  if (places !== values.length) {
    throw new IntrinsicFailure('Invalid arguments in States.Format: the number of arguments does not match the occurrences of {}');
  }
  let next = 0;
  return pieces.map((piece) => (piece === '{}' ? printed(values[next++] as Json) : unescaped(piece))).join('');
}

/** Texts stand as they are; objects and lists as Java prints a map and a list: `{a=1, b=[]}`. */
function printed(value: Json): string {
  if (typeof value === 'string') return value;
  if (Array.isArray(value)) return `[${value.map(printed).join(', ')}]`;
  if (!isObject(value)) return String(value);
  const members = Object.entries(value).map(([key, member]) => `${key}=${printed(member)}`);
  return `{${members.join(', ')}}`;
}

/** The value that a text of JSON stands for; of a blank one, null. */
export function stringToJson(text: Json): Json {
  const source = textArgument(text, 'States.StringToJson');
  if (source.trim() === '') return null;
  try {
    return JSON.parse(source) as Json;
  } catch (error) {
    if (error instanceof SyntaxError) throw new IntrinsicFailure(`Invalid JSON in States.StringToJson: ${source}`);
    throw error;
  }
}

/** The parts of a text between any of the splitter's characters, without empty ones. */
export function stringSplit(text: Json, splitter: Json): Json {
  const separators = new Set(textArgument(splitter, 'States.StringSplit'));
  const parts: string[] = [];
  let part = '';
  for (const char of textArgument(text, 'States.StringSplit')) {
    if (!separators.has(char)) {
      part += char;
      continue;
    }
    if (part !== '') parts.push(part);
    part = '';
  }
  if (part !== '') parts.push(part);
  return parts;
}

/** The text in Base64. */
export function base64Encode(text: Json): string {
  return Buffer.from(bounded(textArgument(text, 'States.Base64Encode'), 'States.Base64Encode')).toString('base64');
}

/** The text that a Base64 stands for. */
export function base64Decode(text: Json): string {
  const encoded = bounded(textArgument(text, 'States.Base64Decode'), 'States.Base64Decode');
  if (!/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}(?:==)?|[A-Za-z0-9+/]{3}=?)?$/.test(encoded)) {
    throw new IntrinsicFailure('Invalid arguments in States.Base64Decode: the input is not valid Base64');
  }
  return Buffer.from(encoded, 'base64').toString('utf8');
}

/** The hash of a text, or of the JSON of another value, in hexadecimal. */
export function hash(data: Json, algorithm: Json): string {
  const name = ALGORITHMS.get(textArgument(algorithm, 'States.Hash'));
  if (name === undefined) throw new IntrinsicFailure(`Invalid arguments in States.Hash: unsupported algorithm ${JSON.stringify(algorithm)}`);
  const text = typeof data === 'string' ? data : JSON.stringify(data);
  return createHash(name).update(bounded(text, 'States.Hash')).digest('hex');
}

/** Two objects in one; where both have a key, the second's value. */
export function jsonMerge(left: Json, right: Json, isDeep: Json): Json {
  if (isDeep !== false)
    throw new IntrinsicFailure('Invalid arguments in States.JsonMerge: only the shallow merge is supported, the third argument must be false');
  return { ...objectArgument(left, 'States.JsonMerge'), ...objectArgument(right, 'States.JsonMerge') };
}

function bounded(text: string, name: string): string {
  if (text.length > LENGTH_MAX) throw new IntrinsicFailure(`Invalid arguments in ${name}: the input is longer than ${LENGTH_MAX} characters`);
  return text;
}
