import type { DeliveryOutcome } from '../../../kernel/delivery.ts';
import { NotEmulated } from '../../../kernel/errors.ts';
import type { Kernel } from '../../../kernel/kernel.ts';
import type { DeliveryPayload } from '../../../kernel/service.ts';
import { countForRule } from '../metrics.ts';
import { waitBeforeNext } from './back-off.ts';
import { type DeliveryLine, scheduleAttempt } from './line.ts';
import type { Failure, PendingDelivery } from './pending-delivery.ts';

/** Attempts to bring an event to a dead-letter queue that is not to be had for the moment. */
const ATTEMPTS_MAX = 185;

/**
 * Gives a delivery up: into the target's dead-letter queue, or, as AWS has it, into nothing where there is none or it does not take it. What becomes of
 * the event is a journal entry either way.
 */
export async function deadLetter(line: DeliveryLine, delivery: PendingDelivery, failure: Failure): Promise<void> {
  const { kernel, pending } = line;
  if (delivery.deadLetterAttempts === 0) countForRule(kernel, delivery, 'FailedInvocations');
  if (delivery.deadLetterArn === undefined) {
    end(line, delivery, { failure, refusal: 'The target has no dead-letter queue.' });
    return;
  }
  const outcome = await send(kernel, delivery, failure);
  if (outcome.status === 'refused' && outcome.isRetryable && delivery.deadLetterAttempts < ATTEMPTS_MAX) {
    const deadLetterAttempts = delivery.deadLetterAttempts + 1;
    const next = { ...delivery, failure, deadLetterAttempts, dueMs: kernel.nowMs() + waitBeforeNext(kernel, deadLetterAttempts) };
    pending.put(next.id, next);
    scheduleAttempt(line, next);
    return;
  }
  countForRule(kernel, delivery, outcome.status === 'accepted' ? 'InvocationsSentToDlq' : 'InvocationsFailedToBeSentToDlq');
  end(line, delivery, { failure, refusal: outcome.status === 'accepted' ? undefined : outcome.message });
}

function end(
  { kernel, pending }: DeliveryLine,
  delivery: PendingDelivery,
  { failure, refusal }: { readonly failure: Failure; readonly refusal: string | undefined },
): void {
  const { id, eventId, ruleArn, targetArn, targetId, attempts, cause } = delivery;
  kernel.journal.append({
    service: 'eventbridge',
    kind: refusal === undefined ? 'delivery-dead-lettered' : 'delivery-dropped',
    arn: delivery.deadLetterArn ?? targetArn,
    cause,
    detail: { eventId, ruleArn, targetArn, targetId, attempts, error: failure.code, message: failure.message, ...(refusal === undefined ? {} : { refusal }) },
  });
  pending.delete(id);
}

async function send(kernel: Kernel, delivery: PendingDelivery, failure: Failure): Promise<DeliveryOutcome> {
  const { deadLetterArn = '', ruleArn, body, original, cause } = delivery;
  const payload = { body: original ?? body, attributes: attributesOf(delivery, failure) };
  try {
    const principal = { type: 'service', service: 'events.amazonaws.com', sourceArn: ruleArn } as const;
    return await kernel.deliver({ to: deadLetterArn, payload, principal, cause });
  } catch (error) {
    if (error instanceof NotEmulated) return { status: 'refused', code: error.name, message: error.message, isRetryable: false };
    throw error;
  }
}

/** @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html */
function attributesOf({ ruleArn, targetArn, attempts }: PendingDelivery, { code, message, exhausted }: Failure): NonNullable<DeliveryPayload['attributes']> {
  const text = (value: string) => ({ DataType: 'String', StringValue: value });
  return {
    RULE_ARN: text(ruleArn),
    TARGET_ARN: text(targetArn),
    ERROR_CODE: text(code),
    ERROR_MESSAGE: text(message),
    ...(exhausted === undefined ? {} : { EXHAUSTED_RETRY_CONDITION: text(exhausted) }),
    RETRY_ATTEMPTS: { DataType: 'Number', StringValue: String(Math.max(0, attempts - 1)) },
  };
}
