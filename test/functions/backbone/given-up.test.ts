import { beforeEach, describe, expect, it } from 'vitest';
import { indexDeadLetters } from '../../../functions/backbone/dead-letters/indexer.ts';
import type { IndexerPorts } from '../../../functions/backbone/dead-letters/indexer-ports.ts';
import { InvocationCounts } from '../../../functions/backbone/telemetry/telemetry.ts';
import { FakeClient, newWorld, orderEnvelope, START_MS, type World } from './world.ts';

let world: World;
let ports: IndexerPorts;
let kinesis: FakeClient;
let visible: object[];
/** Sequence number and event of what the shard still has. */
let shard: { readonly sequence: number; readonly text: string }[];
let deleted: unknown[];

const SUBSCRIPTION = {
  consumer: 'projector',
  on: ['OrderPlaced.v1'],
  source: 'stream',
  queueUrl: 'http://queues/projector',
  deadLetterQueueUrl: 'http://queues/projector-dlq',
  alarmName: 'depth',
  newLettersAlarmName: 'news',
};

/** Lambda's word of a batch that it gave up. */
const wordOf = (start: number, end: number, batchSize: number) =>
  JSON.stringify({
    requestContext: { requestId: 'r', functionArn: 'arn:aws:lambda:::f', condition: 'RetryAttemptsExhausted', approximateInvokeCount: 4 },
    responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
    version: '1.0',
    timestamp: '2026-03-15T14:30:00.000Z',
    KinesisBatchInfo: {
      shardId: 'shardId-000000000001',
      startSequenceNumber: String(start),
      endSequenceNumber: String(end),
      approximateArrivalOfFirstRecord: '2026-03-14T10:00:00.000Z',
      approximateArrivalOfLastRecord: '2026-03-14T10:00:01.000Z',
      batchSize,
      streamArn: 'arn:aws:kinesis:eu-central-1:000000000000:stream/events',
    },
  });

beforeEach(() => {
  world = newWorld();
  visible = [];
  deleted = [];
  shard = Array.from({ length: 5 }, (_, index) => ({ sequence: 10 + index, text: JSON.stringify(orderEnvelope(`o${index}`)) }));
  const ssm = new FakeClient();
  ssm.answer = () => ({ Parameters: [{ Value: JSON.stringify(SUBSCRIPTION) }] });
  kinesis = new FakeClient();
  kinesis.answer = ({ operation, input }) => {
    if (operation === 'GetShardIterator') return { ShardIterator: `${input['StartingSequenceNumber']}` };
    const from = Number(input['ShardIterator']);
    // Two a read, so that a batch takes several.
    const found = shard.filter(({ sequence }) => sequence >= from).slice(0, 2);
    return {
      Records: found.map(({ sequence, text }) => ({ SequenceNumber: String(sequence), Data: Buffer.from(text), PartitionKey: 'k' })),
      NextShardIterator: String((found.at(-1)?.sequence ?? from) + 1),
      MillisBehindLatest: found.length === 0 ? 0 : 1,
    };
  };
  world.sqs.answer = ({ operation, input }) => {
    if (operation === 'DeleteMessage') deleted.push(input['ReceiptHandle']);
    return operation === 'ReceiveMessage' ? { Messages: visible.splice(0, 10) } : {};
  };
  ports = Object.assign(Object.create(world.ports) as IndexerPorts, { ssm, kinesis });
});

function givenUp(word: string): Promise<void> {
  visible.push({ MessageId: 'm', ReceiptHandle: 'h', Body: word, Attributes: { ApproximateReceiveCount: '1', SentTimestamp: String(START_MS) } });
  return indexDeadLetters(ports, { detail: { alarmName: 'depth', state: { value: 'ALARM' } } }, new InvocationCounts());
}

