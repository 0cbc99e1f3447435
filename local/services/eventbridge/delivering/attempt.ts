import type { DeliveryOutcome } from '../../../kernel/delivery.ts';
import { NotEmulated } from '../../../kernel/errors.ts';
import type { Kernel } from '../../../kernel/kernel.ts';
import type { Principal } from '../../../kernel/principal.ts';
import { carriedHops } from '../forwarding.ts';
import { countForRule, meterLatency } from '../metrics.ts';
import { waitBeforeNext } from './back-off.ts';
import { deadLetter } from './dead-letter.ts';
import { errorCode } from './error-code.ts';
import { type DeliveryLine, scheduleAttempt } from './line.ts';
import { deliverToLogGroup, logGroupOf } from './log-group.ts';
import type { Failure, PendingDelivery } from './pending-delivery.ts';

/** Buses an event may pass through. Differs from AWS: there a loop of rules goes on until it is noticed. */
const HOPS_MAX = 16;

/** Tries once to bring an event to its target; on failure plans the next attempt or gives it up. */
export async function attempt(line: DeliveryLine, delivery: PendingDelivery): Promise<void> {
  const { kernel, pending } = line;
  if (delivery.failure) {
    await deadLetter(line, delivery, delivery.failure);
    return;
  }
  countForRule(kernel, delivery, 'InvocationAttempts');
  if (delivery.attempts > 0) countForRule(kernel, delivery, 'RetryInvocationAttempts');
  const outcome = await deliver(kernel, delivery);
  if (outcome.status === 'accepted') {
    countForRule(kernel, delivery, 'SuccessfulInvocationAttempts');
    meterLatency(kernel, delivery);
    pending.delete(delivery.id);
    return;
  }
  const tried = { ...delivery, attempts: delivery.attempts + 1 };
  const waitMs = outcome.isRetryable ? waitBeforeNext(kernel, tried.attempts) : undefined;
  const exhausted = outcome.isRetryable ? exhaustedLimit(tried, kernel.nowMs() + (waitMs ?? 0)) : undefined;
  const isFinal = waitMs === undefined || exhausted !== undefined;
  const nextMs = isFinal ? undefined : kernel.nowMs() + waitMs;
  journalFailure(kernel, tried, { outcome, nextMs });
  if (nextMs === undefined) {
    await deadLetter(line, tried, { code: errorCode(outcome.code), message: outcome.message, exhausted });
    return;
  }
  const next = { ...tried, dueMs: nextMs };
  pending.put(next.id, next);
  scheduleAttempt(line, next);
}

async function deliver(kernel: Kernel, delivery: PendingDelivery): Promise<DeliveryOutcome> {
  if (delivery.hops > HOPS_MAX) {
    return { status: 'refused', code: 'LoopDetected', message: `The event has passed through ${delivery.hops} event buses.`, isRetryable: false };
  }
  const logGroup = logGroupOf(delivery.targetArn);
  const { body, messageGroupId, partitionKey, targetArn, cause } = delivery;
  const payload = { body, partitionKey, ...(messageGroupId === undefined ? {} : { messageGroupId }), ...carriedHops(delivery.hops + 1) };
  const principal = principalOf(delivery);
  try {
    if (logGroup !== undefined) return await deliverToLogGroup(kernel, delivery, { groupName: logGroup, principal });
    return await kernel.deliver({ to: targetArn, payload, principal, cause });
  } catch (error) {
    if (error instanceof NotEmulated) return { status: 'refused', code: error.name, message: error.message, isRetryable: false };
    throw error;
  }
}

/** Who delivers: the target's role, or EventBridge on behalf of the rule. */
function principalOf({ roleArn, ruleArn, ruleName }: PendingDelivery): Principal {
  if (roleArn === undefined) return { type: 'service', service: 'events.amazonaws.com', sourceArn: ruleArn };
  return { type: 'role', roleArn, sessionName: `AWSEvents_${ruleName}`.slice(0, 64) };
}

function exhaustedLimit(delivery: PendingDelivery, nextMs: number): Failure['exhausted'] {
  if (delivery.attempts > delivery.retriesMax) return 'MaximumRetryAttempts';
  return nextMs > delivery.expiresMs ? 'MaximumEventAgeInSeconds' : undefined;
}

function journalFailure(
  kernel: Kernel,
  { eventId, ruleArn, targetArn, targetId, attempts, cause }: PendingDelivery,
  { outcome, nextMs }: { readonly outcome: DeliveryOutcome & { status: 'refused' }; readonly nextMs: number | undefined },
): void {
  const detail = { eventId, ruleArn, targetId, attempts, error: outcome.code, message: outcome.message, nextMs };
  kernel.journal.append({ service: 'eventbridge', kind: 'delivery-failed', arn: targetArn, cause, detail });
}
