import { type AttributeType, type AttributeValue, typeOf } from './attribute-value.ts';
import { updatedPaths } from './parse-update.ts';
import { checkDistinctPaths, resolvePath } from './paths.ts';
import { type Bindings, ExpressionError, type Operand, type Path, type Update } from './syntax.ts';

const ADDABLE: ReadonlySet<AttributeType> = new Set(['N', 'SS', 'NS', 'BS']);
const DELETABLE: ReadonlySet<AttributeType> = new Set(['SS', 'NS', 'BS']);

/** How AWS names types in the messages of ADD and DELETE. */
const TYPE_NAMES: Readonly<Record<AttributeType, string>> = {
  S: 'STRING',
  N: 'NUMBER',
  B: 'BINARY',
  SS: 'STRING_SET',
  NS: 'NUMBER_SET',
  BS: 'BINARY_SET',
  M: 'MAP',
  L: 'LIST',
  NULL: 'NULL',
  BOOL: 'BOOLEAN',
};

/** Checks what can be known of an update without an item. Answers the resolved paths that it changes. Throws `ExpressionError`. */
export function checkUpdate(update: Update, bindings: Bindings): Path[] {
  for (const { value } of update.add) checkSectionType('ADD', value, ADDABLE, bindings);
  for (const { value } of update.delete) checkSectionType('DELETE', value, DELETABLE, bindings);
  for (const { value } of update.set) checkOperand(value, bindings);
  const paths = updatedPaths(update).map((path) => resolvePath(path, bindings.names));
  checkDistinctPaths(paths);
  return paths;
}

function checkSectionType(section: string, name: string, allowed: ReadonlySet<AttributeType>, bindings: Bindings): void {
  const type = typeOf(bindings.values[name] as AttributeValue);
  if (allowed.has(type)) return;
  throw new ExpressionError(`Incorrect operand type for operator or function; operator: ${section}, operand type: ${TYPE_NAMES[type]}`);
}

function checkOperand(operand: Operand, bindings: Bindings): void {
  switch (operand.kind) {
    case 'path':
    case 'value':
      return;
    case 'arithmetic':
      for (const side of [operand.left, operand.right]) {
        checkOperand(side, bindings);
        checkType(operand.operator, side, 'N', bindings);
      }
      return;
    case 'call':
      checkCall(operand.name, operand.operands, bindings);
  }
}

function checkCall(name: string, operands: readonly Operand[], bindings: Bindings): void {
  if (operands.length !== 2) {
    throw new ExpressionError(`Incorrect number of operands for operator or function; operator or function: ${name}, number of operands: ${operands.length}`);
  }
  for (const operand of operands) checkOperand(operand, bindings);
  if (name === 'list_append') for (const operand of operands) checkType(name, operand, 'L', bindings);
  else if (operands[0]?.kind !== 'path') throw new ExpressionError(`Operator or function requires a document path; operator or function: ${name}`);
}

function checkType(operator: string, operand: Operand, allowed: AttributeType, bindings: Bindings): void {
  if (operand.kind !== 'value') return;
  const type = typeOf(bindings.values[operand.name] as AttributeValue);
  if (type === allowed) return;
  throw new ExpressionError(`Incorrect operand type for operator or function; operator or function: ${operator}, operand type: ${type}`);
}
