import type {
  Datapoint,
  GetMetricDataCommandInput,
  GetMetricDataCommandOutput,
  GetMetricStatisticsCommandInput,
  GetMetricStatisticsCommandOutput,
  ListMetricsCommandInput,
  ListMetricsCommandOutput,
  Metric,
  PutMetricDataCommandInput,
} from '@aws-sdk/client-cloudwatch';
import { NotEmulated, refuseAllBut } from '../../../kernel/errors.ts';
import type { Context } from '../../../kernel/service.ts';
import { noticeData } from '../alarms/watch.ts';
import { invalidParameterCombination, invalidParameterValue, missingParameter } from '../errors.ts';
import { periodOf, runQueries } from '../metrics/query.ts';
import { findSeries, MINUTE_MS, readPeriods, record, type Series, seriesOf } from '../metrics/series.ts';
import { statisticOf } from '../metrics/statistics.ts';
import { checkDataCount, checkDatum, checkPeriod, dimensionPairs, readQueries } from '../rules.ts';
import type { CloudWatchState } from '../state.ts';

type CloudWatch = Context<CloudWatchState>;
type Output<T> = Omit<T, '$metadata'>;

const DATAPOINTS_MAX = 1440;
const LIST_PAGE = 500;
const RECENT_MS = 3 * 60 * 60 * 1000;

export function putMetricData(input: PutMetricDataCommandInput, context: CloudWatch): Record<string, never> {
  refuseAllBut(['Namespace', 'MetricData'], input, { operation: 'PutMetricData', page: 'cloudwatch' });
  const { Namespace: namespace, MetricData: data = [] } = input;
  const { kernel, state } = context;
  if (!namespace) throw missingParameter('Namespace');
  checkDataCount(data);
  const checked = data.map((datum, index) => checkDatum(datum, index, kernel.nowMs()));
  data.forEach((datum, index) => {
    const series = seriesOf(state.metrics, namespace, datum.MetricName ?? '', dimensionPairs(datum.Dimensions));
    const { timeMs, measurements } = checked[index] as (typeof checked)[number];
    const at = { timeMs, unit: datum.Unit ?? 'None', stepMs: datum.StorageResolution === 1 ? 1000 : MINUTE_MS };
    for (const measurement of measurements) record(series, measurement, at);
    if (series.watchers.size > 0) noticeData(context, series);
  });
  return {};
}

function wireMetric({ namespace, name, dimensions }: Series): Metric {
  return { Namespace: namespace, MetricName: name, Dimensions: dimensions.map(([Name, Value]) => ({ Name, Value })) };
}

/** A metric is listed as long as it has data. */
export function listMetrics(input: ListMetricsCommandInput, { kernel, state }: CloudWatch): Output<ListMetricsCommandOutput> {
  refuseAllBut(['Namespace', 'MetricName', 'Dimensions', 'NextToken', 'RecentlyActive'], input, { operation: 'ListMetrics', page: 'cloudwatch' });
  const { Namespace: namespace, MetricName: name, Dimensions: filters = [], RecentlyActive: recently } = input;
  const isRecent = ({ units }: Series): boolean =>
    [...units.values()].some((buckets) => [...buckets.keys()].some((startMs) => startMs >= kernel.nowMs() - RECENT_MS));
  const found = [...state.metrics.series.values()].filter(
    (series) =>
      series.units.size > 0 &&
      (namespace === undefined || series.namespace === namespace) &&
      (name === undefined || series.name === name) &&
      (recently === undefined || isRecent(series)) &&
      filters.every(({ Name, Value }) => series.dimensions.some(([key, value]) => key === Name && (Value === undefined || value === Value))),
  );
  const start = Number(input.NextToken ?? 0);
  const shown = found.slice(start, start + LIST_PAGE).map(wireMetric);
  return { Metrics: shown, ...(start + LIST_PAGE < found.length && { NextToken: String(start + LIST_PAGE) }) };
}

