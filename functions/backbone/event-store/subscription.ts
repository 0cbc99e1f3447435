import type { EventContract } from '../../../schemas/index.ts';
import { majorOf } from '../envelope.ts';
import { tableReader } from '../table.ts';
import type { Reader } from '../work.ts';
import type { Aggregate } from './aggregate.ts';
import { FEED_LAG_MS, type FeedEvent, type FeedPorts, type FeedRequest, feed } from './feed.ts';
import { keysBy } from './keys.ts';
import { history } from './load.ts';
import type { Log } from './log.ts';
import { opened } from './personal.ts';

/** What is subscribed to. */
export interface SubscriptionRequest extends Omit<FeedRequest, 'isOpened'> {
  readonly log: Log;
  readonly signal: AbortSignal;
}

/**
 * All events of an aggregate type: those that were, in the order of the feed, and then those that come, from the log. Each event once, those of one aggregate in their order; live, the order across aggregates is that of the
 * log, for who waits until it is certain waits for `FEED_LAG_MS`.
 *
 * Personal data is as it was appended, where its key is still there.
 *
 * The log is read from before the end of the feed: what both have is known by the aggregate's version. An event of which the log has lost the predecessor brings that with it, from the store.
 */
export async function* subscribe<State, C extends EventContract>(
  ports: FeedPorts,
  aggregate: Aggregate<State, C>,
  { log, signal, ...request }: SubscriptionRequest,
): AsyncGenerator<FeedEvent> {
  /** The last version of each aggregate that was given out; those before `after` are learnt when they are met. */
  const versions = new Map<string, number>();
  const caughtUp = feed(ports, aggregate, { ...request, isOpened: true });
  let next = await caughtUp.next();
  for (; !next.done; next = await caughtUp.next()) {
    if (signal.aborted) return;
    versions.set(next.value.position.id, next.value.position.version);
    yield next.value;
  }
  const until = next.value;
  const reader = tableReader(ports);
  const isOfType = ({ type, dataschema }: FeedEvent['envelope']): boolean =>
    aggregate.events.some((contract) => contract.type === type && contract.major === majorOf(dataschema));
  for await (const envelope of log.since(new Date(Date.parse(until) - FEED_LAG_MS).toISOString(), signal)) {
    const { partitionkey: id, sequence } = envelope;
    if (sequence === undefined || !isOfType(envelope)) continue;
    const version = Number(sequence);
    const known = versions.get(id) ?? (await knownOf(reader, aggregate, { until, envelope, version }));
    if (version > known + 1) {
      for await (const missing of history(reader, aggregate, id, { after: known })) {
        const position = { time: missing.time, id, version: Number(missing.sequence) };
        if (position.version >= version) break;
        yield { envelope: await opened(missing, keysBy(reader)), position };
      }
    }
    if (version > known) yield { envelope, position: { time: envelope.time, id, version } };
    versions.set(id, Math.max(known, version));
  }
}

interface Met {
  readonly until: string;
  readonly envelope: FeedEvent['envelope'];
  readonly version: number;
}

/** How many events the feed had of an aggregate that none was given out of: what is older than its end was in it, or before what was asked for. */
async function knownOf<State, C extends EventContract>(reader: Reader, aggregate: Aggregate<State, C>, { until, envelope, version }: Met): Promise<number> {
  if (envelope.time <= until) return version;
  if (version === 1) return 0;
  let count = 0;
  for await (const { time } of history(reader, aggregate, envelope.partitionkey)) {
    if (time > until || count >= version) break;
    count += 1;
  }
  return count;
}
