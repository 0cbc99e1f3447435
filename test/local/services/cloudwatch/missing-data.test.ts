import { describe, expect, it } from 'vitest';
import { judge } from '../../../../local/services/cloudwatch/alarms/evaluation.ts';
import type { MetricCondition, MissingData } from '../../../../local/services/cloudwatch/alarms/records.ts';

const MINUTE_MS = 60_000;

/** Five periods, oldest first: `0` does not breach, `X` does, `-` is missing; what AWS's documentation says for each treatment.
 *  @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/AlarmThatSendsEmail.html#alarms-and-missing-data */
const TABLE: [needed: number, periods: string, missing: string, ignore: string, breaching: string, notBreaching: string][] = [
  [3, '0-X-X', 'OK', 'OK', 'OK', 'OK'],
  [3, '----0', 'OK', 'OK', 'OK', 'OK'],
  [3, '-----', 'INSUFFICIENT_DATA', 'as before', 'ALARM', 'OK'],
  [3, '0XX-X', 'ALARM', 'ALARM', 'ALARM', 'ALARM'],
  [3, '--X--', 'ALARM', 'as before', 'ALARM', 'OK'],
  [2, '0-X-X', 'ALARM', 'ALARM', 'ALARM', 'ALARM'],
  [2, '00X0X', 'ALARM', 'ALARM', 'ALARM', 'ALARM'],
  [2, '0-X--', 'OK', 'OK', 'ALARM', 'OK'],
  [2, '----0', 'OK', 'OK', 'ALARM', 'OK'],
  [2, '---X-', 'ALARM', 'as before', 'ALARM', 'OK'],
];

const cases = TABLE.flatMap(([needed, periods, ...verdicts]) =>
  (['missing', 'ignore', 'breaching', 'notBreaching'] as MissingData[]).map((treatment, index) => ({ needed, periods, treatment, expected: verdicts[index] })),
);

describe('three periods', () => {
  it.each(cases)('$periods with $needed to breach and missing data $treatment: $expected', ({ needed, periods, treatment, expected }) => {
    const condition: MetricCondition = {
      kind: 'metric',
      queries: [],
      periodMs: MINUTE_MS,
      comparison: 'GreaterThanThreshold',
      threshold: 0,
      evaluationPeriods: 3,
      datapointsToAlarm: needed,
      treatMissingData: treatment,
      answered: {},
    };
    const values = new Map([...periods].flatMap((sign, index) => (sign === '-' ? [] : [[index * MINUTE_MS, sign === 'X' ? 1 : 0] as const])));
    const at = { endMs: 5 * MINUTE_MS, nowMs: 5 * MINUTE_MS };
    expect(judge(condition, { values, counts: undefined }, at).value ?? 'as before').toBe(expected);
  });
});
