import type { Kernel } from '../../kernel/kernel.ts';
import { sharedDimensions } from '../../kernel/metric.ts';

/** Metrics of a rule. @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-monitoring.html */
export type RuleMetric =
  | 'MatchedEvents'
  | 'TriggeredRules'
  | 'Invocations'
  | 'InvocationAttempts'
  | 'SuccessfulInvocationAttempts'
  | 'RetryInvocationAttempts'
  | 'FailedInvocations'
  | 'InvocationsSentToDlq'
  | 'InvocationsFailedToBeSentToDlq';

const ofRule = sharedDimensions('EventBusName', 'RuleName');

/** Of the account as a whole. */
const NO_DIMENSIONS = {};

/** Counts one of something that befell a rule. */
export function countForRule(kernel: Kernel, { busName, ruleName }: { readonly busName: string; readonly ruleName: string }, name: RuleMetric): void {
  kernel.meter({ namespace: 'AWS/Events', name, dimensions: ofRule(busName, ruleName), value: 1, unit: 'Count' });
}

/** How long it took from the bus to the target that took the event, retries among it. @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-monitoring.html */
export function meterLatency(
  kernel: Kernel,
  { busName, ruleName, ingestedMs }: { readonly busName: string; readonly ruleName: string; readonly ingestedMs: number },
): void {
  const dimensions = ofRule(busName, ruleName);
  kernel.meter({ namespace: 'AWS/Events', name: 'IngestionToInvocationSuccessLatency', dimensions, value: kernel.nowMs() - ingestedMs, unit: 'Milliseconds' });
}

/** Counts the entries that a `PutEvents` call brought. */
export function countPutEvents(kernel: Kernel, { entries, failed }: { readonly entries: number; readonly failed: number }): void {
  const meter = (name: string, value: number): void => kernel.meter({ namespace: 'AWS/Events', name, dimensions: NO_DIMENSIONS, value, unit: 'Count' });
  meter('PutEventsApproximateCallCount', 1);
  meter('PutEventsEntriesCount', entries);
  if (failed > 0) meter('PutEventsFailedEntriesCount', failed);
}
