import { type Leaf, passes } from './clause.ts';
import { type ArrayPlace, type FlatEvent, type FlatField, flattenEvent, flattenText } from './flat-event.ts';
import type { Branch, EventPattern, FieldPattern } from './parse.ts';

/** Whether a parsed event matches. See `flattenEvent` for what a parsed event has forgotten. */
export function matches(pattern: EventPattern, event: unknown): boolean {
  return matchesFlat(pattern, flattenEvent(event, pattern.interest));
}

/** Whether an event's text matches. Throws `PatternError` where it is no JSON. */
export function matchesText(pattern: EventPattern, text: string): boolean {
  return matchesFlat(pattern, flattenText(text, pattern.interest));
}

/** Whether a flattened event matches: to match one event against many patterns, flatten it once. */
export function matchesFlat(pattern: EventPattern, event: FlatEvent): boolean {
  for (const branch of pattern.branches) if (matchesBranch(branch, event)) return true;
  return false;
}

/** Whether all fields of a branch match, and no two by way of different elements of one array. */
export function matchesBranch(branch: Branch, event: FlatEvent): boolean {
  let hasPlaces = false;
  for (const field of branch) {
    const found = event.get(field.path);
    if (found?.places) hasPlaces = true;
    if (!matchesField(field, found)) return false;
  }
  return !hasPlaces || matchesConsistently(branch, event);
}

/** Whether a field matches by itself, wherever in an array it lies. What lies in an array may be absent from one element and not from another. */
export function matchesField(field: FieldPattern, found: FlatField | undefined): boolean {
  if (!found) return field.mayBeAbsent;
  if (field.mayBeAbsent && found.places) return true;
  for (const leaf of found.leaves) if (matchesLeaf(field, leaf)) return true;
  return false;
}

function matchesLeaf(field: FieldPattern, leaf: Leaf): boolean {
  if (field.values.has(leaf)) return true;
  for (const clause of field.tests) if (passes(clause, leaf)) return true;
  return false;
}

/** Which element of each array a match has settled on. */
type Elements = ReadonlyMap<number, number>;

/**
 * Goes through the fields by path and keeps every choice of array elements that is still open. A field counts as absent where it is in none of the
 * elements chosen so far, which makes absence depend on the order of paths: so it does in the engine.
 */
function matchesConsistently(branch: Branch, event: FlatEvent): boolean {
  let open: Map<string, Elements> = new Map([['', new Map()]]);
  for (const field of branch) {
    const found = event.get(field.path);
    const next: Map<string, Elements> = new Map();
    for (const elements of open.values()) {
      if (field.mayBeAbsent && !isPresent(found, elements)) next.set(keyOf(elements), elements);
      for (let index = 0; found && index < found.leaves.length; index += 1) {
        if (!matchesLeaf(field, found.leaves[index] as Leaf)) continue;
        const chosen = withPlace(elements, found.places?.[index]);
        if (chosen) next.set(keyOf(chosen), chosen);
      }
    }
    if (next.size === 0) return false;
    open = next;
  }
  return true;
}

function isPresent(found: FlatField | undefined, elements: Elements): boolean {
  return found?.leaves.some((_, index) => withPlace(elements, found.places?.[index]) !== undefined) === true;
}

/** The choice with a leaf's place added; `undefined` where the two contradict each other. */
function withPlace(elements: Elements, place: ArrayPlace | undefined): Elements | undefined {
  let chosen: Map<number, number> | undefined;
  for (let at = place; at; at = at.outer) {
    const index = elements.get(at.array);
    if (index === at.index) continue;
    if (index !== undefined) return undefined;
    chosen ??= new Map(elements);
    chosen.set(at.array, at.index);
  }
  return chosen ?? elements;
}

function keyOf(elements: Elements): string {
  let key = '';
  for (const array of [...elements.keys()].sort((a, b) => a - b)) key += `${array}:${elements.get(array)};`;
  return key;
}
