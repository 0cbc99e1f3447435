import { type App, Duration, Stack, Validations } from 'aws-cdk-lib/core';
import { AwsSolutionsChecks } from 'cdk-nag';
import { describe, expect, it } from 'vitest';
import { Topic, type TopicProps, type TopicSubscriptionProps } from '../../infra/constructs/topic.ts';
import { newApp, type Resource, resourcesOf, type Template, targetOf } from './system-under-test.ts';

/** The templates of an app with one topic and what is subscribed to it. */
function fanOut(subscribers: Readonly<Record<string, TopicSubscriptionProps>>, props: Partial<TopicProps> = {}) {
  const app = newApp();
  const stack = new Stack(app, 'Orders');
  const topic = new Topic(stack, 'Topic', { name: 'orders', ...props });
  for (const [name, subscriber] of Object.entries(subscribers)) topic.subscribe(stack, name, subscriber);
  return { app, topic, synth: () => templatesOf(app) };
}

function templatesOf(app: App): ReadonlyMap<string, Template> {
  return new Map(app.synth().stacks.map((stack) => [stack.stackName, stack.template as Template]));
}

const queueNamed = (templates: ReadonlyMap<string, Template>, name: string): Resource & { readonly id: string } => {
  const found = resourcesOf(templates, 'AWS::SQS::Queue').find(({ Properties }) => Properties.QueueName === name);
  if (!found) throw new Error(`no queue ${name}`);
  return found;
};

