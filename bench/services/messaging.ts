import { setTimeout as sleep } from 'node:timers/promises';
import type { Clients } from './clients.ts';
import type { Operation } from './operation.ts';

/** What a message carries: as much as the benchmark of the endpoint sends. */
const BODY = 'x'.repeat(256);

/** How long what was sent may be on its way to its queue. */
const ARRIVAL_MS_MAX = 60_000;

const FILLING_AT_ONCE = 16;

/** A standard queue may give a message twice; one that often does, does not hide what it gives. */
const TWICE_SHARE_MAX = 0.02;

interface Queue {
  readonly QueueUrl: string;
  readonly arn: string;
}

async function createQueue({ sqs }: Clients, name: string): Promise<Queue> {
  const { QueueUrl = '' } = await sqs.createQueue({ QueueName: name });
  const { Attributes } = await sqs.getQueueAttributes({ QueueUrl, AttributeNames: ['QueueArn'] });
  const arn = Attributes?.['QueueArn'] ?? '';
  const Statement = [{ Effect: 'Allow', Action: 'sqs:SendMessage', Principal: { Service: ['sns.amazonaws.com', 'events.amazonaws.com'] }, Resource: arn }];
  await sqs.setQueueAttributes({ QueueUrl, Attributes: { Policy: JSON.stringify({ Version: '2012-10-17', Statement }) } });
  return { QueueUrl, arn };
}

async function messagesIn({ sqs }: Clients, { QueueUrl }: Queue): Promise<number> {
  const { Attributes } = await sqs.getQueueAttributes({ QueueUrl, AttributeNames: ['ApproximateNumberOfMessages'] });
  return Number(Attributes?.['ApproximateNumberOfMessages']);
}

/** Resolves once the queue holds that many messages. */
async function arrived(clients: Clients, queue: Queue, count: number): Promise<void> {
  const giveUpMs = performance.now() + ARRIVAL_MS_MAX;
  let there = await messagesIn(clients, queue);
  while (there < count && performance.now() < giveUpMs) {
    await sleep(2);
    there = await messagesIn(clients, queue);
  }
  if (there !== count) throw new Error(`Of ${count} messages ${there} are in the queue`);
}

async function fill({ sqs }: Clients, { QueueUrl }: Queue, count: number): Promise<void> {
  let left = Math.ceil(count / 10);
  const Entries = Array.from({ length: 10 }, (_, index) => ({ Id: String(index), MessageBody: BODY }));
  const filler = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      const { Failed = [] } = await sqs.sendMessageBatch({ QueueUrl, Entries });
      if (Failed.length > 0) throw new Error(`SendMessageBatch: ${JSON.stringify(Failed[0])}`);
    }
  };
  await Promise.all(Array.from({ length: FILLING_AT_ONCE }, filler));
}

/** SQS: a message into a queue. */
export const send: Operation = {
  name: 'send',
  title: 'SendMessage',
  async prepare(clients, name) {
    const queue = await createQueue(clients, name);
    return {
      call: ({ sqs }) => sqs.sendMessage({ QueueUrl: queue.QueueUrl, MessageBody: BODY }),
      answer: /"MessageId"/,
      verify: (units) => arrived(clients, queue, units),
      remove: async () => void (await clients.sqs.deleteQueue({ QueueUrl: queue.QueueUrl })),
    };
  },
};

/** SQS: a message out of a queue, for good. */
export const receive: Operation = {
  name: 'receive',
  title: 'ReceiveMessage + DeleteMessage',
  async prepare(clients, name, units) {
    const queue = await createQueue(clients, name);
    await fill(clients, queue, units);
    const { QueueUrl } = queue;
    return {
      call: ({ sqs }) => sqs.receiveMessage({ QueueUrl, MaxNumberOfMessages: 1 }),
      answer: /"Messages"/,
      followUp: {
        call: ({ sqs }, value) => sqs.deleteMessage({ QueueUrl, ReceiptHandle: value }),
        fromOutput: (output) => (output as { Messages?: { ReceiptHandle?: string }[] }).Messages?.[0]?.ReceiptHandle,
        fromText: /"ReceiptHandle": ?"([^"\\]+)"/,
      },
      verify: async (done) => {
        const twice = (await messagesIn(clients, queue)) - (Math.ceil(units / 10) * 10 - done);
        if (twice < 0 || twice > done * TWICE_SHARE_MAX) throw new Error(`Of ${done} receipts ${twice} were of a message that another had`);
      },
      remove: async () => void (await clients.sqs.deleteQueue({ QueueUrl })),
    };
  },
};

/** SNS: a publication until it is in the queue that is subscribed. */
export const publish: Operation = {
  name: 'publish',
  title: 'Publish → queue',
  async prepare(clients, name) {
    const queue = await createQueue(clients, name);
    const { TopicArn = '' } = await clients.sns.createTopic({ Name: name });
    await clients.sns.subscribe({ TopicArn, Protocol: 'sqs', Endpoint: queue.arn });
    return {
      call: ({ sns }) => sns.publish({ TopicArn, Message: BODY }),
      answer: /<MessageId>/,
      settle: (units) => arrived(clients, queue, units),
      remove: async () => {
        await clients.sns.deleteTopic({ TopicArn });
        await clients.sqs.deleteQueue({ QueueUrl: queue.QueueUrl });
      },
    };
  },
};

/** EventBridge: an event until it is in the queue that its rule's target is. */
export const putEvents: Operation = {
  name: 'putEvents',
  title: 'PutEvents → queue',
  async prepare(clients, name) {
    const queue = await createQueue(clients, name);
    const { eventbridge } = clients;
    const Detail = JSON.stringify({ body: BODY });
    await eventbridge.createEventBus({ Name: name });
    await eventbridge.putRule({ Name: name, EventBusName: name, EventPattern: JSON.stringify({ source: ['bench'], 'detail-type': ['Measured'] }) });
    await eventbridge.putTargets({ Rule: name, EventBusName: name, Targets: [{ Id: 'queue', Arn: queue.arn }] });
    return {
      call: (each) => each.eventbridge.putEvents({ Entries: [{ EventBusName: name, Source: 'bench', DetailType: 'Measured', Detail }] }),
      answer: /"EventId"/,
      settle: (units) => arrived(clients, queue, units),
      remove: async () => {
        await eventbridge.removeTargets({ Rule: name, EventBusName: name, Ids: ['queue'] });
        await eventbridge.deleteRule({ Name: name, EventBusName: name });
        await eventbridge.deleteEventBus({ Name: name });
        await clients.sqs.deleteQueue({ QueueUrl: queue.QueueUrl });
      },
    };
  },
};
