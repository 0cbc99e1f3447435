/** A metric math expression as a tree. */
export type Expression =
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'text'; readonly value: string }
  | { readonly kind: 'reference'; readonly id: string }
  | { readonly kind: 'list'; readonly items: readonly Expression[] }
  | { readonly kind: 'negation'; readonly operand: Expression }
  | { readonly kind: 'operation'; readonly operator: Operator; readonly left: Expression; readonly right: Expression }
  | { readonly kind: 'call'; readonly name: string; readonly parameters: readonly Expression[] };

export type Operator = '+' | '-' | '*' | '/' | '^' | '==' | '!=' | '<' | '>' | '<=' | '>=' | '&&' | '||';

/** An expression that is none, with the place where it ends to be one. */
export class ExpressionError extends Error {}

const TOKEN = /\s*(?:(\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|("[^"]*"|'[^']*')|([A-Za-z_][A-Za-z0-9_]*)|(==|!=|<=|>=|&&|\|\||[-+*/^<>(),[\]]))/y;

/** How strongly an operator binds; comparisons bind less than sums, `&&` and `||` least. */
const BINDING: Readonly<Record<Operator, number>> = {
  '||': 1,
  '&&': 2,
  '==': 3,
  '!=': 3,
  '<': 4,
  '>': 4,
  '<=': 4,
  '>=': 4,
  '+': 5,
  '-': 5,
  '*': 6,
  '/': 6,
  '^': 8,
};
const NEGATION_BINDING = 7;
const WORD_OPERATORS: Readonly<Record<string, Operator>> = { AND: '&&', OR: '||' };

interface Token {
  readonly kind: 'number' | 'text' | 'name' | 'sign' | 'end';
  readonly text: string;
}

function tokenize(source: string): Token[] {
  const tokens: Token[] = [];
  TOKEN.lastIndex = 0;
  while (source.slice(TOKEN.lastIndex).trim() !== '') {
    const at = TOKEN.lastIndex;
    const match = TOKEN.exec(source);
    if (!match) throw new ExpressionError(`Unexpected character at ${at}: ${source.slice(at).trim().slice(0, 10)}`);
    const [, number, text, name, sign = ''] = match;
    if (number !== undefined) tokens.push({ kind: 'number', text: number });
    else if (text !== undefined) tokens.push({ kind: 'text', text: text.slice(1, -1) });
    else if (name !== undefined) tokens.push({ kind: 'name', text: name });
    else tokens.push({ kind: 'sign', text: sign });
  }
  return [...tokens, { kind: 'end', text: '' }];
}

/**
 * Parses a metric math expression.
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html
 */
export function parseExpression(source: string): Expression {
  const parser = new Parser(tokenize(source));
  const expression = parser.expression(0);
  parser.end();
  return expression;
}

class Parser {
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  get #next(): Token {
    return this.#tokens[this.#at] as Token;
  }

  end(): void {
    if (this.#next.kind !== 'end') throw new ExpressionError(`Unexpected ${this.#next.text}`);
  }

  #take(): Token {
    const token = this.#next;
    this.#at += 1;
    return token;
  }

  #takeSign(text: string): boolean {
    if (this.#next.kind !== 'sign' || this.#next.text !== text) return false;
    this.#at += 1;
    return true;
  }

  #operator(): Operator | undefined {
    const { kind, text } = this.#next;
    if (kind === 'name') return Object.hasOwn(WORD_OPERATORS, text) ? WORD_OPERATORS[text] : undefined;
    return kind === 'sign' && text in BINDING ? (text as Operator) : undefined;
  }

  expression(bindingMin: number): Expression {
    let left = this.#operand();
    for (let operator = this.#operator(); operator && BINDING[operator] > bindingMin; operator = this.#operator()) {
      this.#take();
      left = { kind: 'operation', operator, left, right: this.expression(BINDING[operator]) };
    }
    return left;
  }

  #operand(): Expression {
    if (this.#takeSign('-')) return { kind: 'negation', operand: this.expression(NEGATION_BINDING) };
    if (this.#takeSign('(')) {
      const inner = this.expression(0);
      if (!this.#takeSign(')')) throw new ExpressionError('A parenthesis is not closed');
      return inner;
    }
    if (this.#takeSign('[')) return { kind: 'list', items: this.#items(']') };
    const { kind, text } = this.#take();
    switch (kind) {
      case 'number':
        return { kind, value: Number(text) };
      case 'text':
        return { kind, value: text };
      case 'name':
        if (this.#takeSign('(')) return { kind: 'call', name: text, parameters: this.#items(')') };
        return { kind: 'reference', id: text };
      default:
        throw new ExpressionError(text === '' ? 'The expression ends too early' : `Unexpected ${text}`);
    }
  }

  #items(close: string): Expression[] {
    const items: Expression[] = [];
    while (!this.#takeSign(close)) {
      if (items.length > 0 && !this.#takeSign(',')) throw new ExpressionError(`Expected , or ${close}`);
      items.push(this.expression(0));
    }
    return items;
  }
}

/** The ids that an expression refers to. */
export function referencesOf(expression: Expression): string[] {
  switch (expression.kind) {
    case 'number':
    case 'text':
      return [];
    case 'reference':
      return [expression.id];
    case 'list':
      return expression.items.flatMap(referencesOf);
    case 'negation':
      return referencesOf(expression.operand);
    case 'operation':
      return [...referencesOf(expression.left), ...referencesOf(expression.right)];
    case 'call':
      return expression.parameters.flatMap(referencesOf);
  }
}
