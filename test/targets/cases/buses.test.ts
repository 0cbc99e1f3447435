import {
  CreateArchiveCommand,
  CreateEventBusCommand,
  DeleteArchiveCommand,
  DescribeArchiveCommand,
  DescribeReplayCommand,
  PutEventsCommand,
  PutRuleCommand,
  PutTargetsCommand,
  StartReplayCommand,
} from '@aws-sdk/client-eventbridge';
import { CreateQueueCommand, GetQueueAttributesCommand, type Message, ReceiveMessageCommand, SetQueueAttributesCommand } from '@aws-sdk/client-sqs';
import { describe, expect } from 'vitest';
import { onEveryTarget, type Target } from '../target.ts';

/** A bus, and a rule on it that brings what matches `pattern` into a queue. */
async function busWithQueue(target: Target, pattern: object, input: object = {}): Promise<{ bus: string; busArn: string; ruleArn: string; queueUrl: string }> {
  const { eventbridge, sqs } = target.clients;
  const bus = `${target.unique}-bus`;
  const { EventBusArn: busArn = '' } = await target.complete(eventbridge.send(new CreateEventBusCommand({ Name: bus })));
  const { QueueUrl: queueUrl = '' } = await target.complete(sqs.send(new CreateQueueCommand({ QueueName: `${target.unique}-of-bus` })));
  const { Attributes: found } = await target.complete(sqs.send(new GetQueueAttributesCommand({ QueueUrl: queueUrl, AttributeNames: ['QueueArn'] })));
  const queueArn = found?.['QueueArn'] ?? '';
  const rule = new PutRuleCommand({ Name: 'rule', EventBusName: bus, EventPattern: JSON.stringify(pattern) });
  const { RuleArn: ruleArn = '' } = await target.complete(eventbridge.send(rule));
  const statement = {
    Effect: 'Allow',
    Principal: { Service: 'events.amazonaws.com' },
    Action: 'sqs:SendMessage',
    Resource: queueArn,
    Condition: { ArnEquals: { 'aws:SourceArn': ruleArn } },
  };
  const policy = JSON.stringify({ Version: '2012-10-17', Statement: [statement] });
  await target.complete(sqs.send(new SetQueueAttributesCommand({ QueueUrl: queueUrl, Attributes: { Policy: policy } })));
  await target.complete(eventbridge.send(new PutTargetsCommand({ Rule: 'rule', EventBusName: bus, Targets: [{ Id: 'queue', Arn: queueArn, ...input }] })));
  return { bus, busArn, ruleArn, queueUrl };
}

function put(target: Target, bus: string, details: readonly object[]): Promise<unknown> {
  const entries = details.map((detail) => ({ EventBusName: bus, Source: 'suite', DetailType: 'Counted', Detail: JSON.stringify(detail) }));
  return target.complete(target.clients.eventbridge.send(new PutEventsCommand({ Entries: entries })));
}

/** Messages until there are `count`. */
async function messages(target: Target, queueUrl: string, count: number): Promise<Message[]> {
  const all: Message[] = [];
  await target.eventually(`${count} messages arrive`, async () => {
    const { Messages: some = [] } = await target.clients.sqs.send(new ReceiveMessageCommand({ QueueUrl: queueUrl, MaxNumberOfMessages: 10 }));
    all.push(...some);
    return all.length >= count ? true : undefined;
  });
  return all;
}

const QUOTED = { localstack: { because: 'LocalStack 4.14.0 delivers nothing where a quoted placeholder stands in a list', failure: /Not within 20 s/ } };

const REPLAY = { localstack: { because: 'StartReplay of LocalStack 4.14.0 fails', failure: /StartReplay|InternalError|InternalFailure|Exception/ } };

