import type { DeliveryPayload } from '../../kernel/service.ts';

/** A delivery starts an execution with the body as its input: what rules, schedules and pipes do. */
export function receive(arn: string, payload: DeliveryPayload): { readonly operation: string; readonly input: object } {
  const { body, traceHeader } = payload;
  return { operation: 'StartExecution', input: { stateMachineArn: arn, input: body, ...(traceHeader !== undefined && { traceHeader }) } };
}
