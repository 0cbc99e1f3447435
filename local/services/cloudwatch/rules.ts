import type { MetricDataQuery, MetricDatum, PutMetricAlarmCommandInput } from '@aws-sdk/client-cloudwatch';
import { NotEmulated, refuseAllBut } from '../../kernel/errors.ts';
import { referencesOf } from '../../languages/metric-math/parse.ts';
import type { Comparison, MetricCondition } from './alarms/records.ts';
import { invalidParameterCombination, invalidParameterValue, missingParameter, validationError } from './errors.ts';
import { type MetricQuery, type MetricSource, parseQueryExpression, periodOf } from './metrics/query.ts';
import type { Measurement } from './metrics/series.ts';
import { statisticOf } from './metrics/statistics.ts';

/** Limits of alarms and data. @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_limits.html */
const DATA_MAX = 1000;
const VALUES_MAX = 150;
const DIMENSIONS_MAX = 30;
const PAST_MS_MAX = 14 * 24 * 60 * 60 * 1000;
const FUTURE_MS_MAX = 2 * 60 * 60 * 1000;
const EVALUATED_SECONDS_MAX = 7 * 24 * 60 * 60;
const COMPARISONS: readonly string[] = ['GreaterThanOrEqualToThreshold', 'GreaterThanThreshold', 'LessThanThreshold', 'LessThanOrEqualToThreshold'];

const STATISTIC_MEMBERS = ['Namespace', 'MetricName', 'Dimensions', 'Period', 'Statistic', 'ExtendedStatistic', 'Unit'] as const;

/** Periods: 10, 20, 30 seconds, or whole minutes. */
export function checkPeriod(seconds: number | undefined, options: { readonly isOneSecondAllowed: boolean }): number {
  if (seconds === undefined) throw missingParameter('Period');
  const isShort = [10, 20, 30].includes(seconds) || ((seconds === 1 || seconds === 5) && options.isOneSecondAllowed);
  if (!isShort && (seconds < 60 || seconds % 60 !== 0)) throw invalidParameterValue('The parameter Period must be 10, 20, 30 or a multiple of 60.');
  return seconds * 1000;
}

type WireDimensions = readonly { Name?: string | undefined; Value?: string | undefined }[] | undefined;

export function dimensionPairs(dimensions: WireDimensions): [string, string][] {
  const given = dimensions ?? [];
  if (given.length > DIMENSIONS_MAX) throw invalidParameterValue(`The collection Dimensions must not have a size greater than ${DIMENSIONS_MAX}.`);
  return given.map(({ Name = '', Value = '' }) => [Name, Value]);
}

/** One datum of `PutMetricData`: when, and the measurements it holds. */
export interface CheckedDatum {
  readonly timeMs: number;
  readonly measurements: readonly Measurement[];
}

export function checkDataCount(data: readonly unknown[]): void {
  if (data.length > DATA_MAX) throw invalidParameterValue(`The collection MetricData must not have a size greater than ${DATA_MAX}.`);
}

export function checkDatum(datum: MetricDatum, index: number, nowMs: number): CheckedDatum {
  const path = `MetricData.member.${index + 1}`;
  const { Value: value, Values: values, Counts: counts, StatisticValues: set, Timestamp: timestamp } = datum;
  const exclusive = (a: string, b: string) =>
    invalidParameterCombination(`The parameters ${path}.${a} and ${path}.${b} are mutually exclusive and you have specified both.`);
  if (!datum.MetricName) throw missingParameter(`${path}.MetricName`);
  if (value !== undefined && values !== undefined) throw exclusive('Value', 'Values');
  if (value !== undefined && set !== undefined) throw exclusive('Value', 'StatisticValues');
  if (values && counts && values.length !== counts.length) {
    throw invalidParameterValue(`The parameters ${path}.Values and ${path}.Counts must be of the same size.`);
  }
  if (values && values.length > VALUES_MAX) throw invalidParameterValue(`The collection ${path}.Values must not have a size greater than ${VALUES_MAX}.`);
  const timeMs = timestamp?.getTime() ?? nowMs;
  if (timeMs < nowMs - PAST_MS_MAX || timeMs > nowMs + FUTURE_MS_MAX) {
    throw invalidParameterValue(`The parameter ${path}.Timestamp must specify a time within the past two weeks and no later than two hours from now.`);
  }
  const numbers = [value, ...(values ?? []), set?.Sum, set?.Minimum, set?.Maximum].filter((each) => each !== undefined);
  if (numbers.some((each) => !Number.isFinite(each))) throw invalidParameterValue(`The value for parameter ${path}.Value is invalid.`);
  return { timeMs, measurements: measurementsOf(datum) };
}

