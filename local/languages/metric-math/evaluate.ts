import { NotEmulated } from '../../kernel/errors.ts';
import { type Expression, ExpressionError, type Operator } from './parse.ts';

/** A time series: values by the start of their period, in milliseconds, in order of time. */
export type TimeSeries = ReadonlyMap<number, number>;

/** What an expression can stand for: `S`, `TS` or `TS[]` in AWS's terms, or a text given to a function. */
export type MathValue = number | string | TimeSeries | readonly TimeSeries[];

/** What the ids mean, and the times at which there may be values. */
export interface Scope {
  readonly periodMs: number;
  /** Starts of all periods in the range. */
  readonly times: readonly number[];
  lookUp(id: string): MathValue | undefined;
  /** The series that the request fetches as metrics, for `METRICS()`. */
  metrics(filter: string | undefined): readonly TimeSeries[];
}

type Parameters = readonly MathValue[];

/**
 * Evaluates a metric math expression.
 * Differs from AWS: the functions listed in `FUNCTIONS` are there, others (SEARCH, anomaly detection, DB_PERF_INSIGHTS …) are not emulated.
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html
 */
export function evaluate(expression: Expression, scope: Scope): MathValue {
  switch (expression.kind) {
    case 'number':
    case 'text':
      return expression.value;
    case 'reference': {
      const value = scope.lookUp(expression.id);
      // REPEAT, LINEAR: words that a function takes.
      return value ?? expression.id;
    }
    case 'list':
      return expression.items.flatMap((item) => asSeriesList(evaluate(item, scope), scope));
    case 'negation':
      return mapValue(evaluate(expression.operand, scope), (value) => -value);
    case 'operation':
      return operate(expression.operator, evaluate(expression.left, scope), evaluate(expression.right, scope));
    case 'call': {
      const run = FUNCTIONS[expression.name];
      if (!run) throw new NotEmulated(`The metric math function ${expression.name}`, 'cloudwatch');
      return run(
        expression.parameters.map((parameter) => evaluate(parameter, scope)),
        scope,
      );
    }
  }
}

function calculate(operator: Operator, a: number, b: number): number {
  switch (operator) {
    case '+':
      return a + b;
    case '-':
      return a - b;
    case '*':
      return a * b;
    case '/':
      return a / b;
    case '^':
      return a ** b;
    case '==':
      return Number(a === b);
    case '!=':
      return Number(a !== b);
    case '<':
      return Number(a < b);
    case '>':
      return Number(a > b);
    case '<=':
      return Number(a <= b);
    case '>=':
      return Number(a >= b);
    case '&&':
      return Number(a !== 0 && b !== 0);
    case '||':
      return Number(a !== 0 || b !== 0);
  }
}

/** Two series meet only where both have a value; a division by zero has no value. */
function operate(operator: Operator, left: MathValue, right: MathValue): MathValue {
  if (typeof left === 'string' || typeof right === 'string') throw new ExpressionError(`${operator} does not take a text`);
  if (Array.isArray(left)) return (left as readonly TimeSeries[]).map((series) => operate(operator, series, right) as TimeSeries);
  if (Array.isArray(right)) return (right as readonly TimeSeries[]).map((series) => operate(operator, left, series) as TimeSeries);
  if (typeof left === 'number' && typeof right === 'number') return calculate(operator, left, right);
  const [a, b] = [left, right] as [number | TimeSeries, number | TimeSeries];
  const times = typeof a === 'number' ? [...(b as TimeSeries).keys()] : [...a.keys()];
  const result = new Map<number, number>();
  for (const time of times) {
    const x = typeof a === 'number' ? a : a.get(time);
    const y = typeof b === 'number' ? b : b.get(time);
    if (x === undefined || y === undefined) continue;
    const value = calculate(operator, x, y);
    if (Number.isFinite(value)) result.set(time, value);
  }
  return result;
}

const isSeries = (value: MathValue): value is TimeSeries => value instanceof Map;

function mapSeries(series: TimeSeries, change: (value: number) => number): TimeSeries {
  const result = new Map<number, number>();
  for (const [time, value] of series) {
    const changed = change(value);
    if (Number.isFinite(changed)) result.set(time, changed);
  }
  return result;
}

function mapValue(value: MathValue, change: (value: number) => number): MathValue {
  if (typeof value === 'number') return change(value);
  if (typeof value === 'string') throw new ExpressionError(`${value} is no number`);
  return isSeries(value) ? mapSeries(value, change) : value.map((series) => mapSeries(series, change));
}

function asSeriesList(value: MathValue | undefined, { times }: Scope): readonly TimeSeries[] {
  if (value === undefined || typeof value === 'string') throw new ExpressionError(`${value ?? 'Nothing'} is no time series`);
  if (typeof value === 'number') return [new Map(times.map((time) => [time, value]))];
  return isSeries(value) ? [value] : value;
}

