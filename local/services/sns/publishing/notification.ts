import type { Kernel } from '../../../kernel/kernel.ts';
import type { Subscription } from '../subscription/records.ts';
import type { Topic } from '../topic/records.ts';
import { bodyFor, type Message, type MessageAttributes } from './message.ts';

/** In the place of the signature and of the certificate's name: of the same length and form, and nothing signs. */
const SIGNATURE = Buffer.alloc(256, 'not signed ').toString('base64');
const CERTIFICATE = '7ff5318490ec183fbaddaa2a969abfda';

/** What a notification says of its attributes. */
function wireAttributes(attributes: MessageAttributes): Record<string, { Type: string; Value: string }> {
  return Object.fromEntries(
    Object.entries(attributes).map(([name, { DataType, StringValue = '', BinaryValue }]) => [
      name,
      { Type: DataType, Value: BinaryValue ? Buffer.from(BinaryValue).toString('base64') : StringValue },
    ]),
  );
}

interface Urls {
  readonly certificate: string;
  readonly unsubscribe: string;
}

function urlsOf({ region }: Kernel, { record }: Subscription): Urls {
  const host = `https://sns.${region}.amazonaws.com/`;
  return { certificate: `${host}SimpleNotificationService-${CERTIFICATE}.pem`, unsubscribe: `${host}?Action=Unsubscribe&SubscriptionArn=${record.arn}` };
}

/** What makes a notification. */
export interface NotificationParts {
  readonly kernel: Kernel;
  readonly topic: Topic;
  readonly subscription: Subscription;
  readonly message: Message;
}

/**
 * The text that a queue receives without raw delivery, in the form in which AWS writes it. A FIFO topic's has a sequence number and no signature.
 * Differs from AWS: `Signature` and `SigningCertURL` are place holders, and nothing answers at `UnsubscribeURL`.
 * @see https://docs.aws.amazon.com/sns/latest/dg/sns-message-and-json-formats.html
 */
export function queueNotification(parts: NotificationParts): string {
  const { subscription, message } = parts;
  const { id, subject, attributes, sequenceNumber, publishedMs } = message;
  const fixed = fixedLines(parts);
  const number = sequenceNumber === undefined ? '' : line('SequenceNumber', sequenceNumber);
  const about = subject === undefined ? '' : line('Subject', subject);
  const body = line('Message', bodyFor(message, subscription.record.protocol));
  const signed = sequenceNumber === undefined ? fixed.signature : '';
  const time = line('Timestamp', new Date(publishedMs).toISOString());
  const text = `{\n  "Type" : "Notification"${line('MessageId', id)}${number}${fixed.topic}${about}${body}${time}${signed}${fixed.unsubscribe}`;
  if (!attributes) return `${text}\n}`;
  const entries = Object.entries(wireAttributes(attributes)).map(([name, value]) => `    ${JSON.stringify(name)} : ${JSON.stringify(value)}`);
  return `${text},\n  "MessageAttributes" : {\n${entries.join(',\n')}\n  }\n}`;
}

const line = (name: string, value: string): string => `,\n  "${name}" : ${JSON.stringify(value)}`;

/** The lines that all notifications of a subscription have in common. */
interface FixedLines {
  readonly topic: string;
  readonly signatureVersion: string;
  readonly signature: string;
  readonly unsubscribe: string;
}

/** By subscription: they are most of a notification's text, and writing them costs more than all the rest. */
const fixedBySubscription = new WeakMap<Subscription, FixedLines>();

function fixedLines({ kernel, topic, subscription }: NotificationParts): FixedLines {
  const { signatureVersion } = topic.settings;
  const known = fixedBySubscription.get(subscription);
  if (known?.signatureVersion === signatureVersion) return known;
  const { certificate, unsubscribe } = urlsOf(kernel, subscription);
  const fixed = {
    topic: line('TopicArn', topic.record.arn),
    signatureVersion,
    signature: `${line('SignatureVersion', signatureVersion)}${line('Signature', SIGNATURE)}${line('SigningCertURL', certificate)}`,
    unsubscribe: line('UnsubscribeURL', unsubscribe),
  };
  fixedBySubscription.set(subscription, fixed);
  return fixed;
}

/** The event that a function receives. @see https://docs.aws.amazon.com/lambda/latest/dg/with-sns.html */
export function functionEvent({ kernel, topic, subscription, message }: NotificationParts): string {
  const { certificate, unsubscribe } = urlsOf(kernel, subscription);
  const notification = {
    Type: 'Notification',
    MessageId: message.id,
    TopicArn: topic.record.arn,
    Subject: message.subject ?? null,
    Message: bodyFor(message, 'lambda'),
    Timestamp: new Date(message.publishedMs).toISOString(),
    SignatureVersion: topic.settings.signatureVersion,
    Signature: SIGNATURE,
    SigningCertUrl: certificate,
    UnsubscribeUrl: unsubscribe,
    MessageAttributes: wireAttributes(message.attributes ?? {}),
  };
  return JSON.stringify({ Records: [{ EventSource: 'aws:sns', EventVersion: '1.0', EventSubscriptionArn: subscription.record.arn, Sns: notification }] });
}
