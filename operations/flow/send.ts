import { randomUUID } from 'node:crypto';
import { type EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { CONTRACTS } from './summary.ts';

/** An event to publish: its type, with a major version where there are several (`OrderPlaced`, `OrderPlaced.v1`), and its data. */
export interface SendRequest {
  readonly type: string;
  readonly data: unknown;
  /** Thread to put it into; a new one where absent. */
  readonly correlationId?: string | undefined;
  readonly flow?: string | undefined;
}

export interface SentEvent {
  readonly eventId: string;
  readonly correlationId: string;
  readonly type: string;
  readonly dataschema: string;
}

/** No event type has that name. */
export class UnknownEventTypeError extends Error {
  constructor(name: string, known: readonly string[]) {
    super(`There is no event type "${name}". There are: ${known.join(', ')}`);
    this.name = 'UnknownEventTypeError';
  }
}

/** The bus did not take the event. */
export class EventRefusedError extends Error {
  constructor(code: string, message: string) {
    super(`The bus refused the event: ${code}: ${message}`);
    this.name = 'EventRefusedError';
  }
}

function findContract(name: string) {
  const events = [...CONTRACTS.values()].filter(({ kind }) => kind === 'event');
  const named = events.filter(({ type, major }) => name === type || name === `${type}.v${major}`).sort((a, b) => b.major - a.major)[0];
  if (!named)
    throw new UnknownEventTypeError(
      name,
      events.map(({ type, major }) => `${type}.v${major}`),
    );
  return named;
}

/**
 * Publishes an event by hand, in a valid envelope, checked against the closed form of its schema: what a producer could not have written is refused.
 * Throws `UnknownEventTypeError`, `SchemaInvalid` and `EventRefusedError`.
 */
export async function sendEvent(eventbridge: EventBridgeClient, busName: string, request: SendRequest, nowMs: number): Promise<SentEvent> {
  const contract = findContract(request.type);
  const payload = (contract as unknown as (data: unknown) => { subject: string; partitionkey: string; source: string; dataschema: string })(request.data);
  const eventId = randomUUID();
  const correlationId = request.correlationId ?? eventId;
  const hex = randomUUID().replaceAll('-', '');
  const envelope = {
    specversion: '1.0',
    id: eventId,
    ...payload,
    time: new Date(nowMs).toISOString(),
    datacontenttype: 'application/json',
    correlationid: correlationId,
    causationid: eventId,
    traceparent: `00-${hex}-${hex.slice(0, 16)}-01`,
    flow: request.flow ?? 'choreography',
  };
  const { Entries: [entry] = [] } = await eventbridge.send(
    new PutEventsCommand({ Entries: [{ EventBusName: busName, Source: payload.source, DetailType: contract.type, Detail: JSON.stringify(envelope) }] }),
  );
  if (entry?.ErrorCode) throw new EventRefusedError(entry.ErrorCode, entry.ErrorMessage ?? '');
  return { eventId, correlationId, type: contract.type, dataschema: payload.dataschema };
}
