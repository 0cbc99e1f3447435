import type { MessageAttributeValue } from '@aws-sdk/client-sns';
import { parameterValueInvalid } from '../errors.ts';
import type { MessageAttributes } from './message.ts';

const NAME_BYTES_MAX = 256;
const FOREIGN = /[^A-Za-z0-9_.-]/u;
const TYPE = /^(String|Number|Binary)(?:\..+)?$/;

/** A message's attributes once they are well formed; `undefined` where there are none. Messages are recorded from AWS. */
export function checkMessageAttributes(given: Readonly<Record<string, MessageAttributeValue>> | undefined): MessageAttributes | undefined {
  if (given === undefined || Object.keys(given).length === 0) return undefined;
  for (const [name, value] of Object.entries(given)) {
    checkName(name);
    checkValue(name, value);
  }
  return given as MessageAttributes;
}

/** @see https://docs.aws.amazon.com/sns/latest/dg/sns-message-attributes.html */
function checkName(name: string): void {
  if (Buffer.byteLength(name) > NAME_BYTES_MAX) throw parameterValueInvalid('Length of message attribute name must be less than 256 bytes.');
  const foreign = FOREIGN.exec(name)?.[0];
  if (foreign !== undefined) {
    const code = foreign.codePointAt(0)?.toString(16).toUpperCase();
    throw parameterValueInvalid(
      `Invalid non-alphanumeric character '#x${code}' was found in the message attribute name. Can only include alphanumeric characters, hyphens, underscores, or dots.`,
    );
  }
  if (name.startsWith('.')) throw parameterValueInvalid("Invalid message attribute name starting with character '.' was found.");
  if (name.endsWith('.')) throw parameterValueInvalid("Invalid message attribute name ending with character '.' was found.");
  if (name.includes('..')) throw parameterValueInvalid("Message attribute name can not have successive '.' character.");
  if (/^(?:aws|amazon)\./i.test(name)) throw parameterValueInvalid("Message attribute name can not start with 'AWS.' or 'Amazon.'.");
}

function checkValue(name: string, { DataType: type = '', StringValue: text, BinaryValue: bytes }: MessageAttributeValue): void {
  const logical = TYPE.exec(type)?.[1];
  if (logical === undefined) {
    throw parameterValueInvalid(
      `The message attribute '${name}' has an invalid message attribute type, the set of supported type prefixes is Binary, Number, and String.`,
    );
  }
  const isBinary = logical === 'Binary';
  const [own, other] = isBinary ? [bytes, text] : [text, bytes];
  if (own === undefined && other !== undefined) {
    throw parameterValueInvalid(`The message attribute '${name}' with type '${type}' must use field '${isBinary ? 'Binary' : 'String'}'.`);
  }
  if (own === undefined || own.length === 0) {
    throw parameterValueInvalid(`The message attribute '${name}' must contain non-empty message attribute value for message attribute type '${type}'.`);
  }
  if (logical === 'Number' && !isNumber(text ?? '')) throw parameterValueInvalid(`Could not cast message attribute '${name}' value to number.`);
}

function isNumber(text: string): boolean {
  return text.trim() !== '' && Number.isFinite(Number(text));
}

/** Bytes of attributes: name, type and value. */
export function sizeOfAttributes(attributes: MessageAttributes | undefined): number {
  let bytes = 0;
  for (const [name, { DataType, StringValue = '', BinaryValue }] of Object.entries(attributes ?? {})) {
    bytes += Buffer.byteLength(name) + Buffer.byteLength(DataType) + (BinaryValue?.length ?? Buffer.byteLength(StringValue));
  }
  return bytes;
}
