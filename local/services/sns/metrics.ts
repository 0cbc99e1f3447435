import type { Kernel } from '../../kernel/kernel.ts';

/** Metrics of a topic that count. @see https://docs.aws.amazon.com/sns/latest/dg/sns-monitoring-using-cloudwatch.html */
export type TopicMetric =
  | 'NumberOfMessagesPublished'
  | 'NumberOfNotificationsDelivered'
  | 'NumberOfNotificationsFailed'
  | 'NumberOfNotificationsFilteredOut'
  | 'NumberOfNotificationsFilteredOut-MessageAttributes'
  | 'NumberOfNotificationsFilteredOut-NoMessageAttributes'
  | 'NumberOfNotificationsFilteredOut-InvalidAttributes'
  | 'NumberOfNotificationsFilteredOut-MessageBody'
  | 'NumberOfNotificationsFilteredOut-InvalidMessageBody'
  | 'NumberOfNotificationsRedrivenToDlq'
  | 'NumberOfNotificationsFailedToRedriveToDlq';

/** Counts one of something that befell a topic. */
export function countForTopic(kernel: Kernel, dimensions: Readonly<Record<string, string>>, name: TopicMetric): void {
  kernel.meter({ namespace: 'AWS/SNS', name, dimensions, value: 1, unit: 'Count' });
}

/** Measures a published message. */
export function measureSize(kernel: Kernel, dimensions: Readonly<Record<string, string>>, sizeBytes: number): void {
  kernel.meter({ namespace: 'AWS/SNS', name: 'PublishSize', dimensions, value: sizeBytes, unit: 'Bytes' });
}
