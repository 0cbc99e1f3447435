import { DescribeAlarmsCommand, PutMetricAlarmCommand, PutMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import { describe, expect } from 'vitest';
import { onEveryTarget } from '../target.ts';

describe('alarms', () => {
  onEveryTarget('an alarm goes off when its metric breaches', async (target) => {
    const { cloudwatch } = target.clients;
    const metric = { Namespace: target.unique, MetricName: 'Depth' };
    const alarm = new PutMetricAlarmCommand({
      ...metric,
      AlarmName: `${target.unique}-alarm`,
      Statistic: 'Maximum',
      Period: 60,
      EvaluationPeriods: 1,
      Threshold: 0,
      ComparisonOperator: 'GreaterThanThreshold',
      TreatMissingData: 'notBreaching',
    });
    await target.complete(cloudwatch.send(alarm));
    await target.complete(cloudwatch.send(new PutMetricDataCommand({ Namespace: target.unique, MetricData: [{ MetricName: 'Depth', Value: 3 }] })));
    const breached = await target.eventually('the alarm goes off', async () => {
      const { MetricAlarms: found = [] } = await cloudwatch.send(new DescribeAlarmsCommand({ AlarmNames: [`${target.unique}-alarm`] }));
      return found[0]?.StateValue === 'ALARM' ? found[0] : undefined;
    });
    expect(breached).toMatchObject({ Threshold: 0, StateReason: expect.stringContaining('Threshold Crossed') });
  });
});
