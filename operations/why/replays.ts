import { BatchGetItemCommand } from '@aws-sdk/client-dynamodb';
import { readRewinds } from '../consumers/rewind/memory.ts';
import { listReplays } from '../replays/replay.ts';
import type { Search } from './evidence.ts';
import { type Judgement, step } from './judgement.ts';

/** Replays that are asked for: the newest. One call takes a hundred keys. */
const REPLAYS_MAX = 50;

const TEXTS: Readonly<Record<string, string>> = {
  skipped: 'brought it again, and the consumer takes no part in such a replay: nothing was done',
  same: 'brought it again in a shadow: what was done would be done again',
  differs: 'brought it again in a shadow: something else would be done now, `tickertape replay status --differences`',
  unhandled: 'brought it in a shadow: it was not handled before, so that there is nothing to compare with',
};

/** What replays that brought the event again came to, where they did not handle it. They end nothing: the event has its own way. */
export async function judgeReplays({ clients, consumer, eventId }: Search, source: string | undefined): Promise<Judgement> {
  if (source === undefined) return { steps: [] };
  const [replays, { rewinds }] = await Promise.all([
    listReplays(clients.eventbridge),
    consumer.group ? readRewinds(clients.dynamodb, consumer) : { rewinds: [] },
  ]);
  const epochs = [...rewinds.map(({ id }) => id).reverse(), ...replays.map(({ epoch }) => epoch)].slice(0, REPLAYS_MAX);
  if (epochs.length === 0) return { steps: [] };
  const Keys = [...new Set(epochs)].map((epoch) => ({ pk: { S: `REPLAY#${consumer.consumer}#${epoch}` }, sk: { S: `${source}#${eventId}` } }));
  const { Responses } = await clients.dynamodb.send(new BatchGetItemCommand({ RequestItems: { [consumer.tableName]: { Keys } } }));
  const notes = (Responses?.[consumer.tableName] ?? []).sort((a, b) => (a['at']?.S ?? '').localeCompare(b['at']?.S ?? ''));
  return {
    steps: notes.map(({ pk, outcome, at }) =>
      step('replay', 'ok', `${pk?.S?.split('#').at(-1)} ${TEXTS[outcome?.S ?? ''] ?? 'brought it again'} (${at?.S ?? ''})`),
    ),
  };
}
