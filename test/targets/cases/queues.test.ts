import {
  ChangeMessageVisibilityCommand,
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  DeleteMessageCommand,
  DeleteQueueCommand,
  GetQueueAttributesCommand,
  ListMessageMoveTasksCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageCommand,
  StartMessageMoveTaskCommand,
} from '@aws-sdk/client-sqs';
import { describe, expect } from 'vitest';
import { onEveryTarget, type Target } from '../target.ts';

async function createQueue(target: Target, name: string, attributes: Record<string, string> = {}): Promise<{ url: string; arn: string }> {
  const { sqs } = target.clients;
  const { QueueUrl: url = '' } = await target.complete(sqs.send(new CreateQueueCommand({ QueueName: `${target.unique}-${name}`, Attributes: attributes })));
  const { Attributes: found } = await target.complete(sqs.send(new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ['QueueArn'] })));
  return { url, arn: found?.['QueueArn'] ?? '' };
}

function send(target: Target, url: string, body: string, more: object = {}): Promise<unknown> {
  return target.complete(target.clients.sqs.send(new SendMessageCommand({ QueueUrl: url, MessageBody: body, ...more })));
}

async function receive(target: Target, url: string, more: object = {}): Promise<Message[]> {
  const command = new ReceiveMessageCommand({ QueueUrl: url, MaxNumberOfMessages: 10, MessageSystemAttributeNames: ['All'], ...more });
  return (await target.complete(target.clients.sqs.send(command))).Messages ?? [];
}

/** The next message, waited for. */
const next = (target: Target, url: string): Promise<Message> => target.eventually('a message arrives', async () => (await receive(target, url))[0]);

const remove = (target: Target, url: string, { ReceiptHandle }: Message): Promise<unknown> =>
  target.complete(target.clients.sqs.send(new DeleteMessageCommand({ QueueUrl: url, ReceiptHandle })));

const FIFO = { FifoQueue: 'true', ContentBasedDeduplication: 'true' };

describe('queues', () => {
  onEveryTarget(
    'a FIFO queue keeps the order of each group, takes a message once, and holds a group while one of its messages is in flight',
    async (target) => {
      const { url } = await createQueue(target, 'ordered.fifo', FIFO);
      for (const [group, body] of [
        ['a', '1'],
        ['b', 'x'],
        ['a', '2'],
        ['a', '1'],
      ] as const)
        await send(target, url, `${group}${body}`, { MessageGroupId: group });
      const first = await receive(target, url, { MaxNumberOfMessages: 1 });
      expect(first.map(({ Body }) => Body)).toEqual(['a1']);
      const others = await receive(target, url);
      expect(others.map(({ Body }) => Body)).toEqual(['bx']);
      for (const message of first) await remove(target, url, message);
      expect((await next(target, url)).Body).toBe('a2');
      await target.complete(target.clients.sqs.send(new DeleteQueueCommand({ QueueUrl: url })));
    },
  );

  onEveryTarget('a message that is received too often goes to the dead-letter queue and comes back by a move task', async (target) => {
    const letters = await createQueue(target, 'letters');
    const queue = await createQueue(target, 'queue', { RedrivePolicy: JSON.stringify({ deadLetterTargetArn: letters.arn, maxReceiveCount: 2 }) });
    await send(target, queue.url, 'poison');
    for (const count of ['1', '2']) {
      const message = await next(target, queue.url);
      expect(message.Attributes?.['ApproximateReceiveCount']).toBe(count);
      const giveBack = new ChangeMessageVisibilityCommand({ QueueUrl: queue.url, ReceiptHandle: message.ReceiptHandle, VisibilityTimeout: 0 });
      await target.complete(target.clients.sqs.send(giveBack));
    }
    const dead = await target.eventually('the dead-letter queue holds it', async () => {
      await receive(target, queue.url);
      return (await receive(target, letters.url, { VisibilityTimeout: 0 }))[0];
    });
    expect(dead.Attributes?.['DeadLetterQueueSourceArn']).toBe(queue.arn);
    await target.complete(target.clients.sqs.send(new StartMessageMoveTaskCommand({ SourceArn: letters.arn })));
    expect((await next(target, queue.url)).Body).toBe('poison');
    const { Results: tasks } = await target.complete(target.clients.sqs.send(new ListMessageMoveTasksCommand({ SourceArn: letters.arn })));
    expect(tasks?.[0]).toMatchObject({ Status: 'COMPLETED', ApproximateNumberOfMessagesMoved: 1 });
  });

  onEveryTarget('a batch is answered entry by entry', async (target) => {
    const { url } = await createQueue(target, 'batch');
    await send(target, url, '1');
    const { ReceiptHandle } = await next(target, url);
    const entries = [
      { Id: 'good', ReceiptHandle },
      { Id: 'bad', ReceiptHandle: 'none' },
    ];
    const answer = await target.complete(target.clients.sqs.send(new DeleteMessageBatchCommand({ QueueUrl: url, Entries: entries })));
    expect(answer.Successful?.map(({ Id }) => Id)).toEqual(['good']);
    expect(answer.Failed).toMatchObject([{ Id: 'bad', Code: 'ReceiptHandleIsInvalid' }]);
  });

  onEveryTarget('a delayed message is not there before its time', async (target) => {
    const { url } = await createQueue(target, 'delayed');
    await send(target, url, 'later', { DelaySeconds: 2 });
    expect(await receive(target, url)).toEqual([]);
    expect((await next(target, url)).Body).toBe('later');
  });
});