function measurementsOf({ Value: value, Values: values, Counts: counts, StatisticValues: set }: MetricDatum): Measurement[] {
  if (value !== undefined) return [{ kind: 'value', value, count: 1 }];
  if (values) return values.map((each, index) => ({ kind: 'value', value: each, count: counts?.[index] ?? 1 }));
  if (!set) throw missingParameter('MetricData.member.1.Value');
  return [{ kind: 'set', sum: set.Sum ?? 0, min: set.Minimum ?? 0, max: set.Maximum ?? 0, count: set.SampleCount ?? 0 }];
}

/** Reads the queries of `GetMetricData` or of an alarm on several metrics. */
export function readQueries(queries: readonly MetricDataQuery[], options: { readonly isOneSecondAllowed: boolean }): MetricQuery[] {
  const read = readEach(queries, options);
  const ids = new Set(read.map(({ id }) => id));
  for (const { id, source } of read) {
    // Words that begin with a capital are for functions: REPEAT.
    const unknown = source.kind === 'expression' ? referencesOf(source.parsed).find((each) => !ids.has(each) && !/^[A-Z]/.test(each)) : undefined;
    if (unknown !== undefined) throw validationError(`The expression of '${id}' refers to '${unknown}', which is not among the queries.`);
  }
  return read;
}

function readEach(queries: readonly MetricDataQuery[], options: { readonly isOneSecondAllowed: boolean }): MetricQuery[] {
  const ids = new Set<string>();
  return queries.map((query) => {
    const { Id: id = '', Expression: text, MetricStat: stat, Label: label, ReturnData: returnData = true, AccountId: account } = query;
    if (account !== undefined) throw new NotEmulated('A metric query with AccountId', 'cloudwatch');
    if (!/^[a-z][a-zA-Z0-9_]*$/.test(id)) throw validationError(`The value '${id}' for parameter Id is invalid: it must begin with a lower-case letter.`);
    if (ids.has(id)) throw validationError(`The values for parameter Id in MetricDataQueries are not unique: '${id}'.`);
    ids.add(id);
    if ((text === undefined) === (stat === undefined)) throw validationError(`Exactly one of MetricStat and Expression must be given for '${id}'.`);
    if (text !== undefined) return { id, label, returnData, source: { kind: 'expression', text, parsed: parseQueryExpression(text) } };
    statisticOf(stat?.Stat ?? '');
    const source: MetricSource = {
      kind: 'metric',
      namespace: stat?.Metric?.Namespace ?? '',
      name: stat?.Metric?.MetricName ?? '',
      dimensions: dimensionPairs(stat?.Metric?.Dimensions),
      periodMs: checkPeriod(stat?.Period, options),
      statistic: stat?.Stat ?? '',
      unit: stat?.Unit,
    };
    return { id, label, returnData, source };
  });
}