const sent = () =>
  world.sqs.inputs('SendMessage').map(({ QueueUrl, MessageBody, MessageAttributes }) => ({
    QueueUrl,
    body: String(MessageBody),
    attributes: MessageAttributes as Record<string, { StringValue: string }>,
  }));

describe('what Lambda gives up of a stream', () => {
  it('is fetched while the stream has it, record by record, in the place of the word of it', async () => {
    await givenUp(wordOf(11, 13, 3));
    expect(sent().map(({ body }) => (JSON.parse(body) as { id: string }).id)).toEqual(['event-o1', 'event-o2', 'event-o3']);
    expect(sent()[0]).toMatchObject({
      QueueUrl: SUBSCRIPTION.deadLetterQueueUrl,
      attributes: { reason: { StringValue: 'retries-exhausted' }, attempts: { StringValue: '4' }, consumer: { StringValue: 'projector' } },
    });
    expect(world.table.get('index', 'CONSUMER#projector', 'tickertape.orders#event-o2')).toMatchObject({
      status: 'dead',
      type: 'OrderPlaced',
      payload: shard[2]?.text,
    });
    expect(deleted).toEqual(['h']);
    expect(world.sqs.inputs('ChangeMessageVisibilityBatch')).toEqual([]);
  });

  it('is looked for when something was sent, and again when nothing is sent any more', async () => {
    for (const value of ['ALARM', 'OK']) {
      visible.push({
        MessageId: value,
        ReceiptHandle: value,
        Body: wordOf(11, 11, 1),
        Attributes: { ApproximateReceiveCount: '1', SentTimestamp: String(START_MS) },
      });
      await indexDeadLetters(ports, { detail: { alarmName: 'news', state: { value } } }, new InvocationCounts());
    }
    expect(deleted).toEqual(['ALARM', 'OK']);
  });

  it('leaves out what the consumer does not take', async () => {
    shard[1] = { sequence: 11, text: JSON.stringify(orderEnvelope('o1', { type: 'OrderConfirmed' })) };
    await givenUp(wordOf(10, 12, 3));
    expect(sent()).toHaveLength(2);
  });

  it.each([
    { name: 'in part', keep: 12, letters: 3, said: /^LostWindow: 2 of 5 records are older than the retention/ },
    { name: 'wholly', keep: 99, letters: 0, said: /^LostWindow: 5 of 5 records .* shardId-000000000001 from 10 to 14, arrived 2026-03-14T10:00:00.000Z/ },
  ])('is said to be lost, $name, where the stream has it no more', async ({ keep, letters, said }) => {
    shard = shard.filter(({ sequence }) => sequence >= keep);
    await givenUp(wordOf(10, 14, 5));
    expect(sent()).toHaveLength(letters + 1);
    const last = sent().at(-1);
    expect(last?.attributes).toMatchObject({ reason: { StringValue: 'lost' }, error: { StringValue: expect.stringMatching(said) } });
    expect(JSON.parse(last?.body ?? '')).toHaveProperty('KinesisBatchInfo');
    expect(world.table.items('index').filter(({ reason }) => reason === 'lost')).toHaveLength(1);
  });

  it('is said to be lost where the shard itself is gone', async () => {
    kinesis.answer = () => {
      throw Object.assign(new Error('Shard not found'), { name: 'ResourceNotFoundException' });
    };
    await givenUp(wordOf(10, 14, 5));
    expect(sent().map(({ attributes }) => attributes['reason']?.StringValue)).toEqual(['lost']);
  });

  it('keeps its word where the stream cannot be read now', async () => {
    kinesis.answer = () => {
      throw Object.assign(new Error('Rate exceeded'), { name: 'ProvisionedThroughputExceededException' });
    };
    await expect(givenUp(wordOf(10, 14, 5))).rejects.toThrow('Rate exceeded');
    expect([sent(), deleted]).toEqual([[], []]);
    expect(world.sqs.inputs('ChangeMessageVisibilityBatch')).toHaveLength(1);
  });
});
