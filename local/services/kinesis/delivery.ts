import type { DeliveryPayload } from '../../kernel/service.ts';

/** A message to a stream is a record whose data is its text. One without a partition key goes where an empty one's hash leads. */
export function receive(arn: string, { body, partitionKey }: DeliveryPayload): { readonly operation: string; readonly input: object } {
  return { operation: 'PutRecord', input: { StreamARN: arn, Data: Buffer.from(body), PartitionKey: partitionKey ?? '' } };
}
