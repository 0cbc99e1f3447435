import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { explain, flattenEvent, matches, matchesFlat, matchesText, PatternSet, parsePattern } from '../../../../local/languages/event-pattern/index.ts';
import { naiveMatch, type PatternObject } from './oracle.ts';

const NAMES = ['a', 'b', 'c'];
const name = fc.constantFrom(...NAMES);
const text = fc.constantFrom('', 'x', 'X', 'xx', 'xy', 'xyx', 'xxyx', 'y', 'yX', 'true');
const word = fc.constantFrom('x', 'X', 'xy', 'y');
const number = fc.constantFrom(-1, 0, 1, 2.5, 300);
const leaf = fc.oneof(text, number, fc.boolean(), fc.constant(null));

const affix = fc.oneof(
  word,
  word.map((value) => ({ 'equals-ignore-case': value })),
);
const clause = fc.oneof(
  { weight: 4, arbitrary: leaf },
  fc.constant({ exists: true }),
  affix.map((prefix) => ({ prefix })),
  affix.map((suffix) => ({ suffix })),
  word.map((value) => ({ 'equals-ignore-case': value })),
  fc.constantFrom('*', 'x*', '*y', 'x*x', '*x*', 'x*y*x', '*x*x', 'x*x*x', 'xy').map((wildcard) => ({ wildcard })),
  fc.oneof(text, number, fc.uniqueArray(text, { minLength: 1 }), fc.uniqueArray(number, { minLength: 1 })).map((value) => ({ 'anything-but': value })),
  fc
    .tuple(fc.constantFrom('prefix', 'suffix', 'wildcard', 'equals-ignore-case'), fc.oneof(word, fc.uniqueArray(word, { minLength: 1 })))
    .map(([operator, value]) => ({ 'anything-but': { [operator]: value } })),
  fc.tuple(fc.constantFrom('=', '<', '<=', '>', '>='), number).map((numeric) => ({ numeric })),
  fc.tuple(fc.constantFrom('>', '>='), fc.constantFrom(-1, 0), fc.constantFrom('<', '<='), fc.constantFrom(1, 2.5)).map((numeric) => ({ numeric })),
);

const absence = fc.constant({ exists: false });

function patterns(clauses: fc.Arbitrary<unknown>): fc.Arbitrary<PatternObject> {
  const field = fc.array(clauses, { minLength: 1, maxLength: 2 });
  const { object } = fc.letrec<{ object: PatternObject; member: PatternObject | readonly unknown[] }>((tie) => ({
    member: fc.oneof({ maxDepth: 2, withCrossShrink: true }, field, tie('object')),
    object: fc.dictionary(name, tie('member'), { minKeys: 1, maxKeys: 2 }),
  }));
  const alternatives = fc.array(object, { minLength: 2, maxLength: 2 });
  // `$or` has names of its own: a name inside it would replace, not join, what is said of the name outside.
  return fc.oneof(
    object,
    alternatives.map(($or) => ({ $or }) as unknown as PatternObject),
  );
}

const container = (value: fc.Arbitrary<unknown>) => fc.dictionary(name, value, { maxKeys: 3 });
const flatEvent = container(fc.oneof(leaf, fc.array(leaf, { maxLength: 3 }), container(fc.oneof(leaf, container(leaf)))));
const { event: nestedEvent } = fc.letrec((tie) => ({
  value: fc.oneof({ maxDepth: 3 }, leaf, fc.array(tie('value'), { maxLength: 3 }), container(tie('value'))),
  event: container(tie('value')),
}));

/** Arrays of objects of two fields with few values each, so that fields often match, and often in different elements. */
const tightLeaf = fc.constantFrom('x', 'y');
const tightElements = fc.array(fc.record({ b: tightLeaf, c: tightLeaf }, { requiredKeys: [] }), { minLength: 1, maxLength: 4 });
const tightEvent = fc.record({
  a: fc.oneof(tightElements, fc.array(tightElements, { maxLength: 2 }), fc.array(fc.record({ c: tightElements }), { maxLength: 2 })),
});
const tightField = fc.uniqueArray(tightLeaf, { minLength: 1, maxLength: 2 });
const tightPattern = fc
  .oneof(fc.record({ b: tightField, c: tightField }), fc.record({ c: fc.record({ b: tightField, c: tightField }) }))
  .map((a) => ({ a }) as PatternObject);

describe('the matcher', () => {
  it('agrees with a plain one on events with arrays of objects', () => {
    let matched = 0;
    fc.assert(
      fc.property(patterns(clause), nestedEvent, (pattern, event) => {
        const wanted = naiveMatch(pattern, event);
        matched += Number(wanted);
        expect(matches(parsePattern(JSON.stringify(pattern)), event)).toBe(wanted);
      }),
      { numRuns: 3000 },
    );
    expect(matched).toBeGreaterThan(100);
  });

  it('agrees with a plain one on which fields may come from which element', () => {
    const verdicts = { true: 0, false: 0 };
    fc.assert(
      fc.property(tightPattern, tightEvent, (pattern, event) => {
        const wanted = naiveMatch(pattern, event);
        verdicts[`${wanted}`] += 1;
        expect(matches(parsePattern(JSON.stringify(pattern)), event)).toBe(wanted);
      }),
      { numRuns: 1000 },
    );
    expect(verdicts.true).toBeGreaterThan(100);
    expect(verdicts.false).toBeGreaterThan(100);
  });

  it('agrees with a plain one on wildcards', () => {
    const letters = (alphabet: string) => fc.string({ unit: fc.constantFrom(...alphabet), maxLength: 7 });
    fc.assert(
      fc.property(letters('xy**'), letters('xxy'), (stars, value) => {
        const pattern = { a: [{ wildcard: stars.replace(/\*+/g, '*') }] };
        expect(matches(parsePattern(JSON.stringify(pattern)), { a: value })).toBe(naiveMatch(pattern, { a: value }));
      }),
      { numRuns: 3000 },
    );
  });

  it('agrees with a plain one on absence', () => {
    fc.assert(
      fc.property(patterns(fc.oneof(clause, absence)), flatEvent, (pattern, event) => {
        expect(matches(parsePattern(JSON.stringify(pattern)), event)).toBe(naiveMatch(pattern, event));
      }),
      { numRuns: 2000 },
    );
  });

  it('sees in a text what it sees in the value, and explains the same verdict', () => {
    fc.assert(
      fc.property(patterns(fc.oneof(clause, absence)), nestedEvent, (object, event) => {
        const pattern = parsePattern(JSON.stringify(object));
        const verdict = matches(pattern, event);
        expect(matchesText(pattern, JSON.stringify(event, null, 1))).toBe(verdict);
        expect(explain(pattern, event).hasMatched).toBe(verdict);
      }),
    );
  });

  it('finds in a set of patterns those that match one by one', () => {
    const many = fc.array(patterns(fc.oneof(clause, absence)), { maxLength: 12 });
    fc.assert(
      fc.property(many, many, nestedEvent, (first, second, event) => {
        const set = new PatternSet();
        const all = [...first, ...second].map((object) => parsePattern(JSON.stringify(object)));
        for (const [index, pattern] of all.entries()) set.set(`${index}`, pattern);
        // Some are taken out again: what is left counts.
        for (const index of second.keys()) set.delete(`${index}`);
        const left = all.map((pattern, index) => ({ pattern, id: `${index}` })).slice(second.length);
        const wanted = left.filter(({ pattern }) => matchesFlat(pattern, flattenEvent(event))).map(({ id }) => id);
        expect(set.matching(set.flatten(event))).toEqual(wanted);
      }),
    );
  });
});
