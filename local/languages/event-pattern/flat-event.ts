import { type Leaf, numberLeaf } from './clause.ts';
import { JsonTokens, type Token } from './json-tokens.ts';

/** In which element of which array a leaf lies; `outer` for the arrays around that one. */
export interface ArrayPlace {
  readonly array: number;
  readonly index: number;
  readonly outer: ArrayPlace | undefined;
}

/** All leaves under one path. `places` is there where one of them lies within an object or array that is an array's element. */
export interface FlatField {
  readonly leaves: Leaf[];
  places: (ArrayPlace | undefined)[] | undefined;
}

/** An event as the engine sees it: leaves by the dotted path of names that leads to them. */
export type FlatEvent = ReadonlyMap<string, FlatField>;

/** The paths to look at: a set, or a map by path. */
export type Interest = Pick<ReadonlySet<string>, 'has'>;

interface Walk {
  readonly fields: Map<string, FlatField>;
  readonly interest: Interest | undefined;
  arrays: number;
}

/**
 * Flattens a parsed event; of an event that is no object there is nothing to see. With `interest`, paths that are not in it are passed over.
 * A value from `JSON.parse` has forgotten repeated keys (the last one counts) and the digits of numbers beyond a double: use `flattenText` where they matter.
 */
export function flattenEvent(event: unknown, interest?: Interest): FlatEvent {
  const walk: Walk = { fields: new Map(), interest, arrays: 0 };
  if (typeof event === 'object' && event !== null && !Array.isArray(event)) walkObject(event, '', undefined, walk);
  return walk.fields;
}

function walkObject(object: object, prefix: string, place: ArrayPlace | undefined, walk: Walk): void {
  for (const key in object) {
    const path = prefix === '' ? key : `${prefix}.${key}`;
    if (walk.interest && !walk.interest.has(path)) continue;
    const value = (object as Record<string, unknown>)[key];
    if (typeof value !== 'object' || value === null) addLeaf(value as Leaf, path, place, walk);
    else if (Array.isArray(value)) walkArray(value, path, place, walk);
    else walkObject(value, path, place, walk);
  }
}

function walkArray(elements: readonly unknown[], path: string, place: ArrayPlace | undefined, walk: Walk): void {
  const array = walk.arrays;
  walk.arrays += 1;
  for (let index = 0; index < elements.length; index += 1) {
    const element = elements[index];
    if (typeof element !== 'object' || element === null) addLeaf(element as Leaf, path, place, walk);
    else if (Array.isArray(element)) walkArray(element, path, { array, index, outer: place }, walk);
    else walkObject(element, path, { array, index, outer: place }, walk);
  }
}

function addLeaf(leaf: Leaf, path: string, place: ArrayPlace | undefined, walk: Walk): void {
  const field = walk.fields.get(path);
  if (!field) {
    walk.fields.set(path, { leaves: [leaf], places: place ? [place] : undefined });
    return;
  }
  if (place && !field.places) field.places = Array(field.leaves.length).fill(undefined);
  field.leaves.push(leaf);
  field.places?.push(place);
}

/** Flattens an event's text, with repeated keys and the literal form of numbers. Throws `PatternError` where it is no JSON. */
export function flattenText(text: string, interest?: Interest): FlatEvent {
  const walk: Walk = { fields: new Map(), interest, arrays: 0 };
  const tokens = new JsonTokens(text);
  if (tokens.next() !== 'start-object') return walk.fields;
  readObject(tokens, '', undefined, walk);
  return walk.fields;
}

function readObject(tokens: JsonTokens, prefix: string, place: ArrayPlace | undefined, walk: Walk): void {
  while (tokens.next() !== 'end-object') {
    const path = prefix === '' ? tokens.text() : `${prefix}.${tokens.text()}`;
    const token = tokens.next();
    if (walk.interest && !walk.interest.has(path)) passOver(tokens, token);
    else readValue(tokens, token, path, place, walk);
  }
}

function readValue(tokens: JsonTokens, token: Token, path: string, place: ArrayPlace | undefined, walk: Walk): void {
  if (token === 'start-object') readObject(tokens, path, place, walk);
  else if (token === 'start-array') readArray(tokens, path, place, walk);
  else addLeaf(leafOf(tokens, token), path, place, walk);
}

function readArray(tokens: JsonTokens, path: string, place: ArrayPlace | undefined, walk: Walk): void {
  const array = walk.arrays;
  walk.arrays += 1;
  let index = 0;
  for (let token = tokens.next(); token !== 'end-array'; token = tokens.next()) {
    const isContainer = token === 'start-object' || token === 'start-array';
    readValue(tokens, token, path, isContainer ? { array, index, outer: place } : place, walk);
    index += 1;
  }
}

function leafOf(tokens: JsonTokens, token: Token): Leaf {
  if (token === 'string') return tokens.text();
  if (token === 'number') return numberLeaf(tokens.text());
  return token === 'null' ? null : token === 'true';
}

function passOver(tokens: JsonTokens, first: Token): void {
  let depth = first === 'start-object' || first === 'start-array' ? 1 : 0;
  while (depth > 0) {
    const token = tokens.next();
    if (token === 'start-object' || token === 'start-array') depth += 1;
    else if (token === 'end-object' || token === 'end-array') depth -= 1;
  }
}
