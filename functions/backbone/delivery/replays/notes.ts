import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { COMMIT_RETENTION_SECONDS } from '../../commit-record.ts';
import { type Ports, required } from '../../ports.ts';
import { toItem } from '../../table.ts';
import type { Key } from '../../work.ts';
import type { Difference } from './comparison.ts';

/** What became of a replayed event that was not handled: one item an event, in the service's table. */
export interface ReplayNote {
  /** `skipped`: the consumer takes no part. `same`, `differs`: compared. `unhandled`: there is no first time to compare with. */
  readonly outcome: 'skipped' | 'same' | 'differs' | 'unhandled';
  readonly eventType: string;
  readonly differences?: readonly Difference[];
  /** The handler has read items as they are now, so that a difference may be one of state. */
  readonly hasReadItems?: boolean;
}

/** Key of what a replay came to at a consumer, and of one event there. */
export function noteKeyOf({ consumer, replayId, eventKey }: { readonly consumer: string; readonly replayId: string; readonly eventKey: string }): Key {
  return { pk: `REPLAY#${consumer}#${replayId}`, sk: eventKey };
}

/** Writes it down: the same however often the event comes. */
export async function noteReplayed(ports: Pick<Ports, 'dynamodb' | 'environment' | 'nowMs'>, key: Key, note: ReplayNote): Promise<void> {
  const expiresAt = Math.floor(ports.nowMs() / 1000) + COMMIT_RETENTION_SECONDS;
  const item = { ...key, entity: 'REPLAY_NOTE', ...note, at: new Date(ports.nowMs()).toISOString(), expiresAt };
  await ports.dynamodb.send(new PutItemCommand({ TableName: required(ports.environment, 'TABLE_NAME'), Item: toItem(item) }));
}
