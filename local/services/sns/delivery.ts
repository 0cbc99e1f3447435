import type { DeliveryPayload } from '../../kernel/service.ts';

/** A delivery to a topic is the `Publish` that a client would call. A deduplication id is left out where the topic is a standard one. */
export function receive(arn: string, payload: DeliveryPayload): { readonly operation: string; readonly input: object } {
  const { body, attributes, subject, messageGroupId, messageDeduplicationId } = payload;
  const input = {
    TopicArn: arn,
    Message: body,
    ...(subject !== undefined && { Subject: subject }),
    ...(attributes && { MessageAttributes: attributes }),
    ...(messageGroupId !== undefined && { MessageGroupId: messageGroupId }),
    ...(messageDeduplicationId !== undefined && arn.endsWith('.fifo') && { MessageDeduplicationId: messageDeduplicationId }),
  };
  return { operation: 'Publish', input };
}
