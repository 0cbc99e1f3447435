import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import type { Context, KinesisStreamEvent, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import type { EventContract } from '../../../schemas/index.ts';
import { SchemaInvalid } from '../../../schemas/index.ts';
import { commitKeyOf, completed } from '../commit-record.ts';
import { contractOf } from '../delivery/attempt.ts';
import { type Incoming, readMessage, readText } from '../delivery/message.ts';
import { dispositionOf } from '../delivery/outcome.ts';
import { journeyOf, lambdaQueuePorts, letterOf, type QueuePorts, sendToDeadLetterQueue } from '../delivery/queue.ts';
import type { Envelope } from '../envelope.ts';
import { MalformedError } from '../errors.ts';
import { type Ports, required } from '../ports.ts';
import { toItem } from '../table.ts';
import { counted } from '../telemetry/invocation.ts';
import { type InvocationCounts, log } from '../telemetry/telemetry.ts';
import { applyEvents } from './apply.ts';
import { TooFarAheadError } from './fold.ts';
import { pointersOf, targetsOf } from './generations.ts';
import { type PositionItem, positionKeyOf } from './items.ts';
import { type Projection, takes, withoutSecrets } from './projection.ts';

/** What a projector declares. */
export interface ProjectorOptions {
  /** Name of its consumer group. */
  readonly name: string;
  readonly projections: readonly Projection[];
}

/** A Lambda function on a stream, and on the queue that brings what is redriven. */
export type ProjectorFunction = (event: SQSEvent | KinesisStreamEvent, context: Context) => Promise<SQSBatchResponse>;

/** A record, whatever it came in. */
interface Delivered {
  readonly incoming: Incoming;
  /** What the answer names it by. */
  readonly identifier: string;
  readonly messageId: string;
  /** Attempts over all its journeys. */
  readonly attempts: number;
  readonly firstFailedAt: string | undefined;
}

/**
 * Makes the Lambda handler that folds a stream's events into read models, a batch at a time. A defect of the fold stops the one source that it meets, in the one projection: its event is
 * dead-lettered, and the later ones of that source wait in its item until the redriven one lets them through. All else goes on.
 */
export function projector({ name, projections }: ProjectorOptions, ports: QueuePorts = lambdaQueuePorts): ProjectorFunction {
  const contracts = new Map(projections.flatMap(({ on }) => on.map((contract) => [contract.dataschema, contract] as const)));
  const on = [...contracts.values()];
  const run = async (event: SQSEvent | KinesisStreamEvent, _: Context, counts: InvocationCounts): Promise<SQSBatchResponse> => {
    const delivered = deliveredOf(event);
    try {
      await fold({ name, projections, on, ports, counts }, delivered);
    } catch (error) {
      counts.add('Retried', delivered.length);
      log('warn', 'batch not folded', { consumer: name, records: delivered.length }, error);
      // Of a stream Lambda begins again with the lowest that is named; what was written by then is a duplicate.
      return { batchItemFailures: delivered.map(({ identifier }) => ({ itemIdentifier: identifier })) };
    }
    const last = lastOf(event, delivered);
    if (last) await notePosition(ports, { name, projections, ...last });
    return { batchItemFailures: [] };
  };
  return counted(name, run);
}

interface Folding extends ProjectorOptions {
  readonly on: readonly EventContract[];
  readonly ports: QueuePorts;
  readonly counts: InvocationCounts;
}

async function fold({ name, projections, on, ports, counts }: Folding, delivered: readonly Delivered[]): Promise<void> {
  const events = new Map<string, { readonly one: Delivered; readonly event: Envelope }>();
  for (const one of delivered) {
    try {
      const event = readEvent(on, one.incoming);
      if (event && projections.some((projection) => takes(projection, event))) {
        for (const projection of projections) if (takes(projection, event)) projection.source(event);
        events.set(one.incoming.eventKey, { one, event });
      } else counts.add('Skipped');
    } catch (error) {
      if (!(error instanceof MalformedError)) throw error;
      await deadLetter({ name, ports, counts }, one, error);
    }
  }
  if (events.size === 0) return;
  const targets = targetsOf(projections, await pointersOf(ports, projections));
  const { applied, duplicates, failed } = await applyEvents(
    ports,
    targets,
    [...events.values()].map(({ event }) => event),
  );
  counts.add('Processed', applied);
  if (duplicates > 0) counts.add('Duplicates', duplicates);
  for (const { event, error, target } of failed) {
    const key = `${event.source}#${event.id}`;
    const body = JSON.stringify(event);
    const one = events.get(key)?.one ?? { incoming: { ...readText(body), receiveCount: 1, isRedriven: false, queuedMs: undefined }, ...unknownJourney(event) };
    log('error', 'not folded', { consumer: name, projection: target.projection.name, generation: target.generation, eventId: event.id }, error);
    await deadLetter({ name, ports, counts }, one, error);
  }
  const failedKeys = new Set(failed.map(({ event }) => `${event.source}#${event.id}`));
  for (const [key, { one, event }] of events) if (one.incoming.isRedriven && !failedKeys.has(key)) await noteRedriven(ports, name, { one, event });
}

const unknownJourney = ({ id }: Envelope): Pick<Delivered, 'identifier' | 'messageId' | 'attempts' | 'firstFailedAt'> => ({
  identifier: id,
  messageId: id,
  attempts: 1,
  firstFailedAt: undefined,
});

function deliveredOf({ Records }: SQSEvent | KinesisStreamEvent): readonly Delivered[] {
  return Records.map((record): Delivered => {
    if ('kinesis' in record) {
      const text = readText(Buffer.from(record.kinesis.data, 'base64').toString());
      const incoming: Incoming = { ...text, receiveCount: 1, isRedriven: false, queuedMs: undefined };
      return { incoming, identifier: record.kinesis.sequenceNumber, messageId: record.eventID, attempts: 1, firstFailedAt: undefined };
    }
    const message = readMessage(record);
    return { incoming: message, identifier: record.messageId, ...journeyOf(message) };
  });
}

/** Reads an event as its contract has it, without its secrets; `undefined` where no projection takes it. @throws {MalformedError} */
function readEvent(on: readonly EventContract[], { content }: Incoming): Envelope | undefined {
  if (content.kind === 'malformed') throw content.error instanceof MalformedError ? content.error : new MalformedError('No event', { cause: content.error });
  const { envelope } = content.received;
  const contract = contractOf(on, envelope);
  if (!contract) return undefined;
  try {
    // An event that waited here before it failed has lost its secrets, which its contract asks for.
    const withheld = Object.fromEntries(contract.secret.map((name) => [name, 'withheld']));
    contract.parse({ ...withheld, ...(envelope.data as object) });
  } catch (error) {
    if (error instanceof SchemaInvalid) throw new MalformedError(error.message, { cause: error });
    throw error;
  }
  return withoutSecrets(contract, envelope);
}

async function deadLetter(
  { name, ports, counts }: Pick<Folding, 'name' | 'ports' | 'counts'>,
  { incoming, messageId, attempts, firstFailedAt }: Delivered,
  error: unknown,
): Promise<void> {
  const disposition = dispositionOf(error, ports.nowMs());
  const reason = error instanceof TooFarAheadError ? 'parked' : disposition.kind === 'dead-letter' ? disposition.reason : disposition.reasonAtEnd;
  const journey = { messageId, attempts, firstFailedAt: firstFailedAt ?? new Date(ports.nowMs()).toISOString() };
  await sendToDeadLetterQueue(ports, letterOf(ports, incoming, { consumer: name, reason, error }, journey));
  counts.add('DeadLettered');
}

/** What an operator reads of a redrive: that the event took effect here. */
async function noteRedriven(ports: Ports, consumer: string, { one, event }: { readonly one: Delivered; readonly event: Envelope }): Promise<void> {
  const { content } = one.incoming;
  const record = {
    ...commitKeyOf({ consumer, epoch: '0', source: event.source, id: event.id }),
    payloadHash: content.kind === 'event' ? content.payloadHash : '',
    ...completed({ events: [], nowMs: ports.nowMs() }),
  };
  await ports.dynamodb.send(new PutItemCommand({ TableName: required(ports.environment, 'TABLE_NAME'), Item: toItem(record) }));
}

type Position = Pick<PositionItem, 'shardId' | 'sequenceNumber' | 'eventTime'>;

function lastOf({ Records }: SQSEvent | KinesisStreamEvent, delivered: readonly Delivered[]): Position | undefined {
  const record = Records.at(-1);
  const content = delivered.at(-1)?.incoming.content;
  if (!record || !('kinesis' in record) || content?.kind !== 'event') return undefined;
  const [shardId = ''] = record.eventID.split(':');
  return { shardId, sequenceNumber: record.kinesis.sequenceNumber, eventTime: content.received.envelope.time };
}

/** Only what an operator reads of lag: a position that could not be noted is noted with the next batch. */
async function notePosition(ports: Ports, { name, projections, ...position }: Position & ProjectorOptions): Promise<void> {
  const versions = Object.fromEntries(projections.map((projection) => [projection.name, projection.version]));
  const item: PositionItem = { ...positionKeyOf(name, position.shardId), entity: 'POSITION', ...position, at: new Date(ports.nowMs()).toISOString(), versions };
  try {
    await ports.dynamodb.send(new PutItemCommand({ TableName: required(ports.environment, 'TABLE_NAME'), Item: toItem(item) }));
  } catch (error) {
    log('warn', 'position not noted', { consumer: name }, error);
  }
}
