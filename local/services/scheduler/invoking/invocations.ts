import type { DeliveryOutcome } from '../../../kernel/delivery.ts';
import type { Kernel } from '../../../kernel/kernel.ts';
import { deleteSchedule, type Occurrence, type Schedule, type SchedulerState, scheduleKey } from '../state.ts';
import { callTarget } from './call-target.ts';
import { deadLetter } from './dead-letter.ts';
import type { Failure, PendingInvocation } from './pending-invocation.ts';

/** Defaults of a retry policy. @see https://docs.aws.amazon.com/scheduler/latest/APIReference/API_RetryPolicy.html */
const RETRIES_MAX = 185;
const EVENT_AGE_SECONDS_MAX = 86_400;

/** First wait before another attempt, doubled each time, and the longest. AWS does not publish its curve. */
const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 600_000;

/** Notes the invocation of a schedule's target; it starts once the present transition has ended. */
export function startInvocation(state: SchedulerState, schedule: Schedule, occurrence: Occurrence): void {
  const { kernel } = state;
  const { target, arn, groupName, name } = schedule;
  const id = kernel.uuid();
  const detail = { invocation: id, scheduledMs: occurrence.scheduledMs, expression: schedule.expression };
  const cause = kernel.journal.append({ service: 'scheduler', kind: 'schedule-due', arn, detail });
  const { MaximumEventAgeInSeconds: ageSecondsMax = EVENT_AGE_SECONDS_MAX, MaximumRetryAttempts: retriesMax = RETRIES_MAX } = target.RetryPolicy ?? {};
  const pending: PendingInvocation = {
    id,
    scheduleArn: arn,
    groupName,
    scheduleName: name,
    target,
    scheduledMs: occurrence.scheduledMs,
    expiresMs: kernel.nowMs() + ageSecondsMax * 1000,
    retriesMax,
    attempts: 0,
    dueMs: kernel.nowMs(),
    failure: undefined,
    deadLetterAttempts: 0,
    cause,
  };
  planAttempt(state, pending);
}

/** Takes up what was pending when the plane went down. The journal of that process is gone, and its numbers with it. */
export function resumeInvocations(state: SchedulerState): void {
  for (const pending of [...state.invocations.values()]) planAttempt(state, { ...pending, cause: undefined });
}

function planAttempt(state: SchedulerState, pending: PendingInvocation): void {
  state.invocations.put(pending.id, pending);
  state.kernel.at(pending.dueMs, 'invoke a target', () => {
    const current = state.invocations.get(pending.id);
    if (current) void attempt(state, current);
  });
}

/** Tries once to invoke the target; on failure plans the next attempt or gives it up. */
async function attempt(state: SchedulerState, pending: PendingInvocation): Promise<void> {
  const { kernel } = state;
  if (pending.failure) {
    await giveUp(state, pending, pending.failure);
    return;
  }
  meter(kernel, pending, 'InvocationAttemptCount');
  const tried = { ...pending, attempts: pending.attempts + 1 };
  const outcome = await callTarget(kernel, tried);
  if (outcome.status === 'accepted') {
    end(state, tried);
    return;
  }
  meter(kernel, pending, 'TargetErrorCount');
  const nextMs = outcome.isRetryable ? kernel.nowMs() + waitBeforeNext(kernel, tried.attempts) : undefined;
  const exhausted = nextMs === undefined ? undefined : exhaustedLimit(tried, nextMs);
  const isFinal = nextMs === undefined || exhausted !== undefined;
  journalFailure(kernel, tried, { outcome, nextMs: isFinal ? undefined : nextMs });
  if (isFinal) await giveUp(state, tried, { code: outcome.code, message: outcome.message, exhausted });
  else planAttempt(state, { ...tried, dueMs: nextMs });
}

function waitBeforeNext(kernel: Kernel, attempts: number): number {
  const fullMs = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(attempts - 1, 16));
  return Math.round(fullMs * (0.5 + kernel.chance.random() / 2));
}

function exhaustedLimit(pending: PendingInvocation, nextMs: number): Failure['exhausted'] {
  if (pending.attempts > pending.retriesMax) return 'MaximumRetryAttempts';
  return nextMs > pending.expiresMs ? 'MaximumEventAgeInSeconds' : undefined;
}

async function giveUp(state: SchedulerState, pending: PendingInvocation, failure: Failure): Promise<void> {
  const { kernel } = state;
  if (pending.deadLetterAttempts === 0) meter(kernel, pending, 'InvocationDroppedCount');
  const outcome = await deadLetter(kernel, pending, failure);
  if (outcome?.status === 'refused' && outcome.isRetryable && pending.deadLetterAttempts < RETRIES_MAX) {
    const deadLetterAttempts = pending.deadLetterAttempts + 1;
    planAttempt(state, { ...pending, failure, deadLetterAttempts, dueMs: kernel.nowMs() + waitBeforeNext(kernel, deadLetterAttempts) });
    return;
  }
  const isSent = outcome?.status === 'accepted';
  if (outcome) meter(kernel, pending, isSent ? 'InvocationsSentToDeadLetterCount' : 'InvocationsFailedToBeSentToDeadLetterCount');
  const refusal = outcome === undefined ? 'The target has no dead-letter queue.' : isSent ? undefined : outcome.message;
  const { id, scheduleArn, target, attempts, cause } = pending;
  const detail = { invocation: id, scheduleArn, target: target.Arn, attempts, error: failure.code, message: failure.message };
  kernel.journal.append({
    service: 'scheduler',
    kind: isSent ? 'invocation-dead-lettered' : 'invocation-dropped',
    arn: target.DeadLetterConfig?.Arn ?? scheduleArn,
    cause,
    detail: refusal === undefined ? detail : { ...detail, refusal },
  });
  end(state, pending);
}

/**
 * Ends an invocation. The last one of a schedule that asks for it takes the schedule with it.
 * @see https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-delete.html#managing-schedule-delete-automatic
 */
function end(state: SchedulerState, { id, groupName, scheduleName }: PendingInvocation): void {
  state.invocations.delete(id);
  const schedule = state.schedules.get(scheduleKey(groupName, scheduleName));
  if (schedule?.actionAfterCompletion !== 'DELETE' || schedule.next || schedule.state === 'DISABLED') return;
  deleteSchedule(state, schedule);
  state.kernel.journal.append({ service: 'scheduler', kind: 'schedule-completed', arn: schedule.arn, detail: {} });
}

function journalFailure(
  kernel: Kernel,
  { id, target, scheduleArn, attempts, cause }: PendingInvocation,
  { outcome, nextMs }: { readonly outcome: DeliveryOutcome & { status: 'refused' }; readonly nextMs: number | undefined },
): void {
  const detail = { invocation: id, target: target.Arn, attempts, error: outcome.code, message: outcome.message, nextMs };
  kernel.journal.append({ service: 'scheduler', kind: 'invocation-failed', arn: scheduleArn, cause, detail });
}

/** Counts one of something that befell a schedule. @see https://docs.aws.amazon.com/scheduler/latest/UserGuide/monitoring-cloudwatch.html */
function meter(kernel: Kernel, { groupName }: PendingInvocation, name: string): void {
  kernel.meter({ namespace: 'AWS/Scheduler', name, dimensions: { ScheduleGroup: groupName }, value: 1, unit: 'Count' });
}
