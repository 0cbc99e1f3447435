import { SESv2Client, SendEmailCommand } from '@aws-sdk/client-sesv2';
import { RetryableError, TerminalError, ThrottledError } from '../backbone/errors.ts';
import { lambdaPorts, once, type Ports, required, type Sender } from '../backbone/ports.ts';
import type { Mailer } from './mailer.ts';

/** SES limits mail by the second; a pause of one is enough. @see https://docs.aws.amazon.com/ses/latest/dg/manage-sending-quotas-errors.html */
const PAUSE_SECONDS = 1;

/** Errors that say the letter itself will never be taken. @see https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_SendEmail.html */
const REFUSALS: ReadonlySet<string> = new Set(['BadRequestException', 'MessageRejected']);

/** Errors that the operator of the account can mend, while the letter waits. */
const OUTAGES: ReadonlySet<string> = new Set([
  'AccountSuspendedException',
  'MailFromDomainNotVerifiedException',
  'SendingPausedException',
  'NotFoundException',
]);

const THROTTLES: ReadonlySet<string> = new Set(['LimitExceededException', 'TooManyRequestsException']);

const client = once(() => new SESv2Client({}) as Sender);

/** Sends by SES, from `MAIL_FROM`. */
export function sesMailer({ environment }: Pick<Ports, 'environment'> = lambdaPorts, sender: () => Sender = client): Mailer {
  return {
    async send({ to, subject, text }) {
      const command = new SendEmailCommand({
        FromEmailAddress: required(environment, 'MAIL_FROM'),
        Destination: { ToAddresses: [to] },
        Content: { Simple: { Subject: { Data: subject, Charset: 'UTF-8' }, Body: { Text: { Data: text, Charset: 'UTF-8' } } } },
      });
      try {
        await sender().send(command);
      } catch (error) {
        throw translated(error);
      }
    },
  };
}

function translated(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const message = `SES: ${error.name}: ${error.message}`;
  if (REFUSALS.has(error.name)) return new TerminalError(message, { code: 'MAIL_REFUSED', cause: error });
  if (THROTTLES.has(error.name)) return new ThrottledError(message, { retryAfterSeconds: PAUSE_SECONDS, cause: error });
  if (OUTAGES.has(error.name)) return new RetryableError(message, { cause: error });
  return error;
}
