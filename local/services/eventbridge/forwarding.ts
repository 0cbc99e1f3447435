import type { PutEventsRequestEntry } from '@aws-sdk/client-eventbridge';
import type { DeliveryPayload } from '../../kernel/service.ts';
import { eventNotValid } from './errors.ts';
import { detailTextOf } from './event.ts';

/** What a bus keeps of an event that another bus passed on. It cannot come over the wire. */
export interface Forwarded {
  readonly id: string;
  readonly hops: number;
  readonly account: string;
  readonly region: string;
  readonly replayName: string | undefined;
}

const HOPS = Symbol('hops');
const FORWARDED = Symbol('forwarded');

/** An entry of `PutEvents`, perhaps one that another bus passed on. */
export type Entry = PutEventsRequestEntry & { readonly [FORWARDED]?: Forwarded };

/** Marks a delivery with the number of buses the event has left. */
export function carriedHops(hops: number): object {
  return { [HOPS]: hops };
}

export function forwardedOf(entry: Entry): Forwarded | undefined {
  return entry[FORWARDED];
}

/** The entry by which a bus receives another bus's event: id, source, time and the rest stay as they are. */
export function forwardedEntry(busName: string, payload: DeliveryPayload): Entry {
  const event = parseEvent(payload.body);
  const text = (name: string): string => String(event[name] ?? '');
  const hops = (payload as { readonly [HOPS]?: number })[HOPS] ?? 1;
  return {
    EventBusName: busName,
    Source: text('source'),
    DetailType: text('detail-type'),
    Detail: detailTextOf(payload.body) ?? JSON.stringify(event['detail'] ?? null),
    Time: new Date(text('time')),
    Resources: event['resources'] as string[],
    [FORWARDED]: { id: text('id'), hops, account: text('account'), region: text('region'), replayName: text('replay-name') || undefined },
  };
}

/** A rule can make anything of an event for its target; a bus takes events only. */
function parseEvent(body: string): Record<string, unknown> {
  let event: unknown;
  try {
    event = JSON.parse(body);
  } catch {
    throw eventNotValid();
  }
  if (typeof event !== 'object' || event === null || Array.isArray(event)) throw eventNotValid();
  return event as Record<string, unknown>;
}
