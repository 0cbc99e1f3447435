import type { SendEmailCommandInput } from '@aws-sdk/client-sesv2';
import { NotEmulated, refuseAllBut } from '../../kernel/errors.ts';
import { bareAddress, recipientsOf } from './addresses.ts';
import { badRequest } from './errors.ts';

/** @see https://docs.aws.amazon.com/ses/latest/dg/quotas.html */
const RECIPIENTS_MAX = 50;
const MESSAGE_BYTES_MAX = 40 * 1024 * 1024;

const SEND_MEMBERS = ['FromEmailAddress', 'Destination', 'ReplyToAddresses', 'Content', 'EmailTags'] as const;
const SIMPLE_MEMBERS = ['Subject', 'Body', 'Headers'] as const;

const WHERE = { operation: 'SendEmail', page: 'sesv2' } as const;

export function checkSendEmail(input: SendEmailCommandInput): void {
  refuseAllBut(SEND_MEMBERS, input, WHERE);
  const { Simple: simple, Raw: raw, Template: template } = input.Content ?? {};
  if (template) throw new NotEmulated('SendEmail with a Template', 'sesv2');
  if ((simple === undefined) === (raw === undefined)) throw badRequest('The email content must be exactly one of Simple, Raw and Template.');
  if (simple) {
    refuseAllBut(SIMPLE_MEMBERS, simple, WHERE);
    if (!input.FromEmailAddress) throw badRequest('FromEmailAddress is required for a Simple message.');
    if (recipientsOf(input).length === 0) throw badRequest('The message has no recipient.');
  }
  if (recipientsOf(input).length > RECIPIENTS_MAX) throw badRequest(`Recipient count exceeds ${RECIPIENTS_MAX}.`);
  if ((raw?.Data?.length ?? 0) > MESSAGE_BYTES_MAX) throw badRequest(`Message length is more than ${MESSAGE_BYTES_MAX} bytes long.`);
  for (const address of recipientsOf(input)) if (!/^[^@\s]+@[^@\s]+$/.test(bareAddress(address))) throw badRequest(`Illegal address: ${address}`);
}
