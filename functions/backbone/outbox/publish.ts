import { EventBridgeClient, PutEventsCommand, type PutEventsCommandOutput, type PutEventsRequestEntry } from '@aws-sdk/client-eventbridge';
import type { Envelope } from '../envelope.ts';
import { lambdaPorts, once, type Ports, required, type Sender } from '../ports.ts';
import { log } from '../telemetry/telemetry.ts';

/** The world of a relay: a table and a bus. */
export interface BusPorts extends Ports {
  readonly eventBridge: Sender;
}

const eventBridge = once(() => new EventBridgeClient({}));

/** The world of a relay in Lambda. */
export const lambdaBusPorts: BusPorts = Object.defineProperties(Object.create(lambdaPorts), { eventBridge: { get: () => eventBridge() } }) as BusPorts;

/** An event to publish. */
export interface Outgoing {
  readonly envelope: Envelope;
  /** The envelope as it was committed. */
  readonly text: string;
}

/** @see https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html */
const ENTRIES_MAX = 10;

/** Below 1 MB in total, with room for how AWS counts. @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevents.html */
const CALL_BYTES_MAX = 1_000_000;

/** Calls for one event within one invocation; after that the stream's retry goes on. */
const ATTEMPTS_MAX = 4;
const WAIT_MS = 100;

/**
 * Publishes events in order of their partition keys: an event is sent only when those before it with the same key were accepted. Two events of one key never
 * share a call, for in a call one can fail and the next pass. What an entry's failure leaves is sent again, with the same id. Answers with what was not accepted.
 */
export async function publish<T extends Outgoing>(ports: BusPorts, outgoing: readonly T[]): Promise<ReadonlySet<T>> {
  let pending = [...outgoing];
  const attempts = new Map<T, number>();
  const givenUp = new Set<T>();
  const stuckKeys = new Set<string>();
  while (pending.length > 0) {
    const call = nextCall(pending);
    const failed = await send(ports, call);
    let failures = 0;
    for (const one of failed) {
      failures = Math.max(failures, (attempts.get(one) ?? 0) + 1);
      attempts.set(one, (attempts.get(one) ?? 0) + 1);
      if ((attempts.get(one) ?? 0) >= ATTEMPTS_MAX) stuckKeys.add(one.envelope.partitionkey);
    }
    const sent = new Set(call.filter((one) => !failed.has(one)));
    pending = pending.filter((one) => !sent.has(one));
    for (const one of pending) if (stuckKeys.has(one.envelope.partitionkey)) givenUp.add(one);
    pending = pending.filter((one) => !givenUp.has(one));
    if (failures > 0 && pending.length > 0) await ports.waitMs(WAIT_MS * 2 ** (failures - 1) * (0.5 + ports.random()));
  }
  return givenUp;
}

/** The first events of their keys, as many as one call takes. */
function nextCall<T extends Outgoing>(pending: readonly T[]): readonly T[] {
  const keys = new Set<string>();
  const call: T[] = [];
  let sizeBytes = 0;
  for (const one of pending) {
    const { partitionkey } = one.envelope;
    if (keys.has(partitionkey)) continue;
    keys.add(partitionkey);
    const entryBytes = sizeOf(one);
    if (call.length > 0 && sizeBytes + entryBytes > CALL_BYTES_MAX) continue;
    call.push(one);
    sizeBytes += entryBytes;
    if (call.length === ENTRIES_MAX) break;
  }
  return call;
}

/** As AWS counts an entry: source, detail type, detail, and 14 bytes for the time. @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevents.html */
function sizeOf({ envelope, text }: Outgoing): number {
  return Buffer.byteLength(text) + Buffer.byteLength(envelope.source) + Buffer.byteLength(envelope.type) + 14;
}

async function send<T extends Outgoing>({ eventBridge: client, environment }: BusPorts, call: readonly T[]): Promise<ReadonlySet<T>> {
  const EventBusName = required(environment, 'EVENT_BUS_NAME');
  const Entries: PutEventsRequestEntry[] = call.map(({ envelope, text }) => ({
    EventBusName,
    Source: envelope.source,
    DetailType: envelope.type,
    Detail: text,
    Time: new Date(envelope.time),
  }));
  const output = (await client.send(new PutEventsCommand({ Entries }))) as PutEventsCommandOutput;
  const failed = new Set<T>();
  for (const [index, one] of call.entries()) {
    const result = output.Entries?.[index];
    if (result?.EventId && !result.ErrorCode) continue;
    failed.add(one);
    log('warn', 'not published', {
      eventId: one.envelope.id,
      eventType: one.envelope.type,
      code: result?.ErrorCode ?? 'no answer',
      detail: result?.ErrorMessage,
    });
  }
  return failed;
}
