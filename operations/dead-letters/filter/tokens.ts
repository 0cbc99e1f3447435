/** A filter that cannot be read: what is wrong, where, and what is allowed. */
export class FilterInvalid extends Error {
  constructor(text: string, { at, problem }: { readonly at: number; readonly problem: string }) {
    super(`${problem}\n  ${text}\n  ${' '.repeat(at)}^`);
    this.name = 'FilterInvalid';
  }
}

/** A piece of a filter. `at` is where it begins. */
export interface Token {
  readonly kind: 'word' | 'text' | 'operator' | 'open' | 'close' | 'end';
  readonly text: string;
  readonly at: number;
}

const PIECE = /\s*(?:(?<text>'[^']*'|"[^"]*")|(?<operator>>=|<=|!=|!~|=|~|>|<)|(?<open>\()|(?<close>\))|(?<word>[^\s'"()=~<>!]+))/y;

/** Cuts a filter into pieces. @throws {FilterInvalid} */
export function tokensOf(filter: string): Token[] {
  const tokens: Token[] = [];
  const pattern = new RegExp(PIECE);
  const end = filter.trimEnd().length;
  while (pattern.lastIndex < end) {
    const start = pattern.lastIndex;
    const found = pattern.exec(filter);
    if (!found?.groups) {
      const at = start + (filter.slice(start).length - filter.slice(start).trimStart().length);
      throw new FilterInvalid(filter, {
        at,
        problem: `The filter cannot be read from here: ${/['"]/.test(filter[at] ?? '') ? 'a quote is not closed' : 'unexpected sign'}`,
      });
    }
    const [kind, text = ''] = Object.entries(found.groups).find(([, value]) => value !== undefined) ?? ['word', ''];
    tokens.push({ kind: kind as Token['kind'], text: kind === 'text' ? text.slice(1, -1) : text, at: pattern.lastIndex - text.length });
  }
  tokens.push({ kind: 'end', text: '', at: filter.length });
  return tokens;
}
