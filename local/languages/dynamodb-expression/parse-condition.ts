import { checkReserved, readPath, readSteps } from './parse-path.ts';
import { type Comparator, type Condition, ExpressionError, type Operand, type Parsed } from './syntax.ts';
import { TokenReader } from './tokens.ts';

const KEYWORDS = new Set(['AND', 'OR', 'NOT', 'BETWEEN', 'IN']);
const COMPARATORS = new Set(['=', '<>', '<', '<=', '>', '>=']);

/** Operators and functions a condition may have. @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html */
const OPERATORS_MAX = 300;

/** Functions that say yes or no, with the number of their operands. */
const CONDITION_FUNCTIONS: Readonly<Record<string, number>> = {
  attribute_exists: 1,
  attribute_not_exists: 1,
  attribute_type: 2,
  begins_with: 2,
  contains: 2,
};

/** Functions that stand for a value. */
const OPERAND_FUNCTIONS: Readonly<Record<string, number>> = { size: 1 };

/** Functions of updates only. */
const UPDATE_FUNCTIONS = new Set(['if_not_exists', 'list_append']);

type Node = Condition | Operand;

/**
 * Parses a condition, a filter or a key condition. Throws `ExpressionError`; of several faults the one that AWS names: syntax, parentheses,
 * functions, reserved words.
 */
export function parseCondition(text: string): Parsed<Condition> {
  const parser = new ConditionParser(text);
  const tree = parser.parse();
  checkCondition(tree, checkFunctionUse);
  checkCondition(tree, checkPath);
  return { tree, placeholders: parser.placeholders };
}

class ConditionParser {
  readonly #reader: TokenReader;
  /** The node that was read between parentheses last: met again as all there is between two others, those are redundant. */
  #parenthesised: Node | undefined;
  #hasRedundantParentheses = false;
  #operators = 0;

  constructor(text: string) {
    this.#reader = new TokenReader(text);
  }

  get placeholders(): readonly string[] {
    return this.#reader.placeholders;
  }

