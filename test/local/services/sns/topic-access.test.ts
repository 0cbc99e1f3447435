import { CloudWatchClient, PutMetricAlarmCommand, PutMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import { EventBridgeClient, PutEventsCommand, PutRuleCommand, PutTargetsCommand } from '@aws-sdk/client-eventbridge';
import { AddPermissionCommand, CreateFunctionCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { CreateTopicCommand, PublishCommand, SetTopicAttributesCommand, SNSClient, SubscribeCommand, UnsubscribeCommand } from '@aws-sdk/client-sns';
import { CreateQueueCommand, ReceiveMessageCommand, SetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { zipSync } from 'fflate';
import { afterEach, expect, it } from 'vitest';
import { Plane } from '../../../../local/plane.ts';
import { queueArn, topicArn } from './sns-world.ts';

const planes: Plane[] = [];
afterEach(async () => {
  for (const plane of planes.splice(0)) await plane.close();
});

const ORDERS = topicArn('orders');

/** A whole plane with a topic, and a queue whose policy lets this topic send. */
async function plane({ isQueueOpen = true } = {}) {
  const made = new Plane({ accountId: '111111111111', clock: { kind: 'virtual', startMs: Date.UTC(2026, 0, 1) }, seed: 1 });
  planes.push(made);
  const settings = made.clientSettings();
  const sns = new SNSClient(settings);
  const sqs = new SQSClient(settings);
  await sns.send(new CreateTopicCommand({ Name: 'orders' }));
  const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: 'queue' }));
  const grant = {
    Effect: 'Allow',
    Principal: { Service: 'sns.amazonaws.com' },
    Action: 'sqs:SendMessage',
    Resource: queueArn('queue'),
    Condition: { ArnEquals: { 'aws:SourceArn': ORDERS } },
  };
  if (isQueueOpen)
    await sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes: { Policy: JSON.stringify({ Version: '2012-10-17', Statement: [grant] }) } }));
  await sns.send(new SubscribeCommand({ TopicArn: ORDERS, Protocol: 'sqs', Endpoint: queueArn('queue'), Attributes: { RawMessageDelivery: 'true' } }));
  const receive = async (): Promise<(string | undefined)[]> => {
    const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }));
    return Messages.map(({ Body }) => Body);
  };
  const settle = () => made.kernel.run({ untilMs: made.kernel.nowMs() + 1000 });
  return { made, settings, sns, receive, settle };
}

it('reaches a queue whose policy allows the topic', async () => {
  const { sns, receive, settle } = await plane();
  await sns.send(new PublishCommand({ TopicArn: ORDERS, Message: 'hello' }));
  await settle();
  expect(await receive()).toEqual(['hello']);
});

it('does not reach a queue whose policy is silent', async () => {
  const { made, sns, receive, settle } = await plane({ isQueueOpen: false });
  await sns.send(new PublishCommand({ TopicArn: ORDERS, Message: 'hello' }));
  await settle();
  expect(await receive()).toEqual([]);
  const [failed] = [...made.kernel.journal.since(0)].filter(({ kind }) => kind === 'delivery-failed');
  expect(failed?.detail).toMatchObject({
    error: 'AccessDeniedException',
    message: expect.stringContaining('because no resource-based policy allows the sqs:SendMessage action'),
  });
});

it('is published to by an alarm of the account, which the policy of every topic allows', async () => {
  const { settings, receive, settle } = await plane();
  const cloudwatch = new CloudWatchClient(settings);
  const metric = { Namespace: 'Shop', MetricName: 'Failures' };
  const alarm = {
    ...metric,
    AlarmName: 'failures',
    Statistic: 'Sum',
    Period: 60,
    EvaluationPeriods: 1,
    Threshold: 1,
    ComparisonOperator: 'GreaterThanOrEqualToThreshold',
  } as const;
  await cloudwatch.send(new PutMetricAlarmCommand({ ...alarm, AlarmActions: [ORDERS] }));
  await cloudwatch.send(new PutMetricDataCommand({ Namespace: 'Shop', MetricData: [{ MetricName: 'Failures', Value: 1 }] }));
  for (let minute = 0; minute < 180; minute += 1) await settle();
  const [body] = await receive();
  expect(JSON.parse(body ?? '')).toMatchObject({ AlarmName: 'failures', NewStateValue: 'ALARM' });
});

