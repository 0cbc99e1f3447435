import { parseArn } from '../../kernel/arn.ts';
import type { DeliveryPayload } from '../../kernel/service.ts';

/** A delivery to a queue is the `SendMessage` that a client would call. Ids of a FIFO queue are left out where the queue is a standard one. */
export function delivery(arn: string, payload: DeliveryPayload): { readonly operation: string; readonly input: object } {
  const name = parseArn(arn)?.resource ?? '';
  const { body, attributes, messageGroupId, messageDeduplicationId, traceHeader } = payload;
  const input = {
    QueueUrl: name,
    MessageBody: body,
    ...(attributes && { MessageAttributes: attributes }),
    ...(traceHeader !== undefined && { MessageSystemAttributes: { AWSTraceHeader: { DataType: 'String', StringValue: traceHeader } } }),
    ...(messageGroupId !== undefined && { MessageGroupId: messageGroupId }),
    ...(messageDeduplicationId !== undefined && name.endsWith('.fifo') && { MessageDeduplicationId: messageDeduplicationId }),
  };
  return { operation: 'SendMessage', input };
}
