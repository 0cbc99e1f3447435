import type { Condition, Selector } from './condition.ts';
import type { FilterPattern, Term } from './parse.ts';
import { fieldsOf } from './space-delimited.ts';

/** Whether a log event's message matches a pattern. Terms are sought as they stand, upper and lower case apart. */
export function matches(pattern: FilterPattern, message: string): boolean {
  switch (pattern.kind) {
    case 'everything':
      return true;
    case 'terms': {
      const { required, optional, excluded } = pattern;
      const has = (term: Term): boolean => (typeof term === 'string' ? message.includes(term) : term.test(message));
      if (excluded.some(has)) return false;
      // Beside required terms, optional ones decide nothing.
      if (required.length > 0) return required.every(has);
      return optional.length === 0 || optional.some(has);
    }
    case 'json':
    case 'fields': {
      const document = documentOf(pattern, message);
      return document !== undefined && (pattern.condition === undefined || holds(pattern.condition, document, pattern.kind === 'fields'));
    }
  }
}

/** What selectors look into: the fields of a space-delimited event, the JSON object otherwise. `undefined` where the message is neither. */
export function documentOf(pattern: FilterPattern, message: string): object | undefined {
  return pattern.kind === 'fields' ? fieldsOf(pattern, message) : parseDocument(message);
}

/** The JSON object that a message is; `undefined` where it is none. */
export function parseDocument(message: string): object | undefined {
  if (!message.trimStart().startsWith('{')) return undefined;
  try {
    return JSON.parse(message) as object;
  } catch {
    return undefined;
  }
}

/** The values a selector finds: several where it has a `*`. */
export function select(document: unknown, selector: Selector): unknown[] {
  let found: unknown[] = [document];
  for (const step of selector) {
    found = found.flatMap((value) => {
      if (typeof value !== 'object' || value === null) return [];
      if (step === '*') return Object.values(value);
      const next: unknown = Object.hasOwn(value, step) ? (value as Record<string | number, unknown>)[step] : undefined;
      return next === undefined ? [] : [next];
    });
  }
  return found;
}

/** @param isText whether the values are texts that may be compared as numbers, as the fields of a space-delimited event are */
function holds(condition: Condition, document: object, isText: boolean): boolean {
  switch (condition.kind) {
    case 'and':
      return holds(condition.left, document, isText) && holds(condition.right, document, isText);
    case 'or':
      return holds(condition.left, document, isText) || holds(condition.right, document, isText);
    case 'exists':
      return select(document, condition.selector).length > 0;
    case 'not-exists':
      return select(document, condition.selector).length === 0;
    case 'is':
      return select(document, condition.selector).some((value) => value === condition.value);
    case 'comparison':
      return select(document, condition.selector).some((value) =>
        compares(isText && typeof condition.value === 'number' && value !== '' ? Number(value) : value, condition),
      );
  }
}

function compares(value: unknown, { operator, value: wanted }: Extract<Condition, { kind: 'comparison' }>): boolean {
  if (typeof wanted === 'string') {
    if (typeof value === 'object') return false;
    const isEqual = matchesWildcards(String(value), wanted);
    return operator === '=' ? isEqual : operator === '!=' && !isEqual;
  }
  if (wanted instanceof RegExp) return typeof value !== 'object' && wanted.test(String(value)) === (operator === '=');
  if (typeof value !== 'number' || Number.isNaN(value)) return false;
  switch (operator) {
    case '=':
      return value === wanted;
    case '!=':
      return value !== wanted;
    case '<':
      return value < wanted;
    case '>':
      return value > wanted;
    case '<=':
      return value <= wanted;
    case '>=':
      return value >= wanted;
  }
}

/** `*` stands for any characters. Each part is sought once, from left to right, so the cost is linear. */
function matchesWildcards(text: string, wanted: string): boolean {
  const parts = wanted.split('*');
  const [first = '', ...rest] = parts;
  if (rest.length === 0) return text === wanted;
  const last = rest.pop() ?? '';
  if (!text.startsWith(first) || text.length < first.length + last.length || !text.endsWith(last)) return false;
  let at = first.length;
  for (const part of rest) {
    const found = text.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return at <= text.length - last.length;
}