/** What `PutMetricAlarm` compares, read and checked. */
export function readCondition(input: PutMetricAlarmCommandInput): MetricCondition {
  refuseAllBut([...ALARM_MEMBERS, ...STATISTIC_MEMBERS], input, { operation: 'PutMetricAlarm', page: 'cloudwatch' });
  const { Threshold: threshold, ComparisonOperator: comparison = '', EvaluationPeriods: evaluationPeriods, DatapointsToAlarm: datapointsToAlarm } = input;
  if (!evaluationPeriods || evaluationPeriods < 1) throw validationError('EvaluationPeriods must be at least 1.');
  if (threshold === undefined) throw validationError('Threshold must be given.');
  if (!COMPARISONS.includes(comparison)) throw new NotEmulated(`A metric alarm with the comparison ${comparison}`, 'cloudwatch');
  if (datapointsToAlarm !== undefined && (datapointsToAlarm < 1 || datapointsToAlarm > evaluationPeriods)) {
    throw validationError('DatapointsToAlarm must be at least 1 and at most EvaluationPeriods.');
  }
  const queries = input.Metrics ? readAlarmQueries(input) : [simpleQuery(input)];
  const periodMs = periodOf(queries);
  if ((evaluationPeriods * periodMs) / 1000 > EVALUATED_SECONDS_MAX)
    throw validationError('Metrics cannot be checked across more than a week (EvaluationPeriods * Period must be <= 604800).');
  return {
    kind: 'metric',
    queries,
    periodMs,
    comparison: comparison as Comparison,
    threshold,
    evaluationPeriods,
    datapointsToAlarm,
    treatMissingData: readMissingData(input.TreatMissingData),
    answered: answeredMembers(input),
  };
}

const ALARM_MEMBERS = [
  'AlarmName',
  'AlarmDescription',
  'ActionsEnabled',
  'OKActions',
  'AlarmActions',
  'InsufficientDataActions',
  'Metrics',
  'EvaluationPeriods',
  'DatapointsToAlarm',
  'Threshold',
  'ComparisonOperator',
  'TreatMissingData',
  'EvaluateLowSampleCountPercentile',
  'Tags',
];

function readMissingData(text: string | undefined): MetricCondition['treatMissingData'] {
  if (text === undefined || text === 'breaching' || text === 'notBreaching' || text === 'ignore' || text === 'missing') return text;
  throw validationError(`Value '${text}' at 'treatMissingData' must be one of breaching, notBreaching, ignore, missing.`);
}

function readAlarmQueries(input: PutMetricAlarmCommandInput): MetricQuery[] {
  const conflict = STATISTIC_MEMBERS.find((member) => input[member] !== undefined);
  if (conflict) throw validationError(`${conflict} cannot be given together with Metrics.`);
  const queries = readQueries(input.Metrics ?? [], { isOneSecondAllowed: false });
  if (queries.filter(({ returnData }) => returnData).length !== 1) throw validationError('Exactly one element of the metrics list should return data.');
  if (periodOf(queries) === Number.POSITIVE_INFINITY) throw validationError('An alarm needs at least one metric.');
  return queries;
}

function simpleQuery(input: PutMetricAlarmCommandInput): MetricQuery {
  const { Namespace: namespace, MetricName: name, Statistic: simple, ExtendedStatistic: extended, Unit: unit } = input;
  if (!namespace || !name) throw validationError('Namespace and MetricName, or Metrics, must be given.');
  if ((simple === undefined) === (extended === undefined)) throw validationError('Exactly one of Statistic and ExtendedStatistic must be given.');
  const statistic = simple ?? extended ?? '';
  statisticOf(statistic);
  const periodMs = checkPeriod(input.Period, { isOneSecondAllowed: false });
  return {
    id: 'm1',
    label: undefined,
    returnData: true,
    source: { kind: 'metric', namespace, name, dimensions: dimensionPairs(input.Dimensions), periodMs, statistic, unit },
  };
}

function answeredMembers(input: PutMetricAlarmCommandInput): Record<string, unknown> {
  const { Metrics: metrics, EvaluateLowSampleCountPercentile: lowSample } = input;
  const answered: Record<string, unknown> = lowSample === undefined ? {} : { EvaluateLowSampleCountPercentile: lowSample };
  if (metrics) return { ...answered, Metrics: metrics };
  for (const member of STATISTIC_MEMBERS) if (input[member] !== undefined) answered[member] = input[member];
  return { Dimensions: [], ...answered };
}
