import { isObject, type Json, type JsonObject, setKey } from '../json.ts';
import { matchesCondition } from './filter.ts';
import { applyFunction } from './functions.ts';
import { PathNotFound } from './path-not-found.ts';
import type { Path, Segment } from './syntax.ts';

/**
 * Evaluates a path on the value that its root stands for. Definite paths answer the value; the others a list, empty where nothing is found.
 *
 * @throws PathNotFound where a definite path leads nowhere.
 */
export function evaluatePath(path: Path, root: Json): Json {
  const last = path.segments.at(-1);
  if (last?.kind === 'function') {
    const segments = path.segments.slice(0, -1);
    return applyFunction(last.name, segments.length === 0 ? root : evaluatePath(withSegments(path, segments), root));
  }
  if (path.isDefinite) return follow(path.segments, root);
  let values: Json[] = [root];
  for (const segment of path.segments) {
    const next: Json[] = [];
    for (const value of values) step(segment, value, root, next);
    values = next;
  }
  return values;
}

function withSegments(path: Path, segments: readonly Segment[]): Path {
  return { ...path, segments, isDefinite: segments.every(({ kind }) => kind === 'names' || kind === 'indexes') };
}

function follow(segments: readonly Segment[], root: Json): Json {
  let value = root;
  for (const [depth, segment] of segments.entries()) {
    const found: Json[] = [];
    step(segment, value, root, found);
    const next = found[0];
    if (next === undefined) throw new PathNotFound(notFound(segments, depth, value));
    value = next;
  }
  return value;
}

/** Adds what one step finds in a value. */
function step(segment: Segment, value: Json, root: Json, found: Json[]): void {
  switch (segment.kind) {
    case 'names':
      takeNames(segment.names, value, found);
      break;
    case 'indexes':
      takeIndexes(segment.indexes, value, found);
      break;
    case 'slice':
      takeSlice(segment, value, found);
      break;
    case 'wildcard':
      for (const child of children(value)) found.push(child);
      break;
    case 'descend':
      descend(segment.next, value, root, found);
      break;
    case 'filter':
      for (const child of Array.isArray(value) ? value : [value]) if (matchesCondition(segment.condition, child, root, evaluatePath)) found.push(child);
      break;
    case 'function':
      found.push(applyFunction(segment.name, value));
  }
}

function takeNames(names: readonly string[], value: Json, found: Json[]): void {
  if (!isObject(value)) return;
  const [only] = names;
  if (names.length === 1 && only !== undefined) {
    if (Object.hasOwn(value, only)) found.push(value[only] as Json);
    return;
  }
  // Several names select a part of the object, not a list of its values.
  const part: JsonObject = {};
  for (const name of names) if (Object.hasOwn(value, name)) setKey(part, name, value[name] as Json);
  found.push(part);
}

function takeIndexes(indexes: readonly number[], value: Json, found: Json[]): void {
  if (!Array.isArray(value)) return;
  for (const index of indexes) {
    const item = value.at(index);
    if (item !== undefined) found.push(item);
  }
}

function takeSlice({ from, to, step: by }: Segment & { kind: 'slice' }, value: Json, found: Json[]): void {
  if (!Array.isArray(value)) return;
  const end = bound(to ?? value.length, value.length);
  for (let index = bound(from ?? 0, value.length); index < end; index += by) found.push(value[index] as Json);
}

function bound(index: number, length: number): number {
  return Math.min(length, index < 0 ? Math.max(0, length + index) : index);
}

function children(value: Json): readonly Json[] {
  if (Array.isArray(value)) return value;
  return isObject(value) ? Object.values(value) : [];
}

function descend(segment: Segment, value: Json, root: Json, found: Json[]): void {
  // A filter takes a list's members; of an object reached on the way down it would take the object once more.
  if (segment.kind !== 'filter' || Array.isArray(value)) step(segment, value, root, found);
  for (const child of children(value)) if (typeof child === 'object' && child !== null) descend(segment, child, root, found);
}

/** The path in the notation of error messages: `$['a'][0]`. */
function printed(segments: readonly Segment[]): string {
  const steps = segments.map((segment) => {
    if (segment.kind === 'names') return `[${segment.names.map((name) => `'${name}'`).join(',')}]`;
    return segment.kind === 'indexes' ? `[${segment.indexes.join(',')}]` : '';
  });
  return `$${steps.join('')}`;
}

function notFound(segments: readonly Segment[], depth: number, value: Json): string {
  const isLast = depth === segments.length - 1;
  const isProperty = segments[depth]?.kind === 'names';
  const here = printed(segments.slice(0, depth + 1));
  if (isProperty && !isObject(value)) {
    const name = printed(segments.slice(depth, depth + 1)).slice(1);
    return `Expected to find an object with property ${name} in path ${printed(segments.slice(0, depth))} but found '${javaType(value)}'. This is not a json object according to the JsonProvider: 'com.jayway.jsonpath.spi.json.JacksonJsonNodeJsonProvider'.`;
  }
  return isLast || !isProperty ? `No results for path: ${here}` : `Missing property in path ${here}`;
}

/** What the service's JSON library calls a value, as its messages name it. */
function javaType(value: Json): string {
  const name = Array.isArray(value)
    ? 'Array'
    : value === null
      ? 'Null'
      : typeof value === 'string'
        ? 'Text'
        : typeof value === 'boolean'
          ? 'Boolean'
          : Number.isInteger(value)
            ? 'Int'
            : 'Double';
  return `com.fasterxml.jackson.databind.node.${name}Node`;
}
