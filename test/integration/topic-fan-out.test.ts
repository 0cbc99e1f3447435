import { CloudWatchClient, DescribeAlarmsCommand } from '@aws-sdk/client-cloudwatch';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { DeleteQueueCommand, GetQueueUrlCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { Stack } from 'aws-cdk-lib/core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Topic } from '../../infra/constructs/topic.ts';
import { Plane } from '../../local/index.ts';
import { newApp } from '../infra/system-under-test.ts';

/** A topic of orders with three readers, deployed as an app deploys it. */
let plane: Plane;
let sns: SNSClient;
let sqs: SQSClient;
const TOPIC = 'arn:aws:sns:us-east-1:000000000000:tickertape-orders';

beforeAll(async () => {
  const app = newApp();
  const stack = new Stack(app, 'OrdersFanOut');
  const topic = new Topic(stack, 'Topic', { name: 'orders' });
  topic.subscribe(stack, 'orders-audit');
  topic.subscribe(stack, 'orders-large', { filter: { body: { totalCents: [{ numeric: ['>', 100_000] }] } } });
  topic.subscribe(stack, 'orders-eu', { filter: { attributes: { region: ['eu'] } }, isRaw: false });
  plane = new Plane({ clock: { kind: 'virtual', startMs: Date.UTC(2026, 0, 1) }, seed: 1 });
  await plane.deploy(app.synth().directory);
  sns = new SNSClient(plane.clientSettings());
  sqs = new SQSClient(plane.clientSettings());
});
afterAll(() => plane.close());

const settle = (ms = 1000) => plane.kernel.run({ untilMs: plane.kernel.nowMs() + ms });

async function publish(order: object, region?: string): Promise<void> {
  const attributes = region === undefined ? {} : { MessageAttributes: { region: { DataType: 'String', StringValue: region } } };
  await sns.send(new PublishCommand({ TopicArn: TOPIC, Message: JSON.stringify(order), ...attributes }));
  await settle();
}

async function bodiesIn(name: string): Promise<unknown[]> {
  const { QueueUrl } = await sqs.send(new GetQueueUrlCommand({ QueueName: `tickertape-${name}` }));
  const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }));
  return Messages.map(({ Body = '' }) => JSON.parse(Body));
}

it('brings each order to the readers whose filters it passes', async () => {
  await publish({ orderId: 1, totalCents: 500 }, 'us');
  await publish({ orderId: 2, totalCents: 200_000 }, 'eu');
  await publish({ orderId: 3, totalCents: 300_000 });
  expect(await bodiesIn('orders-audit')).toHaveLength(3);
  expect(await bodiesIn('orders-large')).toEqual([
    { orderId: 2, totalCents: 200_000 },
    { orderId: 3, totalCents: 300_000 },
  ]);
  expect(await bodiesIn('orders-eu')).toMatchObject([{ Type: 'Notification', TopicArn: TOPIC, Message: '{"orderId":2,"totalCents":200000}' }]);
});

it('dead-letters what a reader cannot be given, with an alarm, and the others go on', async () => {
  const { QueueUrl } = await sqs.send(new GetQueueUrlCommand({ QueueName: 'tickertape-orders-large' }));
  await sqs.send(new DeleteQueueCommand({ QueueUrl }));
  await publish({ orderId: 4, totalCents: 400_000 });
  expect(await bodiesIn('orders-audit')).toEqual([{ orderId: 4, totalCents: 400_000 }]);
  const cloudwatch = new CloudWatchClient(plane.clientSettings());
  await settle(300_000);
  const { MetricAlarms } = await cloudwatch.send(new DescribeAlarmsCommand({ AlarmNames: ['tickertape-orders-large-undelivered'] }));
  expect(MetricAlarms?.map(({ StateValue }) => StateValue)).toEqual(['ALARM']);
  expect(await bodiesIn('orders-large-undelivered')).toEqual([{ orderId: 4, totalCents: 400_000 }]);
});
