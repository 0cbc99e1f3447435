import { type Attributes, type AttributeValue, attributeOf, copyAttributes, member, setAttribute } from './attribute-value.ts';
import { addDecimals, DecimalError, negateDecimal } from './decimal.ts';
import { resolvePath, valueAt } from './paths.ts';
import { differenceOf, unionOf } from './sets.ts';
import { type Bindings, type Operand, type Path, type PathElement, type Update, UpdateError } from './syntax.ts';

/** One change of one place: a value, or its removal. */
interface Change {
  readonly path: Path;
  readonly value: AttributeValue | undefined;
}

const wrongType = (): UpdateError => new UpdateError('An operand in the update expression has an incorrect data type');
const invalidPath = (): UpdateError => new UpdateError('The document path provided in the update expression is invalid for update');

/**
 * Applies a checked update to an item and answers the new item; the old one stays as it is. All operands are read from the old item. A list
 * grows at its end, whatever index is written behind it, in the order of the indexes; removed elements close up. Throws `UpdateError`.
 */
export function applyUpdate(update: Update, item: Attributes, bindings: Bindings): Attributes {
  const { names } = bindings;
  const writes: Change[] = update.set.map(({ path, value }) => ({ path: resolvePath(path, names), value: evaluate(value, item, bindings) }));
  for (const { path, value } of update.add) {
    writes.push({ path: resolvePath(path, names), value: added(valueAt(item, path, names), bindings.values[value] as AttributeValue) });
  }
  const removals: Change[] = update.remove.map((path) => ({ path: resolvePath(path, names), value: undefined }));
  for (const { path, value } of update.delete) {
    const change = deletion(resolvePath(path, names), item, bindings.values[value] as AttributeValue);
    if (change) (change.value ? writes : removals).push(change);
  }
  const next = copyAttributes(item);
  const owned = new Set<object>();
  for (const change of writes.sort((a, b) => lastIndex(a.path) - lastIndex(b.path))) write(next, change, owned);
  for (const change of removals.sort((a, b) => lastIndex(b.path) - lastIndex(a.path))) write(next, change, owned);
  // An object that lost a member is kept as a hash table, which costs memory: a copy is not.
  return removals.length > 0 ? copyAttributes(next) : next;
}

/** Index of the list element that a path ends in; others come in any order. */
function lastIndex(path: Path): number {
  const last = path[path.length - 1];
  return typeof last === 'number' ? last : -1;
}

function evaluate(operand: Operand, item: Attributes, bindings: Bindings): AttributeValue {
  switch (operand.kind) {
    case 'value':
      return bindings.values[operand.name] as AttributeValue;
    case 'path': {
      const value = valueAt(item, operand.path, bindings.names);
      if (!value) throw new UpdateError('The provided expression refers to an attribute that does not exist in the item');
      return value;
    }
    case 'arithmetic':
      return { N: sum(evaluate(operand.left, item, bindings), evaluate(operand.right, item, bindings), operand.operator) };
    case 'call': {
      const [first, second] = operand.operands as [Operand, Operand];
      if (operand.name === 'if_not_exists') {
        return (first.kind === 'path' && valueAt(item, first.path, bindings.names)) || evaluate(second, item, bindings);
      }
      const head = member(evaluate(first, item, bindings), 'L');
      const tail = member(evaluate(second, item, bindings), 'L');
      if (!head || !tail) throw wrongType();
      return { L: [...head, ...tail] };
    }
  }
}

function sum(left: AttributeValue, right: AttributeValue, operator: '+' | '-'): string {
  const a = member(left, 'N');
  const b = member(right, 'N');
  if (a === undefined || b === undefined) throw wrongType();
  try {
    return addDecimals(a, operator === '+' ? b : negateDecimal(b));
  } catch (error) {
    if (error instanceof DecimalError) throw new UpdateError(error.message, { cause: error });
    throw error;
  }
}

/** ADD: a number to a number, a set to a set; what is not there counts as nothing. */
function added(present: AttributeValue | undefined, value: AttributeValue): AttributeValue {
  if (!present) return value;
  if (member(value, 'N') !== undefined) return { N: sum(present, value, '+') };
  const union = unionOf(present, value);
  if (!union) throw wrongType();
  return union;
}

/** DELETE: members from a set. A set that runs empty goes; nothing to delete from is no fault. */
function deletion(path: Path, item: Attributes, value: AttributeValue): Change | undefined {
  const present = valueAt(item, path, {});
  if (!present) return undefined;
  const rest = differenceOf(present, value);
  if (!rest) throw wrongType();
  return { path, value: rest === 'empty' ? undefined : rest };
}

/** Writes one change into `item`, copying what lies on the way once; `owned` are the copies made so far. */
function write(item: Attributes, { path, value }: Change, owned: Set<object>): void {
  let map: Attributes | undefined = item;
  let list: AttributeValue[] | undefined;
  for (let depth = 0; depth < path.length - 1; depth += 1) {
    const element = path[depth] as PathElement;
    const inner: AttributeValue | undefined = childOf(map, list, element);
    const copy: AttributeValue | undefined = inner && ownCopy(inner, owned);
    if (!copy) throw invalidPath();
    if (copy !== inner) setChild(map, list, element, copy);
    map = member(copy, 'M');
    list = member(copy, 'L');
  }
  const last = path[path.length - 1] as PathElement;
  if (typeof last === 'number' ? !list : !map) throw invalidPath();
  if (value) setChild(map, list, last, value);
  else if (map) delete map[last];
  else list?.splice(last as number, 1);
}

function childOf(map: Attributes | undefined, list: AttributeValue[] | undefined, element: PathElement): AttributeValue | undefined {
  return typeof element === 'number' ? list?.[element] : map && attributeOf(map, element);
}

function setChild(map: Attributes | undefined, list: AttributeValue[] | undefined, element: PathElement, value: AttributeValue): void {
  if (typeof element === 'string') setAttribute(map as Attributes, element, value);
  else if (list) list[Math.min(element, list.length)] = value;
}

/** The container itself where this update has made it, else a copy; `undefined` where it is no container. */
function ownCopy(value: AttributeValue, owned: Set<object>): AttributeValue | undefined {
  if (owned.has(value)) return value;
  const map = member(value, 'M');
  const list = member(value, 'L');
  const copy: AttributeValue | undefined = map ? { M: copyAttributes(map) } : list ? { L: [...list] } : undefined;
  if (copy) owned.add(copy);
  return copy;
}
