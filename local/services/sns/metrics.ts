import type { Kernel } from '../../kernel/kernel.ts';
import { type Dimensions, sharedDimensions } from '../../kernel/metric.ts';

/** Dimensions of a topic's metrics. */
export const ofTopic = sharedDimensions('TopicName');

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
export function countForTopic(kernel: Kernel, dimensions: Dimensions, name: TopicMetric): void {
  kernel.meter({ namespace: 'AWS/SNS', name, dimensions, value: 1, unit: 'Count' });
}

/** Measures a published message. */
export function measureSize(kernel: Kernel, dimensions: Dimensions, sizeBytes: number): void {
  kernel.meter({ namespace: 'AWS/SNS', name: 'PublishSize', dimensions, value: sizeBytes, unit: 'Bytes' });
}
