import type { Message } from './records.ts';

/** Bytes whose Base64 is how receipt handles of AWS begin: `AQEB`. */
const PREFIX = '\x01\x01\x01';
const FORMAT = /^\x01\x01\x01([0-9a-f-]{36})\/(\d+)$/;

/** What a receipt handle says: the message, and the receive it was given for. */
export interface Receipt {
  readonly messageId: string;
  readonly receiveCount: number;
}

/** The handle of a message's newest receive. */
export function receiptHandle(message: Message): string {
  return Buffer.from(`${PREFIX}${message.id}/${message.receiveCount}`, 'latin1').toString('base64');
}

/** Reads a handle; `undefined` where it is none. */
export function readReceiptHandle(handle: string): Receipt | undefined {
  const match = FORMAT.exec(Buffer.from(handle, 'base64').toString('latin1'));
  return match?.[1] === undefined ? undefined : { messageId: match[1], receiveCount: Number(match[2]) };
}
