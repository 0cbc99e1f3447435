import { type AttributeType, type AttributeValue, member, typeOf } from './attribute-value.ts';
import { compareValues } from './order.ts';
import { operandCount } from './parse-condition.ts';
import { resolvePath, showPath } from './paths.ts';
import { type Bindings, type Condition, ExpressionError, type Operand } from './syntax.ts';

const ORDERED: ReadonlySet<AttributeType> = new Set(['S', 'N', 'B']);
const PREFIXED: ReadonlySet<AttributeType> = new Set(['S', 'B']);
const SIZED: ReadonlySet<AttributeType> = new Set(['S', 'B', 'SS', 'NS', 'BS', 'L', 'M']);
const CONTAINERS: ReadonlySet<AttributeType> = new Set(['S', 'B', 'SS', 'NS', 'BS', 'L']);
const TYPES: ReadonlySet<string> = new Set(['B', 'NULL', 'SS', 'BOOL', 'L', 'BS', 'N', 'NS', 'S', 'M']);

/** Checks what can be known of a condition without an item: operands' number, kind and type. Throws `ExpressionError`. */
export function checkCondition(node: Condition, bindings: Bindings): void {
  switch (node.kind) {
    case 'and':
    case 'or':
      checkCondition(node.left, bindings);
      checkCondition(node.right, bindings);
      return;
    case 'not':
      checkCondition(node.inner, bindings);
      return;
    case 'call':
      checkCall(node, bindings);
      return;
    case 'compare':
      checkOperands(node.operator, [node.left, node.right], bindings);
      if (node.operator !== '=' && node.operator !== '<>') {
        checkType(node.operator, node.left, ORDERED, bindings);
        checkType(node.operator, node.right, ORDERED, bindings);
      }
      return;
    case 'between':
      checkOperands('BETWEEN', [node.operand, node.lower, node.upper], bindings);
      for (const operand of [node.operand, node.lower, node.upper]) checkType('BETWEEN', operand, ORDERED, bindings);
      checkBounds(node.lower, node.upper, bindings);
      return;
    case 'in':
      checkOperands('IN', [node.operand, ...node.list], bindings);
  }
}

type Call = Extract<Operand, { kind: 'call' }>;

function checkCall(call: Call, bindings: Bindings): void {
  checkCount(call);
  const { name, operands } = call;
  const [first, second] = operands as [Operand, Operand];
  switch (name) {
    case 'attribute_exists':
    case 'attribute_not_exists':
      checkInner(operands, bindings);
      checkIsPath(name, first);
      return;
    case 'attribute_type':
      checkOperands(name, operands, bindings);
      checkIsPath(name, first);
      checkTypeName(name, second, bindings);
      return;
    case 'begins_with':
      checkOperands(name, operands, bindings);
      checkType(name, first, PREFIXED, bindings);
      checkType(name, second, PREFIXED, bindings);
      return;
    default:
      checkOperands(name, operands, bindings);
      checkType(name, first, CONTAINERS, bindings);
  }
}

function checkCount({ name, operands }: Call): void {
  if (operands.length === operandCount(name)) return;
  throw new ExpressionError(`Incorrect number of operands for operator or function; operator or function: ${name}, number of operands: ${operands.length}`);
}

/** Checks each operand for itself, and that the first is not among the others. */
function checkOperands(operator: string, operands: readonly Operand[], bindings: Bindings): void {
  checkInner(operands, bindings);
  const [first, ...others] = operands;
  if (first?.kind !== 'path') return;
  const shown = showPath(resolvePath(first.path, bindings.names));
  for (const other of others) {
    if (other.kind !== 'path' || showPath(resolvePath(other.path, bindings.names)) !== shown) continue;
    throw new ExpressionError(
      `The first operand must be distinct from the remaining operands for this operator or function; operator: ${operator}, first operand: ${shown}`,
    );
  }
}

function checkInner(operands: readonly Operand[], bindings: Bindings): void {
  for (const operand of operands) {
    if (operand.kind !== 'call') continue;
    checkCount(operand);
    checkInner(operand.operands, bindings);
    checkType(operand.name, operand.operands[0] as Operand, SIZED, bindings);
  }
}

function checkIsPath(name: string, operand: Operand): void {
  if (operand.kind !== 'path') throw new ExpressionError(`Operator or function requires a document path; operator or function: ${name}`);
}

/** The type an operand has whatever the item: a value's, and a size is a number. */
function staticType(operand: Operand, bindings: Bindings): AttributeType | undefined {
  if (operand.kind === 'value') return typeOf(bindings.values[operand.name] as AttributeValue);
  return operand.kind === 'call' ? 'N' : undefined;
}

function checkType(operator: string, operand: Operand, allowed: ReadonlySet<AttributeType>, bindings: Bindings): void {
  const type = staticType(operand, bindings);
  if (type === undefined || allowed.has(type)) return;
  throw new ExpressionError(`Incorrect operand type for operator or function; operator or function: ${operator}, operand type: ${type}`);
}

function checkTypeName(name: string, operand: Operand, bindings: Bindings): void {
  checkType(name, operand, new Set(['S']), bindings);
  if (operand.kind !== 'value') return;
  const type = member(bindings.values[operand.name] as AttributeValue, 'S') as string;
  if (!TYPES.has(type)) throw new ExpressionError(`Invalid attribute type name found; type: ${type}, valid types: {${[...TYPES].join(',')}}`);
}

function checkBounds(lower: Operand, upper: Operand, bindings: Bindings): void {
  if (lower.kind !== 'value' || upper.kind !== 'value') return;
  const low = bindings.values[lower.name] as AttributeValue;
  const high = bindings.values[upper.name] as AttributeValue;
  const order = compareValues(low, high);
  const shown = `lower bound operand: AttributeValue: ${showValue(low)}, upper bound operand: AttributeValue: ${showValue(high)}`;
  if (order === undefined) throw new ExpressionError(`The BETWEEN operator requires same data type for lower and upper bounds; ${shown}`);
  if (order > 0) throw new ExpressionError(`The BETWEEN operator requires upper bound to be greater than or equal to lower bound; ${shown}`);
}

/** How AWS writes a scalar in a message: `{N:1}`. */
function showValue(value: AttributeValue): string {
  const type = typeOf(value);
  const content = member(value, type);
  return `{${type}:${content instanceof Uint8Array ? Buffer.from(content).toString('base64') : content}}`;
}
