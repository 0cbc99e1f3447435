import { describe, expect, it } from 'vitest';
import type { Json } from '../../../../local/languages/states/index.ts';
import { assign, innerScope } from '../../../../local/languages/states/index.ts';
import { evaluateJsonata, evaluateTyped, isExpression } from '../../../../local/languages/states/jsonata/evaluate.ts';
import { errorOf, scopeOf } from './world.ts';

const scope = scopeOf(
  { n: 2, list: [1, 2, 3], name: 'Ann' },
  {
    context: { Execution: { Id: 'e-1' } },
    variables: assign(innerScope({ own: { rate: 10, shadowed: 'outer', range: 'a variable' } }), { shadowed: 'inner' }),
  },
);
const value = (expression: string): Promise<Json> => evaluateJsonata(`{% ${expression} %}`, 'Output', scope);

describe('evaluateJsonata', () => {
  it.each<[string, Json]>([
    ['$states.input.n * $rate', 20],
    ['$states.context.Execution.Id', 'e-1'],
    ['$shadowed', 'inner'],
    ['$range', 'a variable'],
    ['$states.input.list[$ > 1]', [2, 3]],
    ['$sum($states.input.list)', 6],
    ['$partition([1,2,3,4,5], 2)', [[1, 2], [3, 4], [5]]],
    ['$hash("input data", "MD5")', '812f45842bc6d66ee14572ce20db8e86'],
    ['$random()', 0.5],
    ['$random(7) = $random(7)', true],
    ['$random(7) = $random(8)', false],
    ['$uuid()', '11111111-2222-4333-8444-555555555555'],
    ['$parse(\'{"a":[1]}\')', { a: [1] }],
    ['$millis()', Date.UTC(2026, 0, 2, 3, 4, 5)],
    ['$now()', '2026-01-02T03:04:05.000Z'],
    ['$now("[Y0001]-[M01]-[D01]")', '2026-01-02'],
    ['$shuffle([1, 2])', [1, 2]],
    ['{"a": $states.input.missing, "b": 1}', { b: 1 }],
    ['null', null],
    ['$x := 1', 1],
  ])('%s', async (expression, expected) => {
    expect(await value(expression)).toEqual(expected);
  });

  it('has ranges, of which one of a single number is that number', async () => {
    const of = (expression: string) => evaluateJsonata(`{% ${expression} %}`, 'Output', scopeOf({}));
    expect([await of('$range(0, 10, 3)'), await of('$range(1, 9, 9)')]).toEqual([[0, 3, 6, 9], 1]);
  });

  it('evaluates what lies deep, and leaves other texts and values as they are', async () => {
    const template: Json = { a: [{ b: '{% 1 + 1 %}' }, ' {% 1 %} ', '$states.input'], c: null, d: 1.5 };
    expect(await evaluateJsonata(template, 'Output', scope)).toEqual({ a: [{ b: 2 }, ' {% 1 %} ', '$states.input'], c: null, d: 1.5 });
  });

  it.each([
    ['$nope', 'Output', "The JSONata expression '$nope' specified for the field 'Output' returned nothing (undefined)."],
    ['"a" + 1', 'Output', "The JSONata expression '\"a\" + 1' specified for the field 'Output' threw an error during evaluation. T2001: "],
    ['$eval("1")', 'Output', "'$eval', which is not supported"],
    ['function($x) { $x }', 'Output', 'returned an unsupported result type'],
    ['$parse("{")', 'Output', 'threw an error during evaluation.'],
    ['$states.result', 'Output', 'returned nothing (undefined)'],
  ])('%s fails', async (expression, _field, message) => {
    const error = await errorOf(() => value(expression));
    expect(error).toMatch(/^States\.QueryEvaluationError: The JSONata expression '/);
    expect(error).toContain(message);
  });

  it('names the field in which an expression failed', async () => {
    const template: Json = { a: [1, { b: '{% $nope %}' }] };
    await expect(evaluateJsonata(template, 'Output', scope)).rejects.toMatchObject({ location: 'Output/a[1]/b' });
  });

  it('stops an expression that does not end', async () => {
    expect(await errorOf(() => value('($f := function($n) { $f($n + 1) }; $f(1))'))).toContain('The expression did not end within');
    expect(await errorOf(() => value('($f := function($n) { 1 + $f($n + 1) }; $f(1))'))).toContain('D1011');
  }, 60_000);

  it('says which type was expected', async () => {
    expect(await errorOf(() => evaluateTyped("{% 'string' %}", 'Items', 'array', scope))).toBe(
      "States.QueryEvaluationError: The JSONata expression ''string'' specified for the field 'Items' returned an unexpected result type. Expected 'array', but was 'string' for value: \"string\"",
    );
  });

  it.each<[Json, boolean]>([
    ['{% 1 %}', true],
    ['{%%}', true],
    ['{%}', false],
    [' {% 1 %}', false],
    ['{% 1 %} ', false],
    [1, false],
  ])('%j is an expression: %s', (text, expected) => {
    expect(isExpression(text)).toBe(expected);
  });
});
