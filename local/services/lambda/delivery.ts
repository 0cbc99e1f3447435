import type { DeliveryPayload } from '../../kernel/service.ts';

/** A delivery is an asynchronous invocation: what EventBridge and SNS do. */
export function receive(arn: string, payload: DeliveryPayload): { readonly operation: string; readonly input: object } {
  return { operation: 'Invoke', input: { FunctionName: arn, InvocationType: 'Event', Payload: Buffer.from(payload.body) } };
}
