import type { Kernel } from '../../../kernel/kernel.ts';
import type { PendingInvocation } from './pending-invocation.ts';

const ATTRIBUTE = /<aws\.scheduler\.(schedule-arn|scheduled-time|execution-id|attempt-number)>/g;

/** ISO 8601 in whole seconds. */
export function instant(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}

/**
 * The input of a target, with the context attributes put in; without one, the event that AWS sends by default.
 * @see https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-context-attributes.html
 */
export function inputOf(kernel: Kernel, { id, scheduleArn, scheduledMs, attempts, target }: PendingInvocation): string {
  if (target.Input !== undefined) {
    const values: Readonly<Record<string, string>> = {
      'schedule-arn': scheduleArn,
      'scheduled-time': instant(scheduledMs),
      'execution-id': id,
      'attempt-number': String(Math.max(1, attempts)),
    };
    return target.Input.replace(ATTRIBUTE, (whole, name: string) => values[name] ?? whole);
  }
  return JSON.stringify({
    version: '0',
    id,
    'detail-type': 'Scheduled Event',
    source: 'aws.scheduler',
    account: kernel.accountId,
    time: instant(scheduledMs),
    region: kernel.region,
    resources: [scheduleArn],
    detail: '{}',
  });
}
