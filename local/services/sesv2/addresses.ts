import type { SendEmailCommandInput } from '@aws-sdk/client-sesv2';
import { parseRawMessage } from './raw-message.ts';

/** The address within `"Name" <address>`. */
export function bareAddress(text: string): string {
  return (/<([^<>]*)>\s*$/.exec(text)?.[1] ?? text).trim();
}

/** Who a message is from: the request says so, or the message itself. */
export function fromOf({ FromEmailAddress: from, Content: content }: SendEmailCommandInput): string {
  if (from) return from;
  const raw = content?.Raw?.Data;
  return (raw && parseRawMessage(raw).from) ?? '';
}

/** All recipients that a request names. */
export function recipientsOf({ Destination: destination }: SendEmailCommandInput): string[] {
  return [...(destination?.ToAddresses ?? []), ...(destination?.CcAddresses ?? []), ...(destination?.BccAddresses ?? [])];
}
