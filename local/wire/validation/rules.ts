import type { Shape } from '../shapes.ts';
import type { FailureOrder, ShapeConstraints } from './constraints.ts';

/** One constraint on one value, and how AWS words it. */
export interface Rule {
  readonly text: string;
  isMet(value: unknown): boolean;
}

/**
 * A pattern holds for the whole value. Models write Java's dialect: what the Unicode mode refuses is tried without it, what neither reads is not checked.
 * Differs from AWS: such a pattern is not enforced.
 */
function compilePattern(pattern: string): RegExp | undefined {
  for (const flags of /\\[pP]\{/.test(pattern) ? ['u'] : ['u', '']) {
    try {
      return new RegExp(`^(?:${pattern})$`, flags);
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
    }
  }
  return undefined;
}

/** Length as AWS counts it: UTF-16 units of text, entries of lists and maps, bytes of blobs. */
function lengthOf(value: unknown): number {
  if (typeof value === 'string' || Array.isArray(value)) return value.length;
  if (value instanceof Uint8Array) return value.byteLength;
  return Object.keys(value as object).length;
}

/** The rules of one shape, in the order in which AWS lists the failures of a value: pattern, bounds, enum; or bounds first. */
export function rulesOf(shape: Shape, constraints: ShapeConstraints, order?: FailureOrder): Rule[] {
  const { min, max, isFloat, pattern, unless, enum: values } = constraints;
  const rules: Rule[] = [];
  const regExp = pattern === undefined || shape.kind !== 'string' ? undefined : compilePattern(pattern);
  const patternRules: Rule[] = regExp
    ? [{ text: `Member must satisfy regular expression pattern: ${pattern}`, isMet: (value) => regExp.test(value as string) }]
    : [];
  if (!order?.isBoundsFirst) rules.push(...patternRules);
  const isNumber = shape.kind === 'number';
  const measure = isNumber ? (value: unknown) => value as number : lengthOf;
  const noun = isNumber ? 'value' : 'length';
  const bound = (limit: number): string => (isFloat && Number.isInteger(limit) ? limit.toFixed(1) : String(limit));
  if (max !== undefined) rules.push({ text: `Member must have ${noun} less than or equal to ${bound(max)}`, isMet: (value) => measure(value) <= max });
  if (min !== undefined) rules.push({ text: `Member must have ${noun} greater than or equal to ${bound(min)}`, isMet: (value) => measure(value) >= min });
  if (order?.isBoundsFirst) rules.push(...patternRules);
  if (values) {
    const set = new Set<unknown>(values);
    rules.push({ text: `Member must satisfy enum value set: [${values.join(', ')}]`, isMet: (value) => set.has(value) });
  }
  if (unless === undefined) return rules;
  const exempt = new RegExp(unless);
  return rules.map(({ text, isMet }) => ({ text, isMet: (value) => exempt.test(value as string) || isMet(value) }));
}

/** What a list entry or a map key must be, as AWS lists it in brackets: bounds, pattern, enum. */
export function bracketsOf(rules: readonly Rule[]): string {
  const texts = rules.map(({ text }) => text);
  const isPattern = (text: string): boolean => text.startsWith('Member must satisfy regular expression');
  const ordered = [
    ...texts.filter((text) => !isPattern(text) && !text.includes('enum value set')),
    ...texts.filter((text) => isPattern(text) || text.includes('enum value set')),
  ];
  const saysNotNull = !texts.some((text) => text.includes('have length') || isPattern(text));
  return `[${[...ordered, ...(saysNotNull ? ['Member must not be null'] : [])].join(', ')}]`;
}
