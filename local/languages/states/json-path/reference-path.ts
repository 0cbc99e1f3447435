import { isObject, type Json, type JsonObject, setKey } from '../json.ts';
import { parsePath } from './parse.ts';
import { type Path, PathSyntaxError } from './syntax.ts';

/** A path to exactly one place of the input, which may not be there yet: names and numbers only. */
export type ReferencePath = readonly (string | number)[];

/** A place that cannot be made: it lies inside a value that is neither object nor list, or beyond the end of a list. */
export class PlaceNotFound extends Error {
  constructor() {
    super('A reference path leads through a value that has no such place');
    this.name = 'PlaceNotFound';
  }
}

/**
 * Reads a reference path.
 *
 * @throws PathSyntaxError where it is none or does not begin with `$`.
 */
export function parseReferencePath(text: string): ReferencePath {
  const path = parsePath(text);
  if (path.root.kind !== 'input' || !isReference(path)) throw new PathSyntaxError(`'${text}' is not a reference path`);
  return path.segments.map((segment) => {
    const place = segment.kind === 'names' ? segment.names[0] : segment.kind === 'indexes' ? segment.indexes[0] : undefined;
    if (place === undefined) throw new PathSyntaxError(`'${text}' is not a reference path`);
    return place;
  });
}

/** Whether a path has names and numbers only. */
export function isReference(path: Path): boolean {
  return path.segments.every(
    (segment) =>
      (segment.kind === 'names' && segment.names.length === 1) ||
      (segment.kind === 'indexes' && segment.indexes.length === 1 && (segment.indexes[0] ?? 0) >= 0),
  );
}

/**
 * The document with a value put at a place. Objects on the way are made where nothing is; the document given is unchanged.
 *
 * @throws PlaceNotFound
 */
export function putAt(document: Json, path: ReferencePath, value: Json): Json {
  return put(document, path, 0, value);
}

function put(document: Json | undefined, path: ReferencePath, depth: number, value: Json): Json {
  const place = path[depth];
  if (place === undefined) return value;
  if (typeof place === 'number') {
    if (!Array.isArray(document) || place >= document.length) throw new PlaceNotFound();
    return document.with(place, put(document[place], path, depth + 1, value));
  }
  if (document !== undefined && !isObject(document)) throw new PlaceNotFound();
  const copy: JsonObject = { ...document };
  setKey(copy, place, put(Object.hasOwn(copy, place) ? copy[place] : undefined, path, depth + 1, value));
  return copy;
}
