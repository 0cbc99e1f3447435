import { paginateQuery } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import type { Clients } from '../clients.ts';
import type { ConsumerDescription, System } from '../system.ts';

/** One effect that is not what it was the first time. `changed`: it was another. `added`: there was none. `missing`: it was there. `failed`: the handler threw. */
export interface EffectDifference {
  readonly kind: 'changed' | 'added' | 'missing' | 'failed';
  readonly what: string;
  /** As JSON, where it is known. */
  readonly before?: string;
  readonly after?: string;
}

/** An event whose handling differs from the first time. */
export interface EventDifference {
  /** `<source>#<event id>` */
  readonly eventKey: string;
  readonly eventType: string;
  /** The handler has read items as they are now: what differs may be the state, and not the code. */
  readonly hasReadItems: boolean;
  readonly differences: readonly EffectDifference[];
}

/** What a replay or a rewind came to at one consumer. What was handled again is not counted here: that is in commit records. */
export interface ReplayReport {
  readonly consumer: string;
  /** The consumer takes no part. */
  readonly skipped: number;
  /** Compared, and nothing differs. */
  readonly same: number;
  readonly differs: number;
  /** There is no first time to compare with. */
  readonly unhandled: number;
  /** By event key; the first thousand. */
  readonly differences: readonly EventDifference[];
}

/** An item of a handler. @see `functions/backbone/delivery/replays/notes.ts` */
interface Note {
  readonly sk: string;
  readonly outcome: 'skipped' | 'same' | 'differs' | 'unhandled';
  readonly eventType: string;
  readonly hasReadItems?: boolean;
  readonly differences?: readonly EffectDifference[];
}

const DIFFERENCES_MAX = 1_000;

/** What consumers noted of a replay, by its epoch. Consumers that noted nothing are left out. */
export async function replayReports({ dynamodb }: Pick<Clients, 'dynamodb'>, { consumers }: System, epoch: string): Promise<ReplayReport[]> {
  const reports = await Promise.all(consumers.map((consumer) => reportOf(dynamodb, consumer, epoch)));
  return reports.filter(({ skipped, same, differs, unhandled }) => skipped + same + differs + unhandled > 0);
}

async function reportOf(client: Clients['dynamodb'], { consumer, tableName }: ConsumerDescription, epoch: string): Promise<ReplayReport> {
  const counts = { skipped: 0, same: 0, differs: 0, unhandled: 0 };
  const differences: EventDifference[] = [];
  const pages = paginateQuery(
    { client },
    { TableName: tableName, KeyConditionExpression: 'pk = :pk', ExpressionAttributeValues: { ':pk': { S: `REPLAY#${consumer}#${epoch}` } } },
  );
  for await (const { Items: items = [] } of pages) {
    for (const item of items) {
      const { sk, outcome, eventType, hasReadItems = false, differences: found = [] } = unmarshall(item) as Note;
      counts[outcome] += 1;
      if (outcome === 'differs' && differences.length < DIFFERENCES_MAX) differences.push({ eventKey: sk, eventType, hasReadItems, differences: found });
    }
  }
  return { consumer, ...counts, differences };
}
