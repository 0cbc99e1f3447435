import type { AlarmStateValue } from '../../../languages/alarm-rule/alarm-rule.ts';
import type { TimeSeries } from '../../../languages/metric-math/evaluate.ts';
import { alarmTime, type Comparison, type MetricCondition } from './records.ts';

/** Periods that an evaluation looks back over beyond those it needs, for data to stand in for what is missing.
 *  @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/AlarmThatSendsEmail.html#alarms-and-missing-data */
const FURTHER_PERIODS = 2;

/** What is judged: values by the start of their period, and how many samples each was made of, where that is known. */
export interface AlarmData {
  readonly values: TimeSeries;
  readonly counts: TimeSeries | undefined;
}

/** What an evaluation says; `value` is absent where the state stays as it is. */
export interface Verdict {
  readonly value: AlarmStateValue | undefined;
  readonly reason: string;
  readonly reasonData: string;
  /** Whether there were data at all: without any, the next evaluation says the same. */
  readonly hasData: boolean;
}

export const rangeStartMs = (condition: MetricCondition, endMs: number): number => endMs - (condition.evaluationPeriods + FURTHER_PERIODS) * condition.periodMs;

const WORDS: Readonly<Record<Comparison, readonly [breaches: (value: number, threshold: number) => boolean, words: string]>> = {
  GreaterThanThreshold: [(value, threshold) => value > threshold, 'greater than'],
  GreaterThanOrEqualToThreshold: [(value, threshold) => value >= threshold, 'greater than or equal to'],
  LessThanThreshold: [(value, threshold) => value < threshold, 'less than'],
  LessThanOrEqualToThreshold: [(value, threshold) => value <= threshold, 'less than or equal to'],
};

/**
 * Judges the periods before `endMs`: of those with data the newest `evaluationPeriods`, and where there are fewer, the rest by `treatMissingData`.
 *
 * | missing points are | and too few breach, all that are there do | and none is there |
 * |--------------------|-------------------------------------------|-------------------|
 * | missing            | ALARM                                     | INSUFFICIENT_DATA |
 * | ignore             | as before                                 | as before         |
 * | breaching          | ALARM where they make up the number       | ALARM             |
 * | notBreaching       | OK                                        | OK                |
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/AlarmThatSendsEmail.html#alarms-and-missing-data
 */
export function judge(condition: MetricCondition, data: AlarmData, { endMs, nowMs }: { readonly endMs: number; readonly nowMs: number }): Verdict {
  const { evaluationPeriods, treatMissingData = 'missing', threshold } = condition;
  const needed = condition.datapointsToAlarm ?? evaluationPeriods;
  const [breaches] = WORDS[condition.comparison];
  const startMs = rangeStartMs(condition, endMs);
  const points = [...data.values].filter(([time]) => time >= startMs && time < endMs).slice(-evaluationPeriods);
  const missing = evaluationPeriods - points.length;
  const breaching = points.filter(([, value]) => breaches(value, threshold)).length;
  const isAllBreaching = breaching === points.length;
  let value: AlarmStateValue | undefined;
  if (breaching >= needed) value = 'ALARM';
  else if (missing === 0 || treatMissingData === 'notBreaching') value = 'OK';
  else if (treatMissingData === 'breaching') value = breaching + missing >= needed ? 'ALARM' : 'OK';
  else if (points.length > 0 && !isAllBreaching) value = 'OK';
  else if (treatMissingData === 'ignore') value = undefined;
  else value = points.length === 0 ? 'INSUFFICIENT_DATA' : 'ALARM';
  return {
    value,
    reason: reasonOf(condition, value, points, missing),
    reasonData: reasonData(condition, points, { endMs, nowMs, counts: data.counts }),
    hasData: points.length > 0,
  };
}

type Points = readonly (readonly [timeMs: number, value: number])[];

/** `21.0`, as AWS writes whole numbers. */
const decimal = (value: number): string => (Number.isInteger(value) ? `${value}.0` : String(value));

/** `21/11/26 10:54:00` */
function shortTime(ms: number): string {
  const iso = new Date(ms).toISOString();
  return `${iso.slice(8, 10)}/${iso.slice(5, 7)}/${iso.slice(2, 4)} ${iso.slice(11, 19)}`;
}

const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;

function reasonOf(condition: MetricCondition, value: AlarmStateValue | undefined, points: Points, missing: number): string {
  if (value === 'INSUFFICIENT_DATA') return `Insufficient Data: ${counted(missing, 'datapoint')} ${missing === 1 ? 'was' : 'were'} unknown.`;
  const { treatMissingData, evaluationPeriods, datapointsToAlarm, threshold, comparison } = condition;
  const treated = treatMissingData === 'breaching' ? 'Breaching' : 'NonBreaching';
  const filled = `${counted(missing, 'missing datapoint')} ${missing === 1 ? 'was' : 'were'} treated as [${treated}]`;
  if (points.length === 0) return `Threshold Crossed: no datapoints were received for ${counted(evaluationPeriods, 'period')} and ${filled}.`;
  const list = [...points]
    .reverse()
    .map(([time, point]) => `${decimal(point)} (${shortTime(time)})`)
    .join(', ');
  const [breaches, words] = WORDS[comparison];
  const isAlarm = value === 'ALARM';
  const telling = points.filter(([, point]) => breaches(point, threshold) === isAlarm).length;
  const number = datapointsToAlarm === undefined ? counted(points.length, 'datapoint') : `${telling} out of the last ${counted(points.length, 'datapoint')}`;
  const verb = `${points.length === 1 ? 'was' : 'were'}${isAlarm ? '' : ' not'} ${words} the threshold (${decimal(threshold)})`;
  const turn = isAlarm ? datapointsToAlarm : evaluationPeriods - (datapointsToAlarm ?? 0) + 1;
  const minimum =
    datapointsToAlarm === undefined ? '' : ` (minimum ${counted(turn ?? 0, 'datapoint')} for ${isAlarm ? 'OK -> ALARM' : 'ALARM -> OK'} transition)`;
  const isFilled = missing > 0 && (treatMissingData === 'breaching' || treatMissingData === 'notBreaching');
  return `Threshold Crossed: ${number} [${list}] ${verb}${minimum}${isFilled ? ` and ${filled}` : ''}.`;
}

function reasonData(
  condition: MetricCondition,
  points: Points,
  { endMs, nowMs, counts }: { readonly endMs: number; readonly nowMs: number; readonly counts: TimeSeries | undefined },
): string {
  const { periodMs, threshold, evaluationPeriods, queries } = condition;
  const [query] = queries;
  const source = queries.length === 1 && query?.source.kind === 'metric' ? query.source : undefined;
  const newestFirst = [...points].reverse();
  const absent = Array.from({ length: evaluationPeriods }, (_, index) => ({ timestamp: alarmTime(endMs - (index + 1) * periodMs) }));
  const [oldest] = points;
  return JSON.stringify({
    version: '1.0',
    queryDate: alarmTime(nowMs),
    ...(oldest && { startDate: alarmTime(oldest[0]) }),
    ...(source?.unit !== undefined && { unit: source.unit }),
    ...(source && { statistic: source.statistic }),
    period: periodMs / 1000,
    recentDatapoints: points.map(([, value]) => value),
    threshold,
    evaluatedDatapoints:
      points.length === 0
        ? absent
        : newestFirst.map(([time, value]) => ({ timestamp: alarmTime(time), ...(counts && { sampleCount: counts.get(time) }), value })),
  });
}