  parse(): Condition {
    const tree = this.#asCondition(this.#or());
    if (this.#reader.peek().kind !== 'end') throw this.#reader.syntaxError();
    if (this.#operators > OPERATORS_MAX) {
      throw new ExpressionError(`The expression contains too many operators; operator count: ${this.#operators}`);
    }
    if (this.#hasRedundantParentheses) throw new ExpressionError('The expression has redundant parentheses;');
    return tree;
  }

  #or(): Node {
    let node = this.#and();
    while (this.#reader.isKeyword('OR')) {
      const left = this.#asCondition(node);
      this.#reader.next();
      this.#operators += 1;
      node = { kind: 'or', left, right: this.#asCondition(this.#and()) };
    }
    return node;
  }

  #and(): Node {
    let node = this.#not();
    while (this.#reader.isKeyword('AND')) {
      const left = this.#asCondition(node);
      this.#reader.next();
      this.#operators += 1;
      node = { kind: 'and', left, right: this.#asCondition(this.#not()) };
    }
    return node;
  }

  #not(): Node {
    if (this.#reader.takeKeyword('NOT')) {
      this.#operators += 1;
      return { kind: 'not', inner: this.#asCondition(this.#not()) };
    }
    const node = this.#primary(() => this.#or());
    return isOperand(node) ? this.#comparison(node) : node;
  }

  /** What follows an operand: a comparison, or nothing. */
  #comparison(left: Operand): Node {
    const reader = this.#reader;
    const { kind, text } = reader.peek();
    if (kind === 'symbol' && COMPARATORS.has(text)) {
      this.#operators += 1;
      reader.next();
      return { kind: 'compare', operator: text as Comparator, left, right: this.#operand() };
    }
    if (reader.takeKeyword('BETWEEN')) {
      this.#operators += 1;
      const lower = this.#operand();
      if (!reader.takeKeyword('AND')) throw reader.syntaxError();
      return { kind: 'between', operand: left, lower, upper: this.#operand() };
    }
    if (reader.takeKeyword('IN')) {
      this.#operators += 1;
      reader.expectSymbol('(');
      return { kind: 'in', operand: left, list: this.#operandsUntilClose() };
    }
    return left;
  }

  #operand(): Operand {
    return this.#primary(() => this.#operand()) as Operand;
  }

  #primary(inner: () => Node): Node {
    const reader = this.#reader;
    if (reader.takeSymbol('(')) {
      this.#parenthesised = undefined;
      const node = inner();
      if (node === this.#parenthesised) this.#hasRedundantParentheses = true;
      reader.expectSymbol(')');
      if (node.kind === 'path' && (reader.isSymbol('.') || reader.isSymbol('['))) return { kind: 'path', path: readSteps(reader, node.path) };
      this.#parenthesised = node;
      return node;
    }
    if (reader.peek().kind === 'value') return { kind: 'value', name: reader.next().text };
    if (reader.peek().kind === 'word' && reader.peek(1).text === '(' && !KEYWORDS.has(reader.peek().text.toUpperCase())) {
      const name = reader.next().text;
      reader.next();
      this.#operators += 1;
      return { kind: 'call', name, operands: this.#operandsUntilClose() };
    }
    return { kind: 'path', path: readPath(reader, KEYWORDS) };
  }

  #operandsUntilClose(): Operand[] {
    const operands: Operand[] = [];
    do operands.push(this.#operand());
    while (this.#reader.takeSymbol(','));
    this.#reader.expectSymbol(')');
    return operands;
  }

  #asCondition(node: Node): Condition {
    if (node.kind === 'path' || node.kind === 'value') throw this.#reader.syntaxError();
    return node as Condition;
  }
}

function isOperand(node: Node): node is Operand {
  return node.kind === 'path' || node.kind === 'value' || node.kind === 'call';
}

/** Calls `check` on every call and operand, in the order of the text. */
function checkCondition(node: Condition, check: (operand: Operand, place: 'condition' | 'operand') => void): void {
  for (const { operand, place } of operandsOf(node)) check(operand, place);
}

/** Every call and operand of a condition, outer before inner, in the order of the text. */
function* operandsOf(node: Condition): Generator<{ operand: Operand; place: 'condition' | 'operand' }> {
  switch (node.kind) {
    case 'and':
    case 'or':
      yield* operandsOf(node.left);
      yield* operandsOf(node.right);
      return;
    case 'not':
      yield* operandsOf(node.inner);
      return;
    case 'call':
      yield { operand: node, place: 'condition' };
      for (const operand of node.operands) yield* withInner(operand);
      return;
    case 'compare':
      yield* withInner(node.left);
      yield* withInner(node.right);
      return;
    case 'between':
      for (const operand of [node.operand, node.lower, node.upper]) yield* withInner(operand);
      return;
    case 'in':
      for (const operand of [node.operand, ...node.list]) yield* withInner(operand);
  }
}

function* withInner(operand: Operand): Generator<{ operand: Operand; place: 'operand' }> {
  yield { operand, place: 'operand' };
  if (operand.kind === 'call') for (const inner of operand.operands) yield* withInner(inner);
}

function checkFunctionUse(operand: Operand, place: 'condition' | 'operand'): void {
  if (operand.kind !== 'call') return;
  const { name } = operand;
  if (UPDATE_FUNCTIONS.has(name)) throw new ExpressionError(`The function is not allowed in a condition expression; function: ${name}`);
  const isKnown = Object.hasOwn(CONDITION_FUNCTIONS, name) || Object.hasOwn(OPERAND_FUNCTIONS, name);
  if (!isKnown) throw new ExpressionError(`Invalid function name; function: ${name}`);
  if (!Object.hasOwn(place === 'condition' ? CONDITION_FUNCTIONS : OPERAND_FUNCTIONS, name)) {
    throw new ExpressionError(`The function is not allowed to be used this way in an expression; function: ${name}`);
  }
}

function checkPath(operand: Operand): void {
  if (operand.kind === 'path') checkReserved(operand.path);
}

/** How many operands a function of conditions takes. */
export function operandCount(name: string): number {
  return CONDITION_FUNCTIONS[name] ?? (OPERAND_FUNCTIONS[name] as number);
}
