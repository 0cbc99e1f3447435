import { isObject, type Json } from '../json.ts';

/** What an intrinsic function says of arguments it cannot work with. */
export class IntrinsicFailure extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'IntrinsicFailure';
  }
}

/** The argument, if it is a list. */
export function listArgument(value: Json, name: string): readonly Json[] {
  if (!Array.isArray(value)) throw wrongArgument(name, 'an array', value);
  return value;
}

/** The argument, if it is a text. */
export function textArgument(value: Json, name: string): string {
  if (typeof value !== 'string') throw wrongArgument(name, 'a string', value);
  return value;
}

/** The argument, if it is an object. */
export function objectArgument(value: Json, name: string): { readonly [key: string]: Json } {
  if (!isObject(value)) throw wrongArgument(name, 'a JSON object', value);
  return value;
}

/** The argument rounded to a whole number, halves up, if it is a number. */
export function integerArgument(value: Json, name: string): number {
  if (typeof value !== 'number') throw wrongArgument(name, 'a number', value);
  const rounded = Math.round(value);
  return rounded === 0 ? 0 : rounded;
}

function wrongArgument(name: string, wanted: string, value: Json): IntrinsicFailure {
  return new IntrinsicFailure(`Invalid arguments in ${name}: expected ${wanted} but was ${JSON.stringify(value)}`);
}
