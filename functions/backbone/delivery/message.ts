import type { SQSRecord } from 'aws-lambda';
import { type EarlierDeadLettering, earlierDeadLettering, keyOfForeign } from '../dead-letters/dead-letter.ts';
import { parseEnvelope, type Received } from '../envelope.ts';
import { payloadHashOf } from '../identity.ts';
import { CLIMB_ATTRIBUTE, type Climb, readClimb } from './climb.ts';

/** What came in, or why it is no event. */
export type Content =
  | { readonly kind: 'event'; readonly received: Received; readonly payloadHash: string }
  | { readonly kind: 'malformed'; readonly error: unknown };

/** What a consumer attempts, wherever it came from, read as far as it can be read. */
export interface Incoming {
  /** The text as it came. */
  readonly body: string;
  readonly content: Content;
  /** `<source>#<event id>`, or what else identifies a message without an envelope. */
  readonly eventKey: string;
  /** Number of this attempt. A queue counts how often it has handed a message out; a redrive makes a new message, which starts at 1 again. */
  readonly receiveCount: number;
  /** Whether it comes back from a dead-letter queue, whoever had moved it there. */
  readonly isRedriven: boolean;
  /** When it came into its queue, by which it expires; `undefined` where it does not. */
  readonly queuedMs: number | undefined;
  /** When it came into the stream that it was read from; `undefined` where it came another way. */
  readonly arrivedMs?: number;
}

/** A message of a queue. */
export interface Message extends Incoming {
  readonly record: SQSRecord;
  /** Set where the message comes back from a dead-letter queue that a handler had sent it to. */
  readonly earlier: EarlierDeadLettering | undefined;
  /** Set where the message comes from a rung of the retry ladder. */
  readonly climb: Climb | undefined;
}

/** What a redrive adds to a message that it sends again. The queue's own redrive policy leaves no trace in one. */
const REDRIVE_ATTRIBUTE = 'redriveJob';

/** Reads a record. A record that is no event is a message too: it has to be dead-lettered. */
export function readMessage(record: SQSRecord): Message {
  const earlier = earlierDeadLettering((name) => record.messageAttributes[name]?.stringValue);
  const climb = readClimb(record.messageAttributes[CLIMB_ATTRIBUTE]?.stringValue);
  return {
    ...readText(record.body),
    record,
    earlier,
    climb,
    receiveCount: Number(record.attributes.ApproximateReceiveCount),
    isRedriven: climb?.isRedriven === true || earlier !== undefined || record.messageAttributes[REDRIVE_ATTRIBUTE] !== undefined,
    queuedMs: Number(record.attributes.SentTimestamp),
  };
}

/** Reads a text as an event, as far as it is one. */
export function readText(body: string): Pick<Incoming, 'body' | 'content' | 'eventKey'> {
  try {
    const received = parseEnvelope(body);
    const { source, id, data } = received.envelope;
    return { body, eventKey: `${source}#${id}`, content: { kind: 'event', received, payloadHash: payloadHashOf(data) } };
  } catch (error) {
    return { body, eventKey: keyOfForeign(body), content: { kind: 'malformed', error } };
  }
}

/** Incoming with an equal identity are one event with one payload. */
export function identityOf({ eventKey, content }: Incoming): string {
  return content.kind === 'event' ? `${eventKey}#${content.payloadHash}#${content.received.replayName ?? ''}` : eventKey;
}

/** What an event is ordered by; `undefined` of what is no event. */
export function partitionKeyOf({ content }: Incoming): string | undefined {
  return content.kind === 'event' ? content.received.envelope.partitionkey : undefined;
}
