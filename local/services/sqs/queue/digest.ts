import { createHash, hash } from 'node:crypto';
import type { MessageAttribute } from './records.ts';

/** MD5 of a message body, as `MD5OfMessageBody` and `MD5OfBody` have it. */
export function md5OfText(text: string): string {
  return hash('md5', text, 'hex');
}

const STRING_TRANSPORT = 1;
const BINARY_TRANSPORT = 2;

/**
 * MD5 of message attributes: by name, each the length (four bytes, big-endian) and bytes of name and type, one byte for the kind of value, length and bytes of the value.
 * @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-message-metadata.html#sqs-attributes-md5-message-digest-calculation
 */
export function md5OfAttributes(attributes: Readonly<Record<string, MessageAttribute>>): string | undefined {
  const names = Object.keys(attributes).sort();
  if (names.length === 0) return undefined;
  const digest = createHash('md5');
  const add = (bytes: Uint8Array): void => {
    const length = Buffer.allocUnsafe(4);
    length.writeUInt32BE(bytes.length);
    digest.update(length).update(bytes);
  };
  for (const name of names) {
    const attribute = attributes[name] as MessageAttribute;
    add(Buffer.from(name));
    add(Buffer.from(attribute.DataType));
    digest.update(Buffer.of(attribute.BinaryValue ? BINARY_TRANSPORT : STRING_TRANSPORT));
    add(attribute.BinaryValue ?? Buffer.from(attribute.StringValue ?? ''));
  }
  return digest.digest('hex');
}
