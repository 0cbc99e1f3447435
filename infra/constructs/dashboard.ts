import { Dashboard as CloudWatchDashboard, GraphWidget, MathExpression } from 'aws-cdk-lib/aws-cloudwatch';
import { Duration } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { SYSTEM } from './naming.ts';

const PERIOD = Duration.minutes(1);

/** A graph: one search finds the series. */
interface Graph {
  readonly title: string;
  /** @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/search-expression-syntax.html */
  readonly search: string;
  readonly statistic: string;
  readonly unit: string;
}

const GRAPHS: readonly Graph[] = [
  {
    title: 'Dead letters',
    search: `{AWS/SQS,QueueName} MetricName="ApproximateNumberOfMessagesVisible" ${SYSTEM} dead letters`,
    statistic: 'Maximum',
    unit: 'messages',
  },
  {
    title: 'Undelivered by a rule or a relay',
    search: `{AWS/SQS,QueueName} MetricName="ApproximateNumberOfMessagesVisible" ${SYSTEM} (undelivered OR failures)`,
    statistic: 'Maximum',
    unit: 'messages',
  },
  {
    title: 'Age of the oldest message',
    search: `{AWS/SQS,QueueName} MetricName="ApproximateAgeOfOldestMessage" ${SYSTEM} NOT letters NOT undelivered NOT failures`,
    statistic: 'Maximum',
    unit: 'seconds',
  },
  {
    title: 'Waiting messages',
    search: `{AWS/SQS,QueueName} MetricName="ApproximateNumberOfMessagesVisible" ${SYSTEM} NOT letters NOT undelivered NOT failures`,
    statistic: 'Maximum',
    unit: 'messages',
  },
  { title: 'Relay lag', search: `{AWS/Lambda,FunctionName} MetricName="IteratorAge" ${SYSTEM} relay`, statistic: 'Maximum', unit: 'milliseconds' },
  {
    title: 'Groups behind the stream',
    search: `{AWS/Lambda,FunctionName} MetricName="IteratorAge" ${SYSTEM} NOT relay`,
    statistic: 'Maximum',
    unit: 'milliseconds',
  },
  { title: 'Errors of functions', search: `{AWS/Lambda,FunctionName} MetricName="Errors" ${SYSTEM}`, statistic: 'Sum', unit: 'errors' },
];

/** The whole system on one page. It finds consumers by their names, so that a new one is on it without a change here. */
export class Dashboard extends Construct {
  constructor(scope: Construct, id: string) {
    super(scope, id);
    const dashboard = new CloudWatchDashboard(this, 'Dashboard', { dashboardName: SYSTEM });
    const widgets = GRAPHS.map(
      ({ title, search, statistic, unit }) =>
        new GraphWidget({
          title,
          width: 12,
          height: 6,
          left: [new MathExpression({ expression: `SEARCH('${search}', '${statistic}', ${PERIOD.toSeconds()})`, label: '', period: PERIOD, usingMetrics: {} })],
          leftYAxis: { label: unit, showUnits: false, min: 0 },
        }),
    );
    dashboard.addWidgets(...widgets);
  }
}