describe('a topic', () => {
  it('fans out into queues by what is in the body or in the attributes', () => {
    const templates = fanOut({
      'orders-audit': {},
      'orders-large': { filter: { body: { detail: { totalCents: [{ numeric: ['>', 100_000] }] } } } },
      'orders-eu': { filter: { attributes: { region: ['eu'] } }, isRaw: false },
    }).synth();
    const subscriptions = resourcesOf(templates, 'AWS::SNS::Subscription').map(({ Properties }) => Properties);
    const of = (name: string) => subscriptions.find(({ Endpoint }) => targetOf(Endpoint) === queueNamed(templates, `tickertape-${name}`).id);
    expect(of('orders-audit')).toMatchObject({ Protocol: 'sqs', RawMessageDelivery: true });
    expect(of('orders-audit').FilterPolicy).toBeUndefined();
    expect(of('orders-large')).toMatchObject({ FilterPolicyScope: 'MessageBody', FilterPolicy: { detail: { totalCents: [{ numeric: ['>', 100_000] }] } } });
    expect(of('orders-eu')).toMatchObject({ FilterPolicyScope: 'MessageAttributes', FilterPolicy: { region: ['eu'] }, RawMessageDelivery: false });
  });

  it('has a dead-letter queue and an alarm on each edge', () => {
    const templates = fanOut({ 'orders-audit': { maxReceiveCount: 3 } }).synth();
    const deadLetters = queueNamed(templates, 'tickertape-orders-audit-dead-letters');
    const undelivered = queueNamed(templates, 'tickertape-orders-audit-undelivered');
    const { RedrivePolicy } = queueNamed(templates, 'tickertape-orders-audit').Properties;
    expect([targetOf(RedrivePolicy.deadLetterTargetArn), RedrivePolicy.maxReceiveCount]).toEqual([deadLetters.id, 3]);
    const [subscription] = resourcesOf(templates, 'AWS::SNS::Subscription');
    expect(targetOf(subscription?.Properties.RedrivePolicy.deadLetterTargetArn)).toBe(undelivered.id);
    expect(
      resourcesOf(templates, 'AWS::CloudWatch::Alarm')
        .map(({ Properties }) => Properties.AlarmName)
        .sort(),
    ).toEqual(['tickertape-orders-audit-dead-letters', 'tickertape-orders-audit-undelivered']);
  });

  it('is the only one that may send to the queues', () => {
    const templates = fanOut({ 'orders-audit': {} }).synth();
    const policies = resourcesOf(templates, 'AWS::SQS::QueuePolicy').map(({ Properties }) => Properties.PolicyDocument.Statement);
    const allowed = policies.flat().filter(({ Effect }: { Effect: string }) => Effect === 'Allow');
    expect(allowed).toHaveLength(2);
    for (const statement of allowed) {
      expect(statement).toMatchObject({
        Principal: { Service: 'sns.amazonaws.com' },
        Action: 'sqs:SendMessage',
        Condition: { ArnEquals: { 'aws:SourceArn': {} } },
      });
    }
  });

  it('keeps its order all the way where it is a FIFO topic', () => {
    const templates = fanOut({ 'orders-audit': {} }, { isFifo: true }).synth();
    expect(resourcesOf(templates, 'AWS::SNS::Topic')[0]?.Properties).toMatchObject({
      TopicName: 'tickertape-orders.fifo',
      FifoTopic: true,
      ContentBasedDeduplication: true,
    });
    const queues = resourcesOf(templates, 'AWS::SQS::Queue').map(({ Properties }) => [Properties.QueueName.endsWith('.fifo'), Properties.FifoQueue]);
    expect(queues).toEqual([
      [true, true],
      [true, true],
      [true, true],
    ]);
  });

  it('lets a rule and alarms publish only where it is told to', () => {
    const { topic, synth } = fanOut({});
    topic.allowRule('arn:aws:events:us-east-1:111111111111:rule/r');
    topic.allowAlarms();
    const [policy] = resourcesOf(synth(), 'AWS::SNS::TopicPolicy');
    const services = policy?.Properties.PolicyDocument.Statement.map(({ Effect, Principal }: Record<string, { Service?: string }>) => [
      Effect,
      Principal?.Service,
    ]);
    expect(services).toEqual([
      ['Deny', undefined],
      ['Allow', 'events.amazonaws.com'],
      ['Allow', 'cloudwatch.amazonaws.com'],
    ]);
  });

  it('may hand the messages of a queue to a function, which may read that queue and no other', () => {
    const handler = { handler: 'functions/analytics/count-sign-ups.handler.ts', timeout: Duration.seconds(20) };
    const templates = fanOut({ 'orders-audit': { handler } }).synth();
    const queue = queueNamed(templates, 'tickertape-orders-audit');
    expect(queue.Properties.VisibilityTimeout).toBe(120);
    const [mapping] = resourcesOf(templates, 'AWS::Lambda::EventSourceMapping');
    expect(mapping?.Properties).toMatchObject({ BatchSize: 10, FunctionResponseTypes: ['ReportBatchItemFailures'] });
    expect(targetOf(mapping?.Properties.EventSourceArn)).toBe(queue.id);
    const statements = resourcesOf(templates, 'AWS::IAM::Policy').flatMap(({ Properties }) => Properties.PolicyDocument.Statement);
    const reading = statements.filter(({ Action }) => [Action].flat().includes('sqs:ReceiveMessage'));
    expect(reading.map(({ Resource }) => targetOf(Resource))).toEqual([queue.id]);
  });

  it('refuses what would lose messages or cannot be made', () => {
    const handler = { handler: 'functions/analytics/count-sign-ups.handler.ts', timeout: Duration.seconds(30) };
    expect(() => fanOut({ late: { handler, visibilityTimeout: Duration.seconds(60) } })).toThrow('with this handler it is at least 180 s');
    expect(() => fanOut({ short: { retention: Duration.seconds(20) } })).toThrow('`retention` is not more than the visibility timeout');
    expect(() => fanOut({ ['a'.repeat(53)]: {} }, { isFifo: true })).toThrow('is too long: its dead-letter queue would be');
    expect(() => fanOut({ twice: {} }).topic.subscribe(new Stack(newApp(), 'Other'), 'Not A Name')).toThrow('is not lower-case words');
  });

  it('has no finding of cdk-nag', () => {
    const { app } = fanOut({ 'orders-audit': {} });
    const validation = process.env['CDK_VALIDATION'];
    delete process.env['CDK_VALIDATION'];
    try {
      Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
      expect(() => app.synth()).not.toThrow();
    } finally {
      if (validation !== undefined) process.env['CDK_VALIDATION'] = validation;
    }
  });
});
