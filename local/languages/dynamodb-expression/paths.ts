import { type Attributes, type AttributeValue, attributeOf, member, setAttribute } from './attribute-value.ts';
import { ExpressionError, type Path, type PathElement } from './syntax.ts';

type Names = Readonly<Record<string, string>>;

/** The path with its placeholders replaced. */
export function resolvePath(path: Path, names: Names): Path {
  return path.map((element) => resolveElement(element, names));
}

/** An attribute's name with its placeholder replaced. */
export function resolveElement(element: PathElement, names: Names): PathElement {
  return typeof element === 'string' && element.charCodeAt(0) === PLACEHOLDER ? (names[element] as string) : element;
}

/** `#` */
const PLACEHOLDER = 35;

/** The value at a path, or `undefined`. */
export function valueAt(item: Attributes, path: Path, names: Names): AttributeValue | undefined {
  let value = attributeOf(item, resolveElement(path[0] as PathElement, names) as string);
  for (let index = 1; value && index < path.length; index += 1) value = stepInto(value, resolveElement(path[index] as PathElement, names));
  return value;
}

function stepInto(value: AttributeValue, element: PathElement): AttributeValue | undefined {
  if (typeof element === 'number') return member(value, 'L')?.[element];
  const map = member(value, 'M');
  return map && attributeOf(map, element);
}

/** How AWS writes a path in a message: `[a, [1], b]`. */
export function showPath(path: Path): string {
  return `[${path.map((element) => (typeof element === 'number' ? `[${element}]` : element)).join(', ')}]`;
}

/**
 * Throws where one of several resolved paths is the beginning of another (overlap) or takes the same value once for a list and once for a map (conflict).
 */
export function checkDistinctPaths(paths: readonly Path[]): void {
  checkRelation(paths, 'overlap');
  checkRelation(paths, 'conflict');
}

function checkRelation(paths: readonly Path[], relation: 'overlap' | 'conflict'): void {
  for (let second = 1; second < paths.length; second += 1) {
    for (let first = 0; first < second; first += 1) {
      if (relationOf(paths[first] as Path, paths[second] as Path) !== relation) continue;
      const shown = `path one: ${showPath(paths[first] as Path)}, path two: ${showPath(paths[second] as Path)}`;
      throw new ExpressionError(`Two document paths ${relation} with each other; must remove or rewrite one of these paths; ${shown}`);
    }
  }
}

function relationOf(a: Path, b: Path): 'apart' | 'overlap' | 'conflict' {
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index += 1) {
    if (a[index] === b[index]) continue;
    return typeof a[index] === typeof b[index] ? 'apart' : 'conflict';
  }
  return 'overlap';
}

/**
 * The parts of an item that lie at the resolved paths, in the structure of the item; elements of a list close up in their order.
 * Answers an item without attributes where nothing lies there.
 */
export function project(item: Attributes, paths: readonly Path[]): Attributes {
  const out: Attributes = {};
  for (const [name, rest] of groupByFirst(paths)) {
    const value = attributeOf(item, name as string);
    const part = value && partOf(value, rest);
    if (part) setAttribute(out, name as string, part);
  }
  return out;
}

/** Paths by their first element, each without it; `undefined` where the path ends there. */
function groupByFirst(paths: readonly Path[]): Map<PathElement, Path[] | undefined> {
  const groups = new Map<PathElement, Path[] | undefined>();
  for (const path of paths) {
    const [first, ...rest] = path as [PathElement, ...PathElement[]];
    if (rest.length === 0) groups.set(first, undefined);
    else if (!groups.has(first)) groups.set(first, [rest]);
    else groups.get(first)?.push(rest);
  }
  return groups;
}

function partOf(value: AttributeValue, rest: readonly Path[] | undefined): AttributeValue | undefined {
  if (!rest) return value;
  const groups = groupByFirst(rest);
  const map = member(value, 'M');
  if (map) {
    const part = project(
      map,
      rest.filter((path) => typeof path[0] === 'string'),
    );
    return Object.keys(part).length === 0 ? undefined : { M: part };
  }
  const list = member(value, 'L');
  if (!list) return undefined;
  const indexes = [...groups.keys()].filter((element) => typeof element === 'number').sort((a, b) => a - b);
  const parts = indexes.map((index) => list[index] && partOf(list[index], groups.get(index))).filter((part) => part !== undefined);
  return parts.length === 0 ? undefined : { L: parts };
}
