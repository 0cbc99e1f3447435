import { parseArn } from '../../../kernel/arn.ts';
import { type DeliveryOutcome, refusedBy } from '../../../kernel/delivery.ts';
import { Fault } from '../../../kernel/errors.ts';
import type { Kernel } from '../../../kernel/kernel.ts';
import type { Principal } from '../../../kernel/principal.ts';
import { notALogEntry } from '../errors.ts';
import type { PendingDelivery } from './pending-delivery.ts';

const RESOURCE = /^log-group:([^:]+)/;

/** The name of the log group behind an ARN; `undefined` where it is the ARN of something else. */
export function logGroupOf(arn: string): string | undefined {
  const parsed = parseArn(arn);
  return parsed?.service === 'logs' ? RESOURCE.exec(parsed.resource)?.[1] : undefined;
}

/**
 * Writes an event into a log group, as the group's resource policy allows it. Differs from AWS: each rule and target has one stream, which bears their
 * names; there streams are many.
 */
export async function deliverToLogGroup(
  kernel: Kernel,
  delivery: PendingDelivery,
  { groupName, principal }: { readonly groupName: string; readonly principal: Principal },
): Promise<DeliveryOutcome> {
  const { busName, ruleName, targetId, cause } = delivery;
  const stream = { logGroupName: groupName, logStreamName: `${busName}/${ruleName}/${targetId}` };
  const call = (operation: string, input: object): Promise<unknown> => kernel.request({ service: 'cloudwatch-logs', operation, input, principal, cause });
  try {
    const put = { ...stream, logEvents: [logEventOf(delivery)] };
    try {
      return { status: 'accepted', output: await call('PutLogEvents', put) };
    } catch (error) {
      if (!(error instanceof Fault) || error.code !== 'ResourceNotFoundException') throw error;
    }
    await call('CreateLogStream', stream).catch((error) => {
      // Another delivery was faster.
      if (!(error instanceof Fault) || error.code !== 'ResourceAlreadyExistsException') throw error;
    });
    return { status: 'accepted', output: await call('PutLogEvents', put) };
  } catch (error) {
    return refusedBy(error);
  }
}

/** The event and its time; of an input that is made for the target, its `message` and `timestamp`. @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-targets.html */
function logEventOf({ body, original }: PendingDelivery): { readonly timestamp: number; readonly message: string } {
  const value = JSON.parse(body) as { readonly time?: string; readonly timestamp?: unknown; readonly message?: unknown } | null;
  if (original === undefined) return { timestamp: Date.parse(String(value?.time)), message: body };
  const { timestamp, message } = value ?? {};
  if (typeof message !== 'string' || timestamp === undefined) throw notALogEntry();
  const ms = typeof timestamp === 'number' ? timestamp : Date.parse(String(timestamp));
  if (Number.isNaN(ms)) throw notALogEntry();
  return { timestamp: ms, message };
}