describe('buses', () => {
  onEveryTarget('a rule brings what its pattern matches, and nothing else', async (target) => {
    const pattern = {
      source: ['suite'],
      detail: { cents: [{ numeric: ['>', 100] }], card: [{ 'anything-but': { prefix: 'test' } }], note: [{ exists: false }] },
    };
    const { bus, queueUrl } = await busWithQueue(target, pattern);
    await put(target, bus, [
      { n: 1, cents: 101, card: 'visa' },
      { n: 2, cents: 100, card: 'visa' },
      { n: 3, cents: 900, card: 'test-1' },
      { n: 4, cents: 900, card: 'visa', note: '' },
      { n: 5, cents: 900, card: 'visa' },
    ]);
    const bodies = (await messages(target, queueUrl, 2)).map(({ Body = '' }) => JSON.parse(Body));
    expect(bodies.map(({ detail }) => detail.n).sort()).toEqual([1, 5]);
    expect(bodies[0]).toMatchObject({ version: '0', source: 'suite', 'detail-type': 'Counted' });
  });

  onEveryTarget(
    'an input transformer writes what the target gets',
    async (target) => {
      const transformer = {
        InputPathsMap: { n: '$.detail.n', text: '$.detail.text' },
        InputTemplate: '{"number": <n>, "text": "<text>", "again": [<n>, "<n>"]}',
      };
      const { bus, queueUrl } = await busWithQueue(target, { source: ['suite'] }, { InputTransformer: transformer });
      await put(target, bus, [{ n: 7, text: 'seven' }]);
      const [message] = await messages(target, queueUrl, 1);
      expect(JSON.parse(message?.Body ?? '')).toEqual({ number: 7, text: 'seven', again: [7, '7'] });
    },
    QUOTED,
  );

  onEveryTarget(
    'an archive keeps what was put, and a replay brings it again with its name',
    async (target) => {
      const { eventbridge } = target.clients;
      const { bus, busArn, ruleArn, queueUrl } = await busWithQueue(target, { source: ['suite'] });
      const archive = `${target.unique}-archive`;
      await target.complete(eventbridge.send(new CreateArchiveCommand({ ArchiveName: archive, EventSourceArn: busArn, RetentionDays: 1 })));
      const startedAt = await target.eventually('the archive is there', async () => {
        const { State, CreationTime, ArchiveArn } = await eventbridge.send(new DescribeArchiveCommand({ ArchiveName: archive }));
        return State === 'ENABLED' && CreationTime ? { arn: ArchiveArn, ms: CreationTime.getTime() } : undefined;
      });
      await put(target, bus, [{ n: 1 }, { n: 2 }]);
      const first = await messages(target, queueUrl, 2);
      const archived = await target.eventually('the archive counts both', async () => {
        const { EventCount, ArchiveArn } = await eventbridge.send(new DescribeArchiveCommand({ ArchiveName: archive }));
        return EventCount === 2 ? ArchiveArn : undefined;
      });
      const times = first.map(({ Body = '' }) => Date.parse(JSON.parse(Body).time));
      const replay = new StartReplayCommand({
        ReplayName: `${target.unique}-replay`,
        EventSourceArn: archived,
        EventStartTime: new Date(Math.min(startedAt.ms, ...times) - 1_000),
        EventEndTime: new Date(Math.max(...times) + 1_000),
        Destination: { Arn: busArn, FilterArns: [ruleArn] },
      });
      await target.complete(eventbridge.send(replay));
      const again = (await messages(target, queueUrl, 2)).map(({ Body = '' }) => JSON.parse(Body));
      expect(again.map(({ detail }) => detail.n).sort()).toEqual([1, 2]);
      expect(again.map((event) => event['replay-name'])).toEqual([`${target.unique}-replay`, `${target.unique}-replay`]);
      await target.eventually('the replay ends', async () => {
        const { State } = await eventbridge.send(new DescribeReplayCommand({ ReplayName: `${target.unique}-replay` }));
        return State === 'COMPLETED' ? true : undefined;
      });
      await target.complete(eventbridge.send(new DeleteArchiveCommand({ ArchiveName: archive })));
    },
    REPLAY,
  );
});
