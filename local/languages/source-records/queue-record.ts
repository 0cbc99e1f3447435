import type { Message, MessageAttributeValue } from '@aws-sdk/client-sqs';

/** A message as a function finds it in `Records`. @see https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html#example-standard-queue-message-event */
export interface QueueRecord {
  readonly messageId: string;
  readonly receiptHandle: string;
  readonly body: string;
  readonly [member: string]: unknown;
}

export function queueRecord(message: Message, source: { arn: string; region: string }): QueueRecord {
  return {
    messageId: message.MessageId ?? '',
    receiptHandle: message.ReceiptHandle ?? '',
    body: message.Body ?? '',
    attributes: message.Attributes ?? {},
    messageAttributes: attributesOf(message.MessageAttributes ?? {}),
    md5OfBody: message.MD5OfBody,
    ...(message.MD5OfMessageAttributes !== undefined && { md5OfMessageAttributes: message.MD5OfMessageAttributes }),
    eventSource: 'aws:sqs',
    eventSourceARN: source.arn,
    awsRegion: source.region,
  };
}

function attributesOf(attributes: Readonly<Record<string, MessageAttributeValue>>): Record<string, object> {
  const wire: Record<string, object> = {};
  for (const [name, { StringValue, BinaryValue, DataType }] of Object.entries(attributes)) {
    wire[name] = {
      ...(StringValue !== undefined && { stringValue: StringValue }),
      ...(BinaryValue !== undefined && { binaryValue: Buffer.from(BinaryValue).toString('base64') }),
      stringListValues: [],
      binaryListValues: [],
      dataType: DataType,
    };
  }
  return wire;
}

/** Bytes of a record in the event, nearly: what the limit of a batch goes by. */
export const sizeOf = (message: Message): number => 1024 + Buffer.byteLength(message.Body ?? '');
