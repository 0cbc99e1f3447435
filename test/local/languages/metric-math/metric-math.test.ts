import { describe, expect, it } from 'vitest';
import { evaluate, type MathValue } from '../../../../local/languages/metric-math/evaluate.ts';
import { ExpressionError, parseExpression, referencesOf } from '../../../../local/languages/metric-math/parse.ts';

const SERIES: Record<string, MathValue> = {
  a: new Map([
    [0, 1],
    [60, 2],
    [180, 4],
  ]),
  b: new Map([
    [0, 10],
    [60, 0],
    [120, 30],
  ]),
};

function run(text: string): unknown {
  const value = evaluate(parseExpression(text), {
    periodMs: 60_000,
    times: [0, 60, 120, 180],
    lookUp: (id) => SERIES[id],
    metrics: () => Object.values(SERIES) as Map<number, number>[],
  });
  return value instanceof Map ? Object.fromEntries(value) : value;
}

describe('metric math', () => {
  it.each<[string, unknown]>([
    ['1 + 2 * 3', 7],
    ['-2 ^ 2', -4],
    ['(1 + 2) * 3 - 4 / 2', 7],
    ['1 < 2 && 2 >= 3 || 1 == 1', 1],
    ['1 != 1 OR 0', 0],
    ['a + b', { 0: 11, 60: 2 }],
    ['a / b', { 0: 0.1 }],
    ['a * 2', { 0: 2, 60: 4, 180: 8 }],
    ['a > 1', { 0: 0, 60: 1, 180: 1 }],
    ['DIFF(a)', { 60: 1, 180: 2 }],
    ['MAX(a)', 4],
    ['MIN([a, b])', { 0: 1, 60: 0, 120: 30, 180: 4 }],
    ['DATAPOINT_COUNT(a)', 3],
    ['METRIC_COUNT(METRICS())', 2],
    ['RUNNING_SUM(a)', { 0: 1, 60: 3, 180: 7 }],
    ['FILL(a, 0)', { 0: 1, 60: 2, 120: 0, 180: 4 }],
    ['FILL(a, REPEAT)', { 0: 1, 60: 2, 120: 2, 180: 4 }],
    ['IF(a > 1, b, -1)', { 0: -1, 60: 0 }],
    ['PERIOD(a)', 60],
    ['CEIL(LOG10(b))', { 0: 1, 120: 2 }],
  ])('%s', (text, expected) => {
    expect(run(text)).toEqual(expected);
  });

  it.each(['', '1 +', '(1', 'SUM(a', '1 2', '#'])('refuses %o', (text) => {
    expect(() => parseExpression(text)).toThrow(ExpressionError);
  });

  it('names what it refers to', () => {
    expect(referencesOf(parseExpression('SUM([m1, m2]) / -m3'))).toEqual(['m1', 'm2', 'm3']);
  });
});
