import type { Message, SendEmailCommandInput, SendEmailCommandOutput } from '@aws-sdk/client-sesv2';
import type { Kernel } from '../../../kernel/kernel.ts';
import type { Context } from '../../../kernel/service.ts';
import { identityArn } from '../access.ts';
import { bareAddress, fromOf } from '../addresses.ts';
import { notVerified } from '../errors.ts';
import { parseRawMessage } from '../raw-message.ts';
import { checkSendEmail } from '../rules.ts';
import { identityFor, keepEmail, type SentEmail, type SesState } from '../state.ts';

/** Characters of a text that the journal shows. The outbox has all of it. */
const JOURNAL_TEXT_MAX = 2000;

/**
 * Sends a message into the outbox; nothing leaves the plane. Differs from AWS: the account is out of the sandbox, so that only the sender needs to be
 * verified, and no message bounces.
 */
export function sendEmail(input: SendEmailCommandInput, { kernel, state, cause }: Context<SesState>): Omit<SendEmailCommandOutput, '$metadata'> {
  checkSendEmail(input);
  const from = fromOf(input);
  const address = bareAddress(from);
  const identity = identityFor(state, address);
  if (!identity?.isVerified) throw notVerified(address, kernel.region);
  const email = emailOf(input, { from, kernel });
  keepEmail(state, email);
  const { messageId, to, cc, bcc, subject } = email;
  const text = (email.text ?? email.html ?? '').slice(0, JOURNAL_TEXT_MAX);
  const detail = { messageId, from, to: [...to, ...cc, ...bcc], subject, text };
  kernel.journal.append({ service: 'sesv2', kind: 'email-sent', arn: identityArn(kernel, identity.name), cause, detail });
  kernel.meter({ namespace: 'AWS/SES', name: 'Send', dimensions: {}, value: 1, unit: 'Count' });
  return { MessageId: messageId };
}

function emailOf(input: SendEmailCommandInput, { from, kernel }: { readonly from: string; readonly kernel: Kernel }): SentEmail {
  const { Destination: destination, Content: content, ReplyToAddresses: replyTo = [], EmailTags: tags = [] } = input;
  const parsed = content?.Raw?.Data && parseRawMessage(content.Raw.Data);
  const addressed = destination ?? { ToAddresses: [...(parsed?.to ?? [])], CcAddresses: [...(parsed?.cc ?? [])] };
  return {
    messageId: newMessageId(kernel),
    sentMs: kernel.nowMs(),
    from,
    to: addressed.ToAddresses ?? [],
    cc: addressed.CcAddresses ?? [],
    bcc: destination?.BccAddresses ?? [],
    replyTo,
    ...(parsed ? { subject: parsed.subject, text: parsed.text, html: parsed.html } : partsOf(content?.Simple)),
    raw: content?.Raw?.Data && Buffer.from(content.Raw.Data).toString('utf8'),
    tags: Object.fromEntries(tags.map(({ Name = '', Value = '' }) => [Name, Value])),
  };
}

function partsOf(message: Message | undefined): Pick<SentEmail, 'subject' | 'text' | 'html'> {
  return { subject: message?.Subject?.Data ?? '', text: message?.Body?.Text?.Data, html: message?.Body?.Html?.Data };
}

/** As SES forms it: the region's mark, the time, a UUID, and zeros. */
function newMessageId(kernel: Kernel): string {
  return `0100${kernel.nowMs().toString(16).padStart(12, '0')}-${kernel.uuid()}-000000`;
}
