import { GetItemCommand } from '@aws-sdk/client-dynamodb';
import { DescribeStreamSummaryCommand } from '@aws-sdk/client-kinesis';
import { consumerLags } from '../consumers/lag.ts';
import type { GroupDescription } from '../system.ts';
import type { FoundEvent, Search } from './evidence.ts';
import { type Judgement, step, stopped } from './judgement.ts';

interface Envelope {
  readonly type?: string;
  readonly dataschema?: string;
  readonly partitionkey?: string;
  readonly time?: string;
}

/** Whether a consumer group takes events of this type: a stream has everyone's. */
export function judgeDeclared({ consumer }: Search, event: FoundEvent): Judgement {
  const { type, dataschema } = JSON.parse(event.detail) as Envelope;
  const declared = `${type}.${/\/(v\d+)\.\d+$/.exec(dataschema ?? '')?.[1] ?? '–'}`;
  if (consumer.on.includes(declared)) return { steps: [step('pattern', 'ok', `the group takes ${declared}`)] };
  const because = `The group takes ${consumer.on.join(', ')}, and passes ${declared} by`;
  const clauses = [{ field: 'type', expected: consumer.on, found: declared }];
  return stopped('pattern', {
    verdict: 'pattern',
    because,
    advice: 'Declare it (`on`, in the stack and in the handler), if the group should take it.',
    clauses,
  });
}

/** Where the event is on its way through the stream: behind a parked key, held, not read yet, or older than what the stream keeps. */
export async function judgeStream(search: Search, { event, group }: { readonly event: FoundEvent; readonly group: GroupDescription }): Promise<Judgement> {
  const { partitionkey = '', time } = JSON.parse(event.detail) as Envelope;
  const parked = await judgeKey(search, partitionkey);
  if (parked) return parked;
  const { StreamDescriptionSummary: stream } = await search.clients.kinesis.send(new DescribeStreamSummaryCommand({ StreamARN: group.streamArn }));
  const retentionHours = stream?.RetentionPeriodHours ?? 0;
  if (time !== undefined && search.surroundings.nowMs() - Date.parse(time) > retentionHours * 3_600_000) {
    const because = `It is older than the ${retentionHours} h that the stream keeps, and was never processed: it is lost to this group`;
    return stopped('stream', { verdict: 'lost', because, advice: 'The archive of the bus, or the event store, may have it: `tickertape replay`.' });
  }
  const system = { ...search.system, consumers: [search.consumer] };
  const [lag] = await consumerLags(search.clients, system, search.surroundings.nowMs());
  const behind = lag?.oldestSeconds ?? 0;
  if (behind < 1) return { steps: [step('stream', 'unknown', 'the group is not behind, as far as Lambda has measured')] };
  const because = `The group is ${behind} s behind the stream: it has most likely not come to the event`;
  return stopped('stream', { verdict: 'waiting', because, advice: '`tickertape consumers lag`; docs/runbooks/stream-lag.md says how to scale out.' });
}

/** What the group remembers of the event's key. @see `functions/backbone/delivery/parked-keys.ts` */
async function judgeKey({ clients, consumer }: Search, key: string): Promise<Judgement | undefined> {
  const Key = { pk: { S: `PARKED#${consumer.consumer}` }, sk: { S: `KEY#${key}` } };
  const { Item: item } = await clients.dynamodb.send(new GetItemCommand({ TableName: consumer.tableName, Key, ConsistentRead: true }));
  if (!item) return undefined;
  const since = new Date(Number(item['firstFailedAtMs']?.N ?? 0)).toISOString();
  const first = item['eventKey']?.S ?? 'an event';
  if (item['state']?.S === 'PARKED') {
    const because = `Its key ${key} is parked since ${since}, behind ${first}: ${item['parked']?.N ?? '–'} records wait in order`;
    return stopped('stream', {
      verdict: 'parked',
      because,
      advice: `\`tickertape why ${first.split('#')[1] ?? ''} ${consumer.consumer}\`, mend it, then \`tickertape dlq redrive\`.`,
    });
  }
  const because = `${first} holds up its shard: attempt ${item['attempts']?.N ?? '–'} failed, the first at ${since}, and another follows`;
  return stopped('stream', { verdict: 'retrying', because, advice: 'When its patience ends the key is parked, and the shard goes on.' });
}
