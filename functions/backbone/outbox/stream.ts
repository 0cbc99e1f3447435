import { KinesisClient, PutRecordsCommand, type PutRecordsCommandOutput, type PutRecordsRequestEntry } from '@aws-sdk/client-kinesis';
import { once, type Ports, type Sender } from '../ports.ts';
import { log } from '../telemetry/telemetry.ts';
import type { Outgoing } from './publish.ts';

/** The world of a relay that feeds a stream. */
export interface StreamPorts extends Ports {
  readonly kinesis: Sender;
  /** Milliseconds until the invocation has to have ended. */
  remainingMs(): number;
}

/** The client of a relay in Lambda. */
export const lambdaKinesis = once(() => new KinesisClient({}));

/** @see https://docs.aws.amazon.com/kinesis/latest/APIReference/API_PutRecords.html */
const RECORDS_MAX = 500;
/** Of all records of a call, partition keys included; the same page says 10 MiB since October 2025, and older endpoints refuse more than 5. */
const CALL_BYTES_MAX = 5 * 1024 * 1024;

const WAIT_MS_FIRST = 50;
const WAIT_MS_MAX = 3_000;

/** What stays of the invocation for its answer, and for the marks that the relay still writes. */
const RESERVE_MS = 2_000;

/** Rounds at most, whatever the clock says: with the longest wait more than a Lambda function can live. */
const ROUNDS_MAX = 1_000;

/**
 * Puts events into the stream, in order of their partition keys: PutRecords takes some records of a call and refuses others, and says itself that it keeps no order among them, so a call has
 * one record of a key, and the next follows when that one was taken. What was refused is put again with growing waits while the invocation has time. Answers with what was not taken.
 *
 * A call that got no answer may have been taken: it is put again, so that a consumer can meet an event twice, and an event that comes twice can come after its successor. Consumers
 * know an event by its id, projections by the aggregate's `sequence`.
 */
export async function putToStream<T extends Outgoing>(ports: StreamPorts, streamName: string, outgoing: readonly T[]): Promise<ReadonlySet<T>> {
  let pending = [...outgoing];
  let failures = 0;
  for (let round = 0; round < ROUNDS_MAX && pending.length > 0; round += 1) {
    const call = nextCall(pending);
    const refused = await put(ports, streamName, call);
    const taken = new Set(call.filter((one) => !refused.has(one)));
    pending = pending.filter((one) => !taken.has(one));
    failures = refused.size === 0 ? 0 : failures + 1;
    if (failures === 0) continue;
    const waitMs = Math.min(WAIT_MS_MAX, WAIT_MS_FIRST * 2 ** Math.min(failures - 1, 10)) * (0.5 + ports.random());
    if (ports.remainingMs() < waitMs + RESERVE_MS) break;
    await ports.waitMs(waitMs);
  }
  return new Set(pending);
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
    const recordBytes = Buffer.byteLength(one.text) + Buffer.byteLength(partitionkey);
    if (call.length > 0 && sizeBytes + recordBytes > CALL_BYTES_MAX) continue;
    call.push(one);
    sizeBytes += recordBytes;
    if (call.length === RECORDS_MAX) break;
  }
  return call;
}

async function put<T extends Outgoing>({ kinesis }: StreamPorts, StreamName: string, call: readonly T[]): Promise<ReadonlySet<T>> {
  const Records: PutRecordsRequestEntry[] = call.map(({ envelope, text }) => ({ PartitionKey: envelope.partitionkey, Data: Buffer.from(text) }));
  let output: PutRecordsCommandOutput;
  try {
    output = (await kinesis.send(new PutRecordsCommand({ StreamName, Records }))) as PutRecordsCommandOutput;
  } catch (error) {
    log('warn', 'nothing put into the stream', { records: call.length }, error);
    return new Set(call);
  }
  const refused = new Set<T>();
  for (const [index, one] of call.entries()) {
    const { SequenceNumber, ErrorCode = 'no answer', ErrorMessage } = output.Records?.[index] ?? {};
    if (SequenceNumber) continue;
    refused.add(one);
    log('warn', 'not put into the stream', { eventId: one.envelope.id, eventType: one.envelope.type, code: ErrorCode, detail: ErrorMessage });
  }
  return refused;
}
