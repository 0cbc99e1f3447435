import { type AddressRange, isWithin, parseAddress } from './ip-address.ts';
import { matchesWildcard, type WildcardParts } from './wildcard.ts';

/** A number that no double holds (`1E309`): it equals the same literal only. */
export interface NumberLiteral {
  readonly literal: string;
}

/** A leaf of an event. */
export type Leaf = string | number | boolean | null | NumberLiteral;

/** One alternative in a field's list. */
export interface Clause {
  /** As it stands in the pattern. */
  readonly source: string;
  /** `equals`: `value` says it all. `absent`: the field must not be there. `test`: ask `test`. */
  readonly kind: 'equals' | 'absent' | 'test';
  readonly value?: Leaf;
  readonly test?: (leaf: Leaf) => boolean;
}

/** What a number's literal stands for. */
export function numberLeaf(literal: string): number | NumberLiteral {
  const value = Number(literal);
  return Number.isFinite(value) ? value : { literal };
}

function sameLeaf(a: Leaf, b: Leaf): boolean {
  if (typeof a === 'object' && typeof b === 'object' && a !== null && b !== null) return a.literal === b.literal;
  return a === b;
}

/** A value to be equal to. An address equals every way of writing it. */
export function equalTo(value: Leaf, source: string): Clause {
  const address = typeof value === 'string' ? parseAddress(value) : undefined;
  if (address) return withinAddresses(address, source);
  if (typeof value === 'object' && value !== null) return { source, kind: 'test', test: (leaf) => sameLeaf(leaf, value) };
  return { source, kind: 'equals', value };
}

/** A range of addresses. */
export function withinAddresses(range: AddressRange, source: string): Clause {
  return { source, kind: 'test', test: (leaf) => typeof leaf === 'string' && isWithin(range, leaf) };
}

export function present(source: string): Clause {
  return { source, kind: 'test', test: () => true };
}

export function absent(source: string): Clause {
  return { source, kind: 'absent' };
}

/** A test that only a string can pass. */
export type TextTest = (text: string) => boolean;

export const beginsWith =
  (prefix: string): TextTest =>
  (text) =>
    text.startsWith(prefix);

export const endsWith =
  (suffix: string): TextTest =>
  (text) =>
    text.endsWith(suffix);

export const like =
  (parts: WildcardParts): TextTest =>
  (text) =>
    matchesWildcard(parts, text);

/** The same test on texts whose case does not count. */
export function ignoringCase(make: (value: string) => TextTest, value: string): TextTest {
  const test = make(value.toLowerCase());
  return (text) => test(text.toLowerCase());
}

export const equals =
  (value: string): TextTest =>
  (text) =>
    text === value;

export function textClause(test: TextTest, source: string): Clause {
  return { source, kind: 'test', test: (leaf) => typeof leaf === 'string' && test(leaf) };
}

/** Passes on every leaf, of whatever type, unless one of the tests passes. */
export function noneOf(tests: readonly TextTest[], source: string): Clause {
  return { source, kind: 'test', test: (leaf) => typeof leaf !== 'string' || !tests.some((test) => test(leaf)) };
}

/** Passes on every leaf, of whatever type, that is none of the values. */
export function noneOfValues(values: readonly (string | number)[], source: string): Clause {
  const excluded = new Set<Leaf>(values);
  return { source, kind: 'test', test: (leaf) => !excluded.has(leaf) };
}

/** An interval of numbers. Numbers compare as IEEE 754 doubles. */
export interface Interval {
  readonly low: number;
  readonly isLowOpen: boolean;
  readonly high: number;
  readonly isHighOpen: boolean;
}

export function withinNumbers({ low, isLowOpen, high, isHighOpen }: Interval, source: string): Clause {
  return {
    source,
    kind: 'test',
    test: (leaf) => typeof leaf === 'number' && (isLowOpen ? leaf > low : leaf >= low) && (isHighOpen ? leaf < high : leaf <= high),
  };
}

/** Whether a leaf passes. A clause on absence passes on none. */
export function passes(clause: Clause, leaf: Leaf): boolean {
  return clause.kind === 'equals' ? leaf === clause.value : clause.kind === 'test' && clause.test?.(leaf) === true;
}
