import type { PutEventsCommandOutput } from '@aws-sdk/client-eventbridge';
import type { Target } from '@aws-sdk/client-scheduler';
import { type DeliveryOutcome, refusedBy } from '../../../kernel/delivery.ts';
import { NotEmulated } from '../../../kernel/errors.ts';
import type { Kernel } from '../../../kernel/kernel.ts';
import type { Principal } from '../../../kernel/principal.ts';
import { entryRefused } from '../errors.ts';
import { readUniversal, universalInput } from '../universal.ts';
import { inputOf } from './input.ts';
import type { PendingInvocation } from './pending-invocation.ts';

/** Invokes the target once, as the target's role. */
export async function callTarget(kernel: Kernel, pending: PendingInvocation): Promise<DeliveryOutcome> {
  const { target, cause } = pending;
  const input = inputOf(kernel, pending);
  const principal = roleOf(target);
  try {
    const universal = readUniversal(target.Arn ?? '');
    if (universal) {
      const { service, operation } = universal;
      return { status: 'accepted', output: await kernel.request({ service, operation, input: universalInput(service, input), principal, cause }) };
    }
    if (target.EventBridgeParameters) return { status: 'accepted', output: await putEvent(kernel, pending, input) };
    const { MessageGroupId: group } = target.SqsParameters ?? {};
    const partitionKey = target.KinesisParameters?.PartitionKey;
    const payload = { body: input, ...(group === undefined ? {} : { messageGroupId: group }), ...(partitionKey === undefined ? {} : { partitionKey }) };
    return await kernel.deliver({ to: target.Arn ?? '', payload, principal, cause });
  } catch (error) {
    if (error instanceof NotEmulated) return { status: 'refused', code: error.name, message: error.message, isRetryable: false };
    // The wire has not checked a universal target's input: one that an operation cannot read is the schedule's mistake.
    if (error instanceof TypeError && readUniversal(target.Arn ?? '')) {
      return { status: 'refused', code: 'ValidationException', message: error.message, isRetryable: false };
    }
    return refusedBy(error);
  }
}

async function putEvent(kernel: Kernel, { target, cause }: PendingInvocation, detail: string): Promise<unknown> {
  const { Source, DetailType } = target.EventBridgeParameters ?? {};
  const entry = { EventBusName: target.Arn, Source, DetailType, Detail: detail };
  const call = { service: 'eventbridge', operation: 'PutEvents', input: { Entries: [entry] }, principal: roleOf(target), cause };
  const output = await kernel.request<PutEventsCommandOutput>(call);
  const { ErrorCode: code, ErrorMessage: message = '' } = output.Entries?.[0] ?? {};
  if (code !== undefined) throw entryRefused(code, message);
  return output;
}

/** Scheduler works as the role that the target names. */
export function roleOf(target: Target): Principal {
  return { type: 'role', roleArn: target.RoleArn ?? '', sessionName: 'AmazonEventBridgeScheduler' };
}
