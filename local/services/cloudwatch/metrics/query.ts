import { evaluate, type MathValue, type Scope, type TimeSeries } from '../../../languages/metric-math/evaluate.ts';
import { type Expression, ExpressionError, parseExpression } from '../../../languages/metric-math/parse.ts';
import { validationError } from '../errors.ts';
import { findSeries, type MetricStore, readPeriods } from './series.ts';
import { statisticOf } from './statistics.ts';

/** One of the things a request or an alarm asks for: a metric's statistic, or an expression over others. */
export interface MetricQuery {
  readonly id: string;
  readonly label: string | undefined;
  readonly returnData: boolean;
  readonly source: MetricSource | { readonly kind: 'expression'; readonly text: string; readonly parsed: Expression };
}

export interface MetricSource {
  readonly kind: 'metric';
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: readonly (readonly [string, string])[];
  readonly periodMs: number;
  readonly statistic: string;
  readonly unit: string | undefined;
}

export interface Range {
  readonly startMs: number;
  readonly endMs: number;
}

export interface QueryResult {
  readonly id: string;
  readonly label: string;
  /** One series, or several where an expression gives a list. */
  readonly series: readonly TimeSeries[];
}

export function parseQueryExpression(text: string): Expression {
  try {
    return parseExpression(text);
  } catch (error) {
    if (error instanceof ExpressionError) throw validationError(`Error in expression '${text}': ${error.message}`);
    throw error;
  }
}

/** The values of one metric source within a range, by the start of their period. */
export function readSource(store: MetricStore, source: MetricSource, range: Range): TimeSeries {
  const values = new Map<number, number>();
  const series = findSeries(store, source.namespace, source.name, source.dimensions);
  if (!series) return values;
  const statistic = statisticOf(source.statistic);
  for (const period of readPeriods(series, { ...range, periodMs: source.periodMs, unit: source.unit })) {
    const value = statistic(period);
    if (value !== undefined) values.set(period.startMs, value);
  }
  return values;
}

/** The shortest period among the metrics a set of queries reads; an expression is evaluated by it. */
export function periodOf(queries: readonly MetricQuery[]): number {
  return Math.min(...queries.map(({ source }) => (source.kind === 'metric' ? source.periodMs : Number.POSITIVE_INFINITY)));
}

/** Answers queries over a range whose start is the start of a period. */
export function runQueries(store: MetricStore, queries: readonly MetricQuery[], range: Range): QueryResult[] {
  const periodMs = periodOf(queries);
  const byId = new Map(queries.map((query) => [query.id, query]));
  const values = new Map<string, MathValue>();
  const open = new Set<string>();
  const scope: Scope = {
    periodMs,
    times: Array.from({ length: Math.max(0, Math.ceil((range.endMs - range.startMs) / periodMs)) }, (_, index) => range.startMs + index * periodMs),
    lookUp: (id) => {
      const query = byId.get(id);
      return query && answerOf(query);
    },
    metrics: (filter) =>
      queries
        .filter(({ source, id }) => source.kind === 'metric' && (filter === undefined || id.includes(filter)))
        .map((query) => answerOf(query) as TimeSeries),
  };
  const answerOf = (query: MetricQuery): MathValue => {
    const known = values.get(query.id);
    if (known !== undefined) return known;
    if (open.has(query.id)) throw validationError(`The expression of '${query.id}' refers to itself.`);
    open.add(query.id);
    const value = query.source.kind === 'metric' ? readSource(store, query.source, range) : evaluateSafely(query.source.parsed, scope);
    values.set(query.id, value);
    return value;
  };
  return queries
    .filter(({ returnData }) => returnData)
    .map((query) => ({ id: query.id, label: query.label ?? labelOf(query), series: seriesOfValue(answerOf(query), query, scope) }));
}

const labelOf = ({ id, source }: MetricQuery): string => (source.kind === 'metric' ? source.name : id);

function evaluateSafely(expression: Expression, scope: Scope): MathValue {
  try {
    return evaluate(expression, scope);
  } catch (error) {
    if (error instanceof ExpressionError) throw validationError(error.message);
    throw error;
  }
}

function seriesOfValue(value: MathValue, query: MetricQuery, scope: Scope): readonly TimeSeries[] {
  if (typeof value === 'string') throw validationError(`The expression of '${query.id}' refers to '${value}', which is not among the queries.`);
  if (typeof value === 'number') return [new Map(scope.times.map((time) => [time, value]))];
  return value instanceof Map ? [value] : (value as readonly TimeSeries[]);
}
