import { type Attributes, type AttributeValue, member, typeOf } from './attribute-value.ts';
import { bytesKey, compareValues, equalValues } from './order.ts';
import { valueAt } from './paths.ts';
import { functionSize } from './size.ts';
import type { Bindings, Comparator, Condition, Operand } from './syntax.ts';

/** Says whether an item meets a condition that has been checked. An item that does not exist has no attributes. */
export function isMet(node: Condition, item: Attributes, bindings: Bindings): boolean {
  switch (node.kind) {
    case 'and':
      return isMet(node.left, item, bindings) && isMet(node.right, item, bindings);
    case 'or':
      return isMet(node.left, item, bindings) || isMet(node.right, item, bindings);
    case 'not':
      return !isMet(node.inner, item, bindings);
    case 'compare':
      return compares(node.operator, operandValue(node.left, item, bindings), operandValue(node.right, item, bindings));
    case 'between': {
      const value = operandValue(node.operand, item, bindings);
      return compares('>=', value, operandValue(node.lower, item, bindings)) && compares('<=', value, operandValue(node.upper, item, bindings));
    }
    case 'in': {
      const value = operandValue(node.operand, item, bindings);
      return value !== undefined && node.list.some((candidate) => compares('=', value, operandValue(candidate, item, bindings)));
    }
    case 'call':
      return isCallMet(node.name, node.operands, item, bindings);
  }
}

function isCallMet(name: string, operands: readonly Operand[], item: Attributes, bindings: Bindings): boolean {
  const first = operandValue(operands[0] as Operand, item, bindings);
  if (name === 'attribute_exists') return first !== undefined;
  if (name === 'attribute_not_exists') return first === undefined;
  const second = operandValue(operands[1] as Operand, item, bindings);
  if (!first || !second) return false;
  switch (name) {
    case 'attribute_type':
      return typeOf(first) === member(second, 'S');
    case 'begins_with':
      return beginsWith(first, second);
    default:
      return contains(first, second);
  }
}

function operandValue(operand: Operand, item: Attributes, bindings: Bindings): AttributeValue | undefined {
  switch (operand.kind) {
    case 'path':
      return valueAt(item, operand.path, bindings.names);
    case 'value':
      return bindings.values[operand.name];
    default: {
      const inner = operand.kind === 'call' ? operandValue(operand.operands[0] as Operand, item, bindings) : undefined;
      const size = inner && functionSize(inner);
      return size === undefined ? undefined : { N: String(size) };
    }
  }
}

/** A comparison. With something that does not exist only `<>` holds, and only of one that does; values of different types are unequal and have no order. */
function compares(operator: Comparator, left: AttributeValue | undefined, right: AttributeValue | undefined): boolean {
  if (!left || !right) return operator === '<>' && left !== right;
  if (operator === '=') return equalValues(left, right);
  if (operator === '<>') return !equalValues(left, right);
  const order = compareValues(left, right);
  if (order === undefined) return false;
  switch (operator) {
    case '<':
      return order < 0;
    case '<=':
      return order <= 0;
    case '>':
      return order > 0;
    case '>=':
      return order >= 0;
  }
}

/** Says whether text or bytes begin with others. */
export function beginsWith(value: AttributeValue, prefix: AttributeValue): boolean {
  const text = member(value, 'S');
  const textPrefix = member(prefix, 'S');
  if (text !== undefined && textPrefix !== undefined) return text.startsWith(textPrefix);
  const bytes = member(value, 'B');
  const bytesPrefix = member(prefix, 'B');
  return bytes !== undefined && bytesPrefix !== undefined && bytesKey(bytes).startsWith(bytesKey(bytesPrefix));
}

/** Says whether text or bytes contain others, a set a member, or a list an element. */
export function contains(value: AttributeValue, part: AttributeValue): boolean {
  switch (typeOf(value)) {
    case 'S':
      return member(part, 'S') !== undefined && (member(value, 'S') as string).includes(member(part, 'S') as string);
    case 'B': {
      const bytes = member(part, 'B');
      return bytes !== undefined && bytesKey(member(value, 'B') as Uint8Array).includes(bytesKey(bytes));
    }
    case 'SS':
      return (member(value, 'SS') as string[]).includes(member(part, 'S') as string);
    case 'NS':
      return (member(value, 'NS') as string[]).includes(member(part, 'N') as string);
    case 'BS': {
      const bytes = member(part, 'B');
      return bytes !== undefined && (member(value, 'BS') as Uint8Array[]).some((element) => bytesKey(element) === bytesKey(bytes));
    }
    case 'L':
      return (member(value, 'L') as AttributeValue[]).some((element) => equalValues(element, part));
    default:
      return false;
  }
}