function oneSeries(value: MathValue | undefined, scope: Scope): TimeSeries {
  const [series, ...more] = asSeriesList(value, scope);
  if (!series || more.length > 0) throw new ExpressionError('One time series is expected');
  return series;
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
const average = (values: readonly number[]): number => sum(values) / values.length;
const deviation = (values: readonly number[]): number => Math.sqrt(average(values.map((value) => (value - average(values)) ** 2)));

/** Of one series: a number. Of several: a series with the figure over all at each time. */
const aggregate =
  (figure: (values: readonly number[]) => number) =>
  ([value]: Parameters, scope: Scope): MathValue => {
    if (value !== undefined && isSeries(value)) return value.size === 0 ? new Map() : figure([...value.values()]);
    const all = asSeriesList(value, scope);
    const result = new Map<number, number>();
    for (const time of scope.times) {
      const values = all.map((series) => series.get(time)).filter((each) => each !== undefined);
      if (values.length > 0) result.set(time, figure(values));
    }
    return result;
  };

/** From each value and the one before it, a value. */
function stepwise(series: TimeSeries, step: (value: number, before: number, elapsedMs: number) => number): TimeSeries {
  const result = new Map<number, number>();
  let previous: readonly [number, number] | undefined;
  for (const [time, value] of series) {
    if (previous) result.set(time, step(value, previous[1], time - previous[0]));
    previous = [time, value];
  }
  return result;
}

function fill([value, filler]: Parameters, scope: Scope): MathValue {
  if (value !== undefined && Array.isArray(value))
    return (value as readonly TimeSeries[]).map((series) => fill([series, filler as MathValue], scope) as TimeSeries);
  const series = oneSeries(value, scope);
  const result = new Map<number, number>();
  let last: number | undefined;
  for (const time of scope.times) {
    const own = series.get(time);
    const filled = typeof filler === 'number' ? filler : filler === 'REPEAT' ? last : filler !== undefined && isSeries(filler) ? filler.get(time) : undefined;
    if (filler === 'LINEAR') throw new NotEmulated('FILL with LINEAR', 'cloudwatch');
    const chosen = own ?? filled;
    if (chosen !== undefined) result.set(time, chosen);
    last = own ?? last;
  }
  return result;
}

function choose([condition, yes, no]: Parameters, scope: Scope): MathValue {
  if (typeof condition === 'number') return (condition !== 0 ? yes : no) ?? new Map();
  const result = new Map<number, number>();
  for (const [time, value] of oneSeries(condition, scope)) {
    const chosen = value !== 0 ? yes : no;
    const own = typeof chosen === 'number' ? chosen : chosen !== undefined && isSeries(chosen) ? chosen.get(time) : undefined;
    if (own !== undefined) result.set(time, own);
  }
  return result;
}

function runningSum([value]: Parameters, scope: Scope): MathValue {
  let total = 0;
  return mapSeries(oneSeries(value, scope), (own) => {
    total += own;
    return total;
  });
}

const FUNCTIONS: Readonly<Record<string, (parameters: Parameters, scope: Scope) => MathValue>> = {
  ABS: ([value = 0]) => mapValue(value, Math.abs),
  AVG: aggregate(average),
  CEIL: ([value = 0]) => mapValue(value, Math.ceil),
  DATAPOINT_COUNT: aggregate((values) => values.length),
  DIFF: ([value], scope) => stepwise(oneSeries(value, scope), (own, before) => own - before),
  DIFF_TIME: ([value], scope) => stepwise(oneSeries(value, scope), (_own, _before, elapsedMs) => elapsedMs / 1000),
  FILL: fill,
  FIRST: ([value], scope) => asSeriesList(value, scope)[0] ?? new Map(),
  FLOOR: ([value = 0]) => mapValue(value, Math.floor),
  IF: choose,
  LAST: ([value], scope) => asSeriesList(value, scope).at(-1) ?? new Map(),
  LOG: ([value = 0]) => mapValue(value, Math.log),
  LOG10: ([value = 0]) => mapValue(value, Math.log10),
  MAX: aggregate((values) => Math.max(...values)),
  METRICS: ([filter], { metrics }) => metrics(typeof filter === 'string' ? filter : undefined),
  METRIC_COUNT: ([value], scope) => asSeriesList(value, scope).length,
  MIN: aggregate((values) => Math.min(...values)),
  PERIOD: (_parameters, { periodMs }) => periodMs / 1000,
  RATE: ([value], scope) => stepwise(oneSeries(value, scope), (own, before, elapsedMs) => (own - before) / (elapsedMs / 1000)),
  RUNNING_SUM: runningSum,
  STDDEV: aggregate(deviation),
  SUM: aggregate(sum),
  TIME_SERIES: ([value], scope) => oneSeries(value, scope),
};
