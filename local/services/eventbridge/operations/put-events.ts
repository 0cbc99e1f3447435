import type { PutEventsCommandInput, PutEventsCommandOutput, PutEventsResultEntry } from '@aws-sdk/client-eventbridge';
import { refuseAllBut } from '../../../kernel/errors.ts';
import { type EntryError, entriesTooLarge, malformedDetail, notAuthorizedForSource, requiredArgument, validationException } from '../errors.ts';
import { type BusEvent, makeEvent } from '../event.ts';
import { type Entry, forwardedOf } from '../forwarding.ts';
import { countPutEvents } from '../metrics.ts';
import { busNameOf, type Events, type Output } from '../naming.ts';
import { route } from '../routing.ts';
import { busArn } from '../state.ts';

/** @see https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html */
const ENTRIES_BYTES_MAX = 1024 * 1024;

/** Bytes that a time counts for. @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevents.html#eb-putevent-size */
const TIME_BYTES = 14;

const ENTRY_MEMBERS = ['Time', 'Source', 'Resources', 'DetailType', 'Detail', 'EventBusName', 'TraceHeader'] as const;

/**
 * Takes events, each by itself: one that is refused does not hold back the others. This is also how other services of the plane bring their events: a
 * `kernel.request` of `PutEvents` on the default bus with an `aws.` source, as their service principal. Nobody else may use such a source, and no policy has to grant it.
 */
export function putEvents(input: PutEventsCommandInput, context: Events): Output<PutEventsCommandOutput> {
  refuseAllBut(['Entries'], input, { operation: 'PutEvents', page: 'eventbridge' });
  const entries: readonly Entry[] = input.Entries ?? [];
  if (sizeBytes(entries) > ENTRIES_BYTES_MAX) throw entriesTooLarge();
  const results = entries.map((entry): PutEventsResultEntry => {
    refuseAllBut(ENTRY_MEMBERS, entry, { operation: 'PutEvents', page: 'eventbridge' });
    const event = eventOf(entry, context);
    if ('ErrorCode' in event) {
      // A client reads the answer entry by entry. A rule's delivery must fail as a whole, or the event would be gone.
      if (forwardedOf(entry)) throw validationException(event.ErrorMessage);
      return event;
    }
    accept(event, busNameOf(entry.EventBusName), context);
    return { EventId: event.id };
  });
  const failed = results.filter(({ ErrorCode }) => ErrorCode !== undefined).length;
  countPutEvents(context.kernel, { entries: entries.length, failed });
  return { FailedEntryCount: failed, Entries: results };
}

function sizeBytes(entries: readonly Entry[]): number {
  let bytes = 0;
  for (const { Time, Source = '', DetailType = '', Detail = '', Resources = [] } of entries) {
    if (Time) bytes += TIME_BYTES;
    bytes += Buffer.byteLength(Source) + Buffer.byteLength(DetailType) + Buffer.byteLength(Detail);
    for (const resource of Resources) bytes += Buffer.byteLength(resource);
  }
  return bytes;
}

function eventOf(entry: Entry, { kernel, principal }: Events): BusEvent | EntryError {
  const { Source: source, DetailType: detailType, Detail: detailText, Time: time } = entry;
  if (!source) return requiredArgument('Source');
  if (!detailType) return requiredArgument('DetailType');
  if (!detailText) return requiredArgument('Detail');
  const forwarded = forwardedOf(entry);
  if (source.startsWith('aws.') && !forwarded && principal.type !== 'service') return notAuthorizedForSource();
  const detailValue = parseDetail(detailText);
  if (detailValue === undefined) return malformedDetail();
  return makeEvent(kernel, {
    id: forwarded?.id ?? kernel.uuid(),
    source,
    detailType,
    resources: entry.Resources ?? [],
    hops: forwarded?.hops ?? 0,
    traceHeader: entry.TraceHeader,
    replayName: forwarded?.replayName,
    timeMs: time && !Number.isNaN(time.getTime()) ? time.getTime() : kernel.nowMs(),
    account: forwarded?.account ?? kernel.accountId,
    region: forwarded?.region ?? kernel.region,
    detailText,
    detailValue,
  });
}

/** A detail is a JSON object. */
function parseDetail(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Puts an event on a bus. An event for a bus that does not exist is accepted and goes nowhere, as on AWS; the journal says so. */
function accept(event: BusEvent, busName: string, { kernel, state, cause }: Events): void {
  const { id, source, detailType, detail, resources } = event;
  const arn = busArn(kernel, busName);
  const put = kernel.journal.append({ service: 'eventbridge', kind: 'event-put', arn, cause, detail: { id, source, detailType, detail, resources } });
  if (state.buses.has(busName)) route(state, { event, busName, cause: put });
  else kernel.journal.append({ service: 'eventbridge', kind: 'event-unmatched', arn, cause: put, detail: { id, reason: 'The event bus does not exist.' } });
}
