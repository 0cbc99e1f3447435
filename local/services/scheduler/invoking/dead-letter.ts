import type { DeliveryOutcome } from '../../../kernel/delivery.ts';
import { NotEmulated } from '../../../kernel/errors.ts';
import type { Kernel } from '../../../kernel/kernel.ts';
import { roleOf } from './call-target.ts';
import { inputOf, instant } from './input.ts';
import type { Failure, PendingInvocation } from './pending-invocation.ts';

/**
 * Brings an invocation that was given up to the target's dead-letter queue, as the target's role; `undefined` where there is none.
 * @see https://docs.aws.amazon.com/scheduler/latest/UserGuide/configuring-schedule-dlq.html
 */
export async function deadLetter(kernel: Kernel, pending: PendingInvocation, failure: Failure): Promise<DeliveryOutcome | undefined> {
  const { target, scheduleArn, scheduledMs, id, attempts, cause } = pending;
  const to = target.DeadLetterConfig?.Arn;
  if (to === undefined) return undefined;
  const text = (value: string) => ({ DataType: 'String', StringValue: value });
  const attributes = {
    SCHEDULE_ARN: text(scheduleArn),
    TARGET_ARN: text(target.Arn ?? ''),
    SCHEDULED_TIME: text(instant(scheduledMs)),
    EXECUTION_ID: text(id),
    ERROR_CODE: text(failure.code),
    ERROR_MESSAGE: text(failure.message),
    RETRY_ATTEMPTS: { DataType: 'Number', StringValue: String(Math.max(0, attempts - 1)) },
    ...(failure.exhausted === undefined ? {} : { EXHAUSTED_RETRY_CONDITION: text(failure.exhausted) }),
    IS_PAYLOAD_TRUNCATED: text('false'),
  };
  try {
    return await kernel.deliver({ to, payload: { body: inputOf(kernel, pending), attributes }, principal: roleOf(target), cause });
  } catch (error) {
    if (error instanceof NotEmulated) return { status: 'refused', code: error.name, message: error.message, isRetryable: false };
    throw error;
  }
}
