import { describe, expect, it } from 'vitest';
import { matchesWildcard } from '../../../../local/languages/states/flow/choice-rule.ts';
import { type ChoiceState, chooseOf, type Json } from '../../../../local/languages/states/index.ts';
import { errorOf, scopeOf, stateOf } from './world.ts';

const INPUT: Json = { s: 'abc', n: 5, t: '2026-01-01T00:00:00Z', b: true, z: null, other: 5, later: '2026-01-01T02:00:00+01:00', d: '2026-01-01' };
const choice = (fields: object): ChoiceState => stateOf({ Type: 'Choice', Default: 'no', ...fields });
const holds = async (rule: object): Promise<boolean> => (await chooseOf(choice({ Choices: [{ ...rule, Next: 'yes' }] }), scopeOf(INPUT))).next === 'yes';

describe('the comparisons of JSONPath', () => {
  it.each<[string, Json, string, boolean]>([
    ['StringEquals', 'abc', 's', true],
    ['StringLessThan', 'abd', 's', true],
    ['StringLessThanEquals', 'abc', 's', true],
    ['StringGreaterThan', 'abc', 's', false],
    ['StringGreaterThanEquals', 'abc', 's', true],
    ['StringMatches', 'a*c', 's', true],
    ['StringMatches', '*', 'n', false],
    ['NumericEquals', 5, 'n', true],
    ['NumericEquals', 5, 's', false],
    ['NumericLessThan', 5, 'n', false],
    ['NumericLessThanEquals', 5, 'n', true],
    ['NumericGreaterThan', 4.5, 'n', true],
    ['NumericGreaterThanEquals', 6, 'n', false],
    ['BooleanEquals', true, 'b', true],
    ['BooleanEquals', false, 'n', false],
    ['TimestampEquals', '2026-01-01T01:00:00+01:00', 't', true],
    ['TimestampLessThan', '2026-01-01T00:00:01Z', 't', true],
    ['TimestampGreaterThan', '2026-01-01T00:00:00Z', 't', false],
    ['TimestampGreaterThanEquals', '2026-01-01T00:00:00Z', 't', true],
    ['TimestampLessThanEquals', '2025-01-01T00:00:00Z', 't', false],
    ['TimestampEquals', '2026-01-01T00:00:00Z', 'd', false],
    ['NumericEqualsPath', '$.other', 'n', true],
    ['NumericLessThanPath', '$.other', 'n', false],
    ['TimestampLessThanPath', '$.later', 't', true],
    ['StringEqualsPath', '$.n', 's', false],
    ['BooleanEqualsPath', '$.b', 'b', true],
    ['IsNull', true, 'z', true],
    ['IsNull', false, 's', true],
    ['IsPresent', true, 'z', true],
    ['IsPresent', false, 'none', true],
    ['IsPresent', true, 'none', false],
    ['IsNumeric', true, 'n', true],
    ['IsString', true, 'n', false],
    ['IsString', false, 'n', true],
    ['IsBoolean', true, 'b', true],
    ['IsTimestamp', true, 't', true],
    ['IsTimestamp', true, 'd', false],
  ])('%s %j of $.%s: %s', async (comparison, wanted, name, expected) => {
    expect(await holds({ Variable: `$.${name}`, [comparison]: wanted })).toBe(expected);
  });

  it('combines with And, Or and Not', async () => {
    const [yes, no] = [
      { Variable: '$.n', NumericEquals: 5 },
      { Variable: '$.n', NumericEquals: 6 },
    ];
    expect(await Promise.all([{ And: [yes, no] }, { Or: [no, yes] }, { Not: no }, { And: [yes, { Not: { Or: [no, no] } }] }].map(holds))).toEqual([
      false,
      true,
      true,
      true,
    ]);
  });

  it('does not look at what no longer matters', async () => {
    const missing = { Variable: '$.none', NumericEquals: 1 };
    expect(await holds({ And: [{ Variable: '$.none', IsPresent: true }, missing] })).toBe(false);
    expect(await errorOf(() => holds(missing))).toBe("States.Runtime: Invalid path '$.none': The choice state's condition path references an invalid value.");
    expect(await errorOf(() => holds({ Variable: '$.n', NumericEqualsPath: '$.none' }))).toContain("Invalid path '$.none'");
  });

  it.each([
    ['log-*.txt', 'log-1.txt', true],
    ['log-*.txt', 'log-1.csv', false],
    ['a\\*b', 'a*b', true],
    ['a\\*b', 'axb', false],
    ['a\\\\b', 'a\\b', true],
    ['**a*', 'xxa', true],
    ['', '', true],
    ['*', '', true],
    ['ab', 'abc', false],
    ['[.]', '.', false],
  ])('the wildcard %s and %s: %s', (pattern, text, expected) => {
    expect(matchesWildcard(text, pattern)).toBe(expected);
  });

  it('takes a wildcard of many stars in little time', () => {
    expect(matchesWildcard('a'.repeat(5000), `${'*a'.repeat(40)}b`)).toBe(false);
  });
});

describe('chooseOf', () => {
  const rules = [
    { Variable: '$.n', NumericGreaterThan: 3, Next: 'many', Assign: { 'm.$': '$.n' } },
    { Variable: '$.n', NumericGreaterThan: 1, Next: 'few' },
  ];

  it('takes the first rule that holds, else the default, each with its variables', async () => {
    const state = choice({ Choices: rules, Assign: { m: 'default' }, InputPath: '$.in', OutputPath: '$.out' });
    const of = (n: number) => chooseOf(state, scopeOf({ in: { n, out: 'o' } }));
    expect(await of(5)).toEqual({ next: 'many', assigned: { m: 5 }, output: 'o' });
    expect(await of(2)).toEqual({ next: 'few', assigned: {}, output: 'o' });
    expect(await of(0)).toEqual({ next: 'no', assigned: { m: 'default' }, output: 'o' });
  });

  it('fails where nothing holds and there is no default', async () => {
    const state = stateOf<ChoiceState>({ Type: 'Choice', Choices: rules });
    expect(await errorOf(() => chooseOf(state, scopeOf({ n: 0 })))).toContain('States.NoChoiceMatched: ');
  });

  it('evaluates the conditions of JSONata in order, with Output and Assign of the rule', async () => {
    const state = choice({
      QueryLanguage: 'JSONata',
      Choices: [
        { Condition: '{% $states.input.n > 3 %}', Next: 'many', Output: 'rule', Assign: { m: '{% $states.input.n %}' } },
        { Condition: true, Next: 'always' },
      ],
      Output: 'default',
    });
    expect(await chooseOf(state, scopeOf({ n: 5 }))).toEqual({ next: 'many', output: 'rule', assigned: { m: 5 } });
    expect(await chooseOf(state, scopeOf({ n: 1 }))).toEqual({ next: 'always', output: { n: 1 }, assigned: {} });
    const other = choice({ QueryLanguage: 'JSONata', Choices: [{ Condition: '{% false %}', Next: 'x' }], Output: 'default' });
    expect(await chooseOf(other, scopeOf({}))).toEqual({ next: 'no', output: 'default', assigned: {} });
    const wrong = choice({ QueryLanguage: 'JSONata', Choices: [{ Condition: '{% 1 %}', Next: 'x' }] });
    expect(await errorOf(() => chooseOf(wrong, scopeOf({})))).toContain("Expected 'boolean', but was 'number' for value: 1");
  });
});
