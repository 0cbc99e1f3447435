import type { Condition, Operand, Path, Update } from './syntax.ts';

/** Writes a path as it is parsed: `#a.b[1]`. */
export function printPath(path: Path): string {
  return path.map((element, index) => (typeof element === 'number' ? `[${element}]` : index === 0 ? element : `.${element}`)).join('');
}

function printOperand(operand: Operand): string {
  switch (operand.kind) {
    case 'path':
      return printPath(operand.path);
    case 'value':
      return operand.name;
    case 'call':
      return `${operand.name}(${operand.operands.map(printSide).join(', ')})`;
    case 'arithmetic':
      return `${printSide(operand.left)} ${operand.operator} ${printSide(operand.right)}`;
  }
}

function printSide(operand: Operand): string {
  return operand.kind === 'arithmetic' ? `(${printOperand(operand)})` : printOperand(operand);
}

const BINDING = { or: 0, and: 1, not: 2 } as const;

/** Writes a condition so that it parses to the same tree. */
export function printCondition(node: Condition): string {
  switch (node.kind) {
    case 'or':
    case 'and':
      return `${printWithin(node.left, BINDING[node.kind])} ${node.kind.toUpperCase()} ${printWithin(node.right, BINDING[node.kind] + 1)}`;
    case 'not':
      return `NOT ${printWithin(node.inner, BINDING.not)}`;
    case 'compare':
      return `${printOperand(node.left)} ${node.operator} ${printOperand(node.right)}`;
    case 'between':
      return `${printOperand(node.operand)} BETWEEN ${printOperand(node.lower)} AND ${printOperand(node.upper)}`;
    case 'in':
      return `${printOperand(node.operand)} IN (${node.list.map(printOperand).join(', ')})`;
    case 'call':
      return printOperand(node);
  }
}

function printWithin(node: Condition, binding: number): string {
  const own = node.kind === 'or' || node.kind === 'and' ? BINDING[node.kind] : BINDING.not;
  return own < binding ? `(${printCondition(node)})` : printCondition(node);
}

/** Writes an update so that it parses to the same tree. */
export function printUpdate(update: Update): string {
  const sections = [
    section(
      'SET',
      update.set.map(({ path, value }) => `${printPath(path)} = ${printOperand(value)}`),
    ),
    section('REMOVE', update.remove.map(printPath)),
    section(
      'ADD',
      update.add.map(({ path, value }) => `${printPath(path)} ${value}`),
    ),
    section(
      'DELETE',
      update.delete.map(({ path, value }) => `${printPath(path)} ${value}`),
    ),
  ];
  return sections.filter((text) => text !== '').join(' ');
}

function section(name: string, actions: readonly string[]): string {
  return actions.length === 0 ? '' : `${name} ${actions.join(', ')}`;
}
