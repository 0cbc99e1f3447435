import type { SQSRecord } from 'aws-lambda';
import { type EarlierDeadLettering, earlierDeadLettering, keyOfForeign } from '../dead-letters/dead-letter.ts';
import { parseEnvelope, type Received } from '../envelope.ts';
import { payloadHashOf } from '../identity.ts';

/** A message of a queue, read as far as it can be read. */
export interface Message {
  readonly record: SQSRecord;
  /** How often the queue has handed it out, this time included. A redrive makes a new message, which starts at 1 again. */
  readonly receiveCount: number;
  /** What came in, or why it is no event. */
  readonly content:
    | { readonly kind: 'event'; readonly received: Received; readonly payloadHash: string }
    | { readonly kind: 'malformed'; readonly error: unknown };
  /** `<source>#<event id>`, or what else identifies a message without an envelope. */
  readonly eventKey: string;
  /** Set where the message comes back from a dead-letter queue that a handler had sent it to. */
  readonly earlier: EarlierDeadLettering | undefined;
  /** Whether it comes back from a dead-letter queue, whoever had moved it there. */
  readonly isRedriven: boolean;
}

/** What a redrive adds to a message that it sends again. The queue's own redrive policy leaves no trace in one. */
const REDRIVE_ATTRIBUTE = 'redriveJob';

/** Reads a record. A record that is no event is a message too: it has to be dead-lettered. */
export function readMessage(record: SQSRecord): Message {
  const receiveCount = Number(record.attributes.ApproximateReceiveCount);
  const earlier = earlierDeadLettering((name) => record.messageAttributes[name]?.stringValue);
  const common = { record, receiveCount, earlier, isRedriven: earlier !== undefined || record.messageAttributes[REDRIVE_ATTRIBUTE] !== undefined };
  try {
    const received = parseEnvelope(record.body);
    const { source, id, data } = received.envelope;
    return { ...common, eventKey: `${source}#${id}`, content: { kind: 'event', received, payloadHash: payloadHashOf(data) } };
  } catch (error) {
    return { ...common, eventKey: keyOfForeign(record.body), content: { kind: 'malformed', error } };
  }
}

/** Messages with an equal identity are one event with one payload. */
export function identityOf({ eventKey, content }: Message): string {
  return content.kind === 'event' ? `${eventKey}#${content.payloadHash}#${content.received.replayName ?? ''}` : eventKey;
}
