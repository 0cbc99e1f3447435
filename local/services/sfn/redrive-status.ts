import type { Execution } from './records.ts';

/** The oldest end from which an execution is redriven. @see https://docs.aws.amazon.com/step-functions/latest/dg/redrive-executions.html#redrive-eligibility */
const REDRIVABLE_MS = 14 * 86_400_000;
const REDRIVABLE_EVENTS_MAX = 24_999;

/** Whether an execution can be redriven, and why not. */
export function redriveStatus(
  { ending, mapParent, events, stopMs }: Execution,
  nowMs?: number,
): { readonly redriveStatus: 'REDRIVABLE' | 'NOT_REDRIVABLE' | 'REDRIVABLE_BY_MAP_RUN'; readonly redriveStatusReason?: string } {
  const status = ending?.status ?? 'RUNNING';
  if (status === 'RUNNING' || status === 'SUCCEEDED') {
    return { redriveStatus: 'NOT_REDRIVABLE', redriveStatusReason: `Execution is ${status} and cannot be redriven` };
  }
  if (mapParent) return { redriveStatus: 'REDRIVABLE_BY_MAP_RUN', redriveStatusReason: 'Execution can be redriven by redriving its Map Run' };
  if (events >= REDRIVABLE_EVENTS_MAX) return { redriveStatus: 'NOT_REDRIVABLE', redriveStatusReason: 'Execution history event limit exceeded' };
  if (nowMs !== undefined && stopMs !== undefined && nowMs - stopMs > REDRIVABLE_MS) {
    return { redriveStatus: 'NOT_REDRIVABLE', redriveStatusReason: 'Execution redrivable period exceeded' };
  }
  return { redriveStatus: 'REDRIVABLE' };
}
