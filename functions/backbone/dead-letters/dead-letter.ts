import type { MessageAttributeValue } from '@aws-sdk/client-sqs';
import type { DeadLetterReason } from '../delivery/outcome.ts';
import { sha256 } from '../identity.ts';

/** All that is known of a message that could not be processed. */
export interface DeadLetter {
  readonly consumer: string;
  /** `<source>#<event id>`; for a message without an envelope what else identifies it. The same after any number of moves between queues. */
  readonly eventKey: string;
  readonly type: string | undefined;
  readonly correlationId: string | undefined;
  readonly reason: DeadLetterReason;
  readonly fingerprint: string;
  /** `name: message` and the top of the stack. */
  readonly error: string;
  readonly attempts: number;
  readonly firstFailedAt: string;
  readonly lastFailedAt: string;
  readonly codeVersion: string;
  /** The message as it was received. */
  readonly body: string;
  readonly messageId: string;
  /** The consumer's queue; `undefined` where the bus dead-lettered it, before it came to any. */
  readonly queueUrl: string | undefined;
  readonly deadLetterQueueUrl: string;
  /** What became of its attempts on the rungs of a retry ladder: JSON text. */
  readonly history?: string;
}

const FRAMES = 3;
const ERROR_LENGTH_MAX = 1024;

/** Failures of one kind have one fingerprint: the error's name, its message without what differs from case to case, and the functions on top of the stack. */
export function fingerprintOf(error: unknown): string {
  const { name, message, stack } = asError(error);
  const frames = (stack ?? '')
    .split('\n')
    .map((line) => /^\s*at (?:async )?(?:new )?([^\s(]+) \(/.exec(line)?.[1])
    .filter((frame) => frame !== undefined)
    .slice(0, FRAMES);
  return sha256([name, normalised(message), ...frames].join('\n')).slice(0, 16);
}

/** What differs from case to case in a message: ids, numbers, quoted values. */
function normalised(message: string): string {
  return message
    .replace(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/gi, '<id>')
    .replace(/\b[0-9a-f]{16,}\b/gi, '<id>')
    .replace(/(["'`]).*?\1/g, '<value>')
    .replace(/\d+/g, '<n>');
}

/** The error in a few lines. */
export function describeError(error: unknown): string {
  const { name, message, stack, cause } = asError(error);
  const frames = (stack ?? '')
    .split('\n')
    .filter((line) => /^\s*at /.test(line))
    .slice(0, FRAMES);
  const because = cause instanceof Error ? ` (${cause.name}: ${cause.message})` : '';
  return [`${name}: ${message}${because}`, ...frames].join('\n').slice(0, ERROR_LENGTH_MAX);
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}

/** Identifies a message without an envelope: by EventBridge's own event id, else by its text. */
export function keyOfForeign(body: string): string {
  const byText = `unknown#${sha256(body)}`;
  try {
    const { source, id } = JSON.parse(body) as { source?: unknown; id?: unknown };
    return typeof source === 'string' && typeof id === 'string' ? `${source}#${id}` : byText;
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError) return byText;
    throw error;
  }
}

/** The message attributes that a dead letter carries: ten, which is as many as a message can have. A history takes the place of the correlation id, which the body has as well. @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-message-metadata.html */
export function attributesOf(letter: DeadLetter): Record<string, MessageAttributeValue> {
  const texts = {
    reason: letter.reason,
    fingerprint: letter.fingerprint,
    error: letter.error,
    consumer: letter.consumer,
    codeVersion: letter.codeVersion,
    firstFailedAt: letter.firstFailedAt,
    lastFailedAt: letter.lastFailedAt,
    eventKey: letter.eventKey,
    ...(letter.history === undefined ? { correlationId: letter.correlationId ?? '–' } : { history: letter.history }),
  };
  const attributes: Record<string, MessageAttributeValue> = { attempts: { DataType: 'Number', StringValue: String(letter.attempts) } };
  for (const [name, text] of Object.entries(texts)) attributes[name] = { DataType: 'String', StringValue: sendable(text) };
  return attributes;
}

/** Text that SQS takes: no control characters but tab, line feed and carriage return, not empty. @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html */
function sendable(text: string): string {
  return text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ud800-\udfff\ufffe\uffff]/g, '?') || '–';
}

/** What the attributes of a received message say of an earlier dead-lettering by a handler. */
export interface EarlierDeadLettering {
  readonly reason: string;
  readonly fingerprint: string;
  readonly error: string;
  readonly attempts: number;
  readonly firstFailedAt: string;
  readonly lastFailedAt: string;
  readonly codeVersion: string;
}

/** Reads what a handler wrote into the attributes; `undefined` where the message was never dead-lettered by one. A move from the dead-letter queue keeps attributes. */
export function earlierDeadLettering(attribute: (name: string) => string | undefined): EarlierDeadLettering | undefined {
  const [reason, fingerprint, firstFailedAt] = [attribute('reason'), attribute('fingerprint'), attribute('firstFailedAt')];
  if (!reason || !fingerprint || !firstFailedAt) return undefined;
  return {
    reason,
    fingerprint,
    firstFailedAt,
    error: attribute('error') ?? '',
    attempts: Number(attribute('attempts') ?? 0),
    lastFailedAt: attribute('lastFailedAt') ?? firstFailedAt,
    codeVersion: attribute('codeVersion') ?? '',
  };
}
