import type { AttributeValue } from './attribute-value.ts';
import { resolvePath } from './paths.ts';
import { type Bindings, type Comparator, type Condition, ExpressionError, type Operand } from './syntax.ts';

/** What a query asks of its sort key. */
export type SortKeyCondition =
  | { readonly operator: Exclude<Comparator, '<>'> | 'begins_with'; readonly value: AttributeValue }
  | { readonly operator: 'between'; readonly lower: AttributeValue; readonly upper: AttributeValue };

/** The conditions of a query by attribute name. */
export type KeyConditions = ReadonlyMap<string, SortKeyCondition>;

const plain = (message: string): ExpressionError => new ExpressionError(message, { isPrefixed: false });
const notSupported = (): ExpressionError => plain('Query key condition not supported');

/** Reads a key condition expression whose placeholders are defined. Throws `ExpressionError`. */
export function readKeyConditions(tree: Condition, bindings: Bindings): KeyConditions {
  checkOperators(tree);
  const conditions = new Map<string, SortKeyCondition[]>();
  for (const node of conjuncts(tree)) {
    const [name, condition] = readOne(node, bindings);
    conditions.set(name, [...(conditions.get(name) ?? []), condition]);
  }
  if ([...conditions.values()].some((list) => list.length > 1)) throw plain('KeyConditionExpressions must only contain one condition per key');
  return new Map([...conditions].map(([name, list]) => [name, list[0] as SortKeyCondition]));
}

function checkOperators(node: Condition): void {
  switch (node.kind) {
    case 'and':
      checkOperators(node.left);
      checkOperators(node.right);
      return;
    case 'between':
      return;
    case 'compare':
      if (node.operator === '<>') throw plain('Invalid operator used in KeyConditionExpression: <>');
      return;
    case 'call':
      if (node.name !== 'begins_with') throw plain(`Invalid operator used in KeyConditionExpression: ${node.name}`);
      return;
    default:
      throw plain(`Invalid operator used in KeyConditionExpression: ${node.kind.toUpperCase()}`);
  }
}

function* conjuncts(node: Condition): Generator<Condition> {
  if (node.kind !== 'and') {
    yield node;
    return;
  }
  yield* conjuncts(node.left);
  yield* conjuncts(node.right);
}

function readOne(node: Condition, bindings: Bindings): [string, SortKeyCondition] {
  switch (node.kind) {
    case 'compare':
      return readComparison(node.operator, node.left, node.right, bindings);
    case 'between': {
      const name = keyName('BETWEEN', [node.operand, node.lower, node.upper], bindings);
      return [name, { operator: 'between', lower: operandValue(node.lower, bindings), upper: operandValue(node.upper, bindings) }];
    }
    case 'call': {
      const [first, second] = node.operands as [Operand, Operand];
      return [keyName('begins_with', [first, second], bindings), { operator: 'begins_with', value: operandValue(second, bindings) }];
    }
    default:
      throw notSupported();
  }
}

const MIRRORED: Readonly<Record<Comparator, Comparator>> = { '=': '=', '<>': '<>', '<': '>', '<=': '>=', '>': '<', '>=': '<=' };

function readComparison(operator: Comparator, left: Operand, right: Operand, bindings: Bindings): [string, SortKeyCondition] {
  if (left.kind === 'call' || right.kind === 'call') throw nested();
  if (left.kind === 'path' && right.kind === 'path') throw invalid('Multiple attribute names used in one condition');
  if (left.kind !== 'path' && right.kind !== 'path') throw invalid('No key attribute specified');
  checkNotNested([left, right]);
  const [path, value, direction] = left.kind === 'path' ? [left, right, operator] : [right, left, MIRRORED[operator]];
  return [nameOf(path, bindings), { operator: direction as Exclude<Comparator, '<>'>, value: operandValue(value, bindings) }];
}

function keyName(operator: string, operands: readonly Operand[], bindings: Bindings): string {
  const [first, ...others] = operands as [Operand, ...Operand[]];
  if (first.kind !== 'path') throw invalid(`${operator} operator must have the key attribute as its first operand`);
  if (others.some((operand) => operand.kind === 'path')) throw invalid('Multiple attribute names used in one condition');
  checkNotNested(operands);
  return nameOf(first, bindings);
}

const invalid = (reason: string): ExpressionError => plain(`Invalid condition in KeyConditionExpression: ${reason}`);

const nested = (): ExpressionError => plain('KeyConditionExpressions cannot contain nested operations');

function checkNotNested(operands: readonly Operand[]): void {
  const isNested = operands.some((operand) => operand.kind === 'call' || (operand.kind === 'path' && operand.path.length > 1));
  if (isNested) throw nested();
}

function nameOf(operand: Operand, bindings: Bindings): string {
  if (operand.kind !== 'path') throw notSupported();
  return resolvePath(operand.path, bindings.names)[0] as string;
}

function operandValue(operand: Operand, bindings: Bindings): AttributeValue {
  if (operand.kind !== 'value') throw notSupported();
  return bindings.values[operand.name] as AttributeValue;
}