it('is the target of a rule once its policy lets the rule publish', async () => {
  const { made, settings, sns, receive, settle } = await plane();
  const events = new EventBridgeClient(settings);
  const { RuleArn } = await events.send(new PutRuleCommand({ Name: 'orders', EventPattern: '{"source":["shop"]}' }));
  await events.send(new PutTargetsCommand({ Rule: 'orders', Targets: [{ Id: 'topic', Arn: ORDERS, InputPath: '$.detail' }] }));
  const put = async (orderId: number) => {
    await events.send(new PutEventsCommand({ Entries: [{ Source: 'shop', DetailType: 'Order', Detail: JSON.stringify({ orderId }) }] }));
    await settle();
  };
  await put(1);
  expect(await receive()).toEqual([]);
  const [failed] = [...made.kernel.journal.since(0)].filter(({ kind }) => kind === 'delivery-failed');
  expect(failed?.detail).toMatchObject({ message: expect.stringContaining('because no resource-based policy allows the SNS:Publish action') });
  const statement = {
    Effect: 'Allow',
    Principal: { Service: 'events.amazonaws.com' },
    Action: 'sns:Publish',
    Resource: ORDERS,
    Condition: { ArnEquals: { 'aws:SourceArn': RuleArn } },
  };
  const AttributeValue = JSON.stringify({ Version: '2012-10-17', Statement: [statement] });
  await sns.send(new SetTopicAttributesCommand({ TopicArn: ORDERS, AttributeName: 'Policy', AttributeValue }));
  await put(2);
  expect(await receive()).toEqual(['{"orderId":2}']);
});

it('is closed to a role without a grant, in the words of SNS', async () => {
  const { made, settings } = await plane();
  const credentials = made.kernel.credentials.issue({ type: 'role', roleArn: 'arn:aws:iam::111111111111:role/stranger', sessionName: 's' });
  const stranger = new SNSClient({ ...settings, credentials });
  await expect(stranger.send(new PublishCommand({ TopicArn: ORDERS, Message: 'x' }))).rejects.toMatchObject({
    name: 'AuthorizationErrorException',
    message: expect.stringContaining(
      `is not authorized to perform: SNS:Publish on resource: ${ORDERS} because no identity-based policy allows the SNS:Publish action`,
    ),
  });
});

it('invokes a function that allows the topic, and dead-letters for one that does not', async () => {
  const { made, settings, sns, receive, settle } = await plane();
  const lambda = new LambdaClient(settings);
  const source = 'exports.handler = async ({ Records: [{ Sns }] }) => { if (Sns.Subject !== "Hello" || Sns.Message !== "two") throw new Error("other"); };';
  const code = { ZipFile: zipSync({ 'index.js': Buffer.from(source) }) };
  const statement = { Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' };
  const input = { RoleName: 'reader', AssumeRolePolicyDocument: JSON.stringify({ Version: '2012-10-17', Statement: [statement] }) };
  await made.kernel.request({ service: 'iam', operation: 'CreateRole', input, principal: { type: 'root' } });
  const { FunctionArn } = await lambda.send(
    new CreateFunctionCommand({
      FunctionName: 'reader',
      Runtime: 'nodejs24.x',
      Handler: 'index.handler',
      Role: 'arn:aws:iam::111111111111:role/reader',
      Code: code,
    }),
  );
  const Attributes = { RedrivePolicy: JSON.stringify({ deadLetterTargetArn: queueArn('queue') }) };
  await sns.send(new SubscribeCommand({ TopicArn: ORDERS, Protocol: 'lambda', Endpoint: FunctionArn, Attributes }));
  const publish = async (Message: string) => {
    await sns.send(new PublishCommand({ TopicArn: ORDERS, Message, Subject: 'Hello' }));
    await settle();
  };
  await publish('one');
  expect((await receive()).map((body) => body?.includes('"Message" : "one"') || body === 'one')).toEqual([true, true]);
  await lambda.send(
    new AddPermissionCommand({
      FunctionName: 'reader',
      StatementId: 'topic',
      Action: 'lambda:InvokeFunction',
      Principal: 'sns.amazonaws.com',
      SourceArn: ORDERS,
    }),
  );
  await publish('two');
  expect(await receive()).toEqual(['two']);
  const ended = [...made.kernel.journal.since(0)].filter(({ kind }) => kind === 'invocation-ended');
  expect(ended.map(({ detail }) => detail)).toMatchObject([{ outcome: 'succeeded' }]);
});

it('says what is missing as SNS does, and deeper down as any service', async () => {
  const { sns } = await plane();
  const nothing = { SubscriptionArn: undefined };
  await expect(sns.send(new UnsubscribeCommand(nothing))).rejects.toMatchObject({
    name: 'InvalidParameterException',
    message: 'Invalid parameter: SubscriptionArn Reason: no value for required parameter',
  });
  const MessageAttributes = { a: { DataType: undefined, StringValue: 'x' } };
  await expect(sns.send(new PublishCommand({ TopicArn: ORDERS, Message: 'x', MessageAttributes }))).rejects.toMatchObject({
    message: "1 validation error detected: Value null at 'messageAttributes.a.member.dataType' failed to satisfy constraint: Member must not be null",
  });
});
