import type { Payload } from '../../schemas/index.ts';
import { MalformedError } from './errors.ts';

/**
 * A CloudEvents 1.0 event with our extensions. It is the same on every leg: outbox, bus, queue, stream.
 * @see https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/spec.md
 */
export interface Envelope<Type extends string = string, Data = unknown> {
  readonly specversion: '1.0';
  /** Unique within `source`. An equal pair is a duplicate. */
  readonly id: string;
  /** `tickertape.<context>` */
  readonly source: string;
  /** `OrderPlaced` */
  readonly type: Type;
  readonly time: string;
  /** The entity that the event is about. */
  readonly subject: string;
  readonly datacontenttype: 'application/json';
  /** `tickertape:<context>/<kebab-type>/v<major>.<minor>` */
  readonly dataschema: string;
  readonly data: Data;
  /** The same for all that follows from one request. */
  readonly correlationid: string;
  /** `id` of the event or command that was the cause. */
  readonly causationid: string;
  /** W3C trace context. @see https://www.w3.org/TR/trace-context/ */
  readonly traceparent: string;
  /** What the event is ordered by. */
  readonly partitionkey: string;
  /** Which of the flows the request takes: `choreography` or `orchestration`. */
  readonly flow: string;
  /** Version of the aggregate, padded so that text order is number order. Absent where the order across commits does not matter. */
  readonly sequence?: string;
}

/** What was received: the envelope, and the replay that brought it, where one did. */
export interface Received {
  readonly envelope: Envelope;
  /** Name of the archive replay. EventBridge marks each event that it replays. */
  readonly replayName: string | undefined;
}

/** What an emitted event takes over from its cause. */
export interface Cause {
  readonly id: string;
  readonly correlationid: string;
  readonly traceparent: string;
  readonly flow: string;
}

const REQUIRED = ['id', 'source', 'type', 'time', 'subject', 'dataschema', 'correlationid', 'causationid', 'traceparent', 'partitionkey', 'flow'] as const;

/** Digits of a padded sequence: as many as the largest safe integer has. */
const SEQUENCE_DIGITS = 16;

/**
 * Reads the envelope from a message body: an EventBridge event whose `detail` is the envelope, or the envelope itself.
 * @throws {MalformedError} naming what is missing
 * @see https://docs.aws.amazon.com/eventbridge/latest/ref/events-structure.html
 */
export function parseEnvelope(body: string): Received {
  const outer = recordOf(parseJson(body));
  const candidate = outer && 'detail' in outer ? recordOf(outer['detail']) : outer;
  if (candidate?.['specversion'] !== '1.0') throw new MalformedError('No envelope: `detail` is not a CloudEvents 1.0 event (`specversion` is not "1.0")');
  for (const name of REQUIRED) {
    const value = candidate[name];
    if (typeof value !== 'string' || value === '') throw new MalformedError(`The envelope's \`${name}\` is not a text`);
  }
  if (recordOf(candidate['data']) === undefined) throw new MalformedError("The envelope's `data` is not an object");
  const replayName = outer?.['replay-name'];
  return { envelope: candidate as unknown as Envelope, replayName: typeof replayName === 'string' ? replayName : undefined };
}

/** Completes a payload to an envelope. */
export function envelopeOf(
  payload: Payload,
  { id, time, cause, sequence }: { readonly id: string; readonly time: string; readonly cause: Cause; readonly sequence?: number | undefined },
): Envelope {
  const { type, source, subject, dataschema, partitionkey, data } = payload;
  return {
    specversion: '1.0',
    id,
    source,
    type,
    time,
    subject,
    datacontenttype: 'application/json',
    dataschema,
    correlationid: cause.correlationid,
    causationid: cause.id,
    traceparent: cause.traceparent,
    partitionkey,
    flow: cause.flow,
    ...(sequence !== undefined && { sequence: String(sequence).padStart(SEQUENCE_DIGITS, '0') }),
    data,
  };
}

/** Major version in a `dataschema`; `undefined` where it is not one of ours. */
export function majorOf(dataschema: string): number | undefined {
  const major = /^tickertape:[^/]+\/[^/]+\/v(\d+)\.\d+$/.exec(dataschema)?.[1];
  return major === undefined ? undefined : Number(major);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new MalformedError('The message is not JSON', { cause });
  }
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : undefined;
}
