/** A compiled log filter pattern: does this line match? */
export type FilterPattern = (message: string) => boolean;

/** A pattern that is not one. */
export class FilterPatternError extends Error {
  constructor(pattern: string, at: string) {
    super(`Invalid metric filter pattern: "${pattern}", at "${at}"`);
    this.name = 'FilterPatternError';
  }
}

/**
 * Compiles a pattern of CloudWatch Logs: terms (`ERROR "out of memory" -DEBUG ?WARN ?FATAL`) or a JSON selector (`{ $.level = "ERROR" && $.code >= 500 }`).
 * Space-delimited patterns (`[ip, user, …]`) and regular expressions (`%…%`) are not known here and refused.
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
 */
export function compileFilterPattern(pattern: string): FilterPattern {
  const text = pattern.trim();
  if (text === '') return () => true;
  if (text.startsWith('{')) return compileSelector(text);
  if (text.startsWith('[') || text.startsWith('%')) throw new FilterPatternError(pattern, text.slice(0, 1));
  return compileTerms(text);
}

const TERM = /([-?]?)(?:"((?:[^"\\]|\\.)*)"|([^\s"]+))(?:\s+|$)/y;

function compileTerms(text: string): FilterPattern {
  const wanted: string[] = [];
  const excluded: string[] = [];
  const optional: string[] = [];
  TERM.lastIndex = 0;
  while (TERM.lastIndex < text.length) {
    const start = TERM.lastIndex;
    const match = TERM.exec(text);
    if (!match) throw new FilterPatternError(text, text.slice(start));
    const [, sign, quoted, bare = ''] = match;
    const term = quoted?.replace(/\\(.)/g, '$1') ?? bare;
    if (sign === '-') excluded.push(term);
    else if (sign === '?') optional.push(term);
    else wanted.push(term);
  }
  return (message) =>
    wanted.every((term) => message.includes(term)) &&
    !excluded.some((term) => message.includes(term)) &&
    // Optional terms count only where nothing is required.
    (optional.length === 0 || wanted.length > 0 || optional.some((term) => message.includes(term)));
}

type Test = (value: unknown) => boolean;

const TOKEN = /\s*(\{|\}|\(|\)|&&|\|\||!=|>=|<=|=|>|<|IS\b|NOT\b|EXISTS\b|NULL\b|TRUE\b|FALSE\b|\$[^\s=!<>&|(){}]*|"(?:[^"\\]|\\.)*"|[^\s=!<>&|(){}]+)/iy;

function tokensOf(text: string): string[] {
  const tokens: string[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.trimEnd().length) {
    const start = TOKEN.lastIndex;
    const match = TOKEN.exec(text);
    if (!match?.[1]) throw new FilterPatternError(text, text.slice(start));
    tokens.push(match[1]);
  }
  return tokens;
}

function valueAt(value: unknown, selector: string): unknown {
  let found = value;
  for (const [, name, index] of selector.slice(1).matchAll(/\.([^.[\]]+)|\[(\d+)\]/g)) {
    found = (found as Record<string, unknown> | undefined | null)?.[name ?? Number(index)];
  }
  return found;
}

function globExpression(text: string): RegExp {
  return new RegExp(
    `^${text
      .split('*')
      .map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'))
      .join('.*')}$`,
    's',
  );
}

function comparison(operator: string, wanted: string): Test {
  const isQuoted = wanted.startsWith('"');
  const text = isQuoted ? wanted.slice(1, -1).replace(/\\(.)/g, '$1') : wanted;
  if (operator === '=' || operator === '!=') {
    const glob = globExpression(text);
    const equals: Test = (value) =>
      !isQuoted && typeof value === 'number' ? value === Number(text) : (typeof value === 'string' || typeof value === 'number') && glob.test(String(value));
    return operator === '=' ? equals : (value) => value !== undefined && !equals(value);
  }
  const number = Number(text);
  const order: Readonly<Record<string, (value: number) => boolean>> = {
    '>': (value) => value > number,
    '>=': (value) => value >= number,
    '<': (value) => value < number,
    '<=': (value) => value <= number,
  };
  return (value) => typeof value === 'number' && (order[operator]?.(value) ?? false);
}

/** `{ a && (b || c) }`: `&&` binds tighter. */
class SelectorParser {
  readonly #text: string;
  readonly #tokens: string[];
  #at = 0;

  constructor(text: string) {
    this.#text = text;
    this.#tokens = tokensOf(text);
  }

  parse(): Test {
    this.#expect('{');
    const test = this.#any();
    this.#expect('}');
    if (this.#at < this.#tokens.length) this.#fail();
    return test;
  }

  #any(): Test {
    const tests = [this.#all()];
    while (this.#take('||')) tests.push(this.#all());
    return (value) => tests.some((test) => test(value));
  }

  #all(): Test {
    const tests = [this.#one()];
    while (this.#take('&&')) tests.push(this.#one());
    return (value) => tests.every((test) => test(value));
  }

  #one(): Test {
    if (this.#take('(')) {
      const test = this.#any();
      this.#expect(')');
      return test;
    }
    const selector = this.#next();
    if (!selector.startsWith('$')) this.#fail();
    const test = this.#test();
    return (value) => test(valueAt(value, selector));
  }

  #test(): Test {
    const operator = this.#next().toUpperCase();
    if (operator === 'NOT') {
      this.#expect('EXISTS');
      return (value) => value === undefined;
    }
    if (operator === 'IS') {
      const kind = this.#next().toUpperCase();
      const wanted: Readonly<Record<string, unknown>> = { NULL: null, TRUE: true, FALSE: false };
      if (!Object.hasOwn(wanted, kind)) this.#fail();
      return (value) => value === wanted[kind];
    }
    if (!/^(=|!=|>=|<=|>|<)$/.test(operator)) this.#fail();
    return comparison(operator, this.#next());
  }

  #next(): string {
    const token = this.#tokens[this.#at];
    if (token === undefined) this.#fail();
    this.#at += 1;
    return token as string;
  }

  #take(token: string): boolean {
    const isThere = this.#tokens[this.#at]?.toUpperCase() === token;
    if (isThere) this.#at += 1;
    return isThere;
  }

  #expect(token: string): void {
    if (!this.#take(token)) this.#fail();
  }

  #fail(): never {
    throw new FilterPatternError(this.#text, this.#tokens[this.#at] ?? 'the end');
  }
}

function compileSelector(text: string): FilterPattern {
  const test = new SelectorParser(text).parse();
  return (message) => {
    let value: unknown;
    try {
      value = JSON.parse(message);
    } catch {
      // A line that is no JSON has no members to select.
      return false;
    }
    return test(value);
  };
}