/** A range in milliseconds whose start is cut to the minute, or to the period where that is shorter. */
function readRange(start: Date | undefined, end: Date | undefined, periodMs: number): { startMs: number; endMs: number } {
  if (!start) throw missingParameter('StartTime');
  if (!end) throw missingParameter('EndTime');
  if (start.getTime() >= end.getTime()) throw invalidParameterValue('The parameter StartTime must be less than the parameter EndTime.');
  const stepMs = Math.min(MINUTE_MS, periodMs);
  return { startMs: Math.floor(start.getTime() / stepMs) * stepMs, endMs: end.getTime() };
}

export function getMetricStatistics(input: GetMetricStatisticsCommandInput, { state }: CloudWatch): Output<GetMetricStatisticsCommandOutput> {
  const { Namespace: namespace = '', MetricName: name = '', Statistics: simple = [], ExtendedStatistics: extended = [], Unit: unit } = input;
  const periodMs = checkPeriod(input.Period, { isOneSecondAllowed: true });
  const range = readRange(input.StartTime, input.EndTime, periodMs);
  if (simple.length === 0 && extended.length === 0) throw invalidParameterCombination('At least one of Statistics and ExtendedStatistics must be specified.');
  const requested = Math.ceil((range.endMs - (input.StartTime?.getTime() ?? 0)) / periodMs);
  if (requested > DATAPOINTS_MAX) {
    throw invalidParameterCombination(
      `You have requested up to ${requested} datapoints, which exceeds the limit of ${DATAPOINTS_MAX}. You may reduce the datapoints requested by increasing Period, or decreasing the time range.`,
    );
  }
  const series = findSeries(state.metrics, namespace, name, dimensionPairs(input.Dimensions));
  // The unit last heard of comes first, as AWS was seen to answer.
  const units = series ? [...series.units.keys()].filter((each) => unit === undefined || each === unit).reverse() : [];
  const points = units.flatMap((each) =>
    readPeriods(series as Series, { ...range, periodMs, unit: each }).map((period) => {
      const point: Datapoint = { Timestamp: new Date(period.startMs), Unit: each as NonNullable<Datapoint['Unit']> };
      for (const statistic of simple) point[statistic] = statisticOf(statistic)(period);
      const percentiles = extended.map((statistic) => [statistic, statisticOf(statistic)(period)] as const);
      const known = percentiles.filter((entry): entry is [string, number] => entry[1] !== undefined);
      if (known.length > 0) point.ExtendedStatistics = Object.fromEntries(known);
      return point;
    }),
  );
  return { Label: name, Datapoints: points };
}

/** Differs from AWS: all values come in one page. */
export function getMetricData(input: GetMetricDataCommandInput, { state }: CloudWatch): Output<GetMetricDataCommandOutput> {
  refuseAllBut(['MetricDataQueries', 'StartTime', 'EndTime', 'ScanBy', 'MaxDatapoints'], input, { operation: 'GetMetricData', page: 'cloudwatch' });
  const queries = readQueries(input.MetricDataQueries ?? [], { isOneSecondAllowed: true });
  const range = readRange(input.StartTime, input.EndTime, periodOf(queries));
  const results = runQueries(state.metrics, queries, range).flatMap(({ id, label, series }) =>
    series.map((values) => {
      const points = [...values].sort(([a], [b]) => a - b);
      if (input.ScanBy !== 'TimestampAscending') points.reverse();
      return {
        Id: id,
        Label: label,
        Timestamps: points.map(([timeMs]) => new Date(timeMs)),
        Values: points.map(([, value]) => value),
        StatusCode: 'Complete' as const,
      };
    }),
  );
  const count = results.reduce((sum, { Values }) => sum + Values.length, 0);
  if (input.MaxDatapoints !== undefined && count > input.MaxDatapoints) throw new NotEmulated('GetMetricData in more than one page', 'cloudwatch');
  return { MetricDataResults: results, Messages: [] };
}
