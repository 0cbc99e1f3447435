import { type App, Duration, Stack, Validations } from 'aws-cdk-lib/core';
import { AwsSolutionsChecks } from 'cdk-nag';
import { describe, expect, it } from 'vitest';
import type { ConsumerGroupProps } from '../../infra/constructs/consumer-group.ts';
import { DeadLetterIndex } from '../../infra/constructs/dead-letter-index.ts';
import { EventBus } from '../../infra/constructs/event-bus.ts';
import { Outbox } from '../../infra/constructs/outbox.ts';
import { ServiceTable } from '../../infra/constructs/service-table.ts';
import { Stream, type StreamProps } from '../../infra/constructs/stream.ts';
import { OrderPlaced, PlaceOrder, UserSignedUp } from '../../schemas/index.ts';
import { newApp, resourcesOf, type Template, targetOf } from './system-under-test.ts';

const HANDLER = 'functions/analytics/count-sign-ups.handler.ts';
type Props = Partial<Omit<ConsumerGroupProps, 'stream' | 'name' | 'table'>>;

/** The templates of a stream with a feeding relay, and its consumer groups in a stack of their own. */
function log(groups: Readonly<Record<string, Props>>, props: Partial<StreamProps> = {}) {
  const app = newApp();
  const stack = new Stack(app, 'Backbone');
  const deadLetterIndex = new DeadLetterIndex(stack, 'DeadLetterIndex');
  const stream = new Stream(stack, 'Events', { deadLetterIndex, ...props });
  const consumers = new Stack(app, 'Consumers');
  const table = new ServiceTable(consumers, 'State');
  new Outbox(consumers, 'Outbox', { context: 'orders', table, bus: new EventBus(stack, 'Bus', { deadLetterIndex }), stream });
  for (const [name, more] of Object.entries(groups)) stream.consume(consumers, name, { on: [OrderPlaced.v1], handler: HANDLER, table, ...more });
  return { app, synth: () => templatesOf(app) };
}

function templatesOf(app: App): ReadonlyMap<string, Template> {
  return new Map(app.synth().stacks.map((stack) => [stack.stackName, stack.template as Template]));
}

const mappingsOf = (templates: ReadonlyMap<string, Template>) => resourcesOf(templates, 'AWS::Lambda::EventSourceMapping').map(({ Properties }) => Properties);
const ofStream = (templates: ReadonlyMap<string, Template>) =>
  mappingsOf(templates).filter(({ StartingPosition, FilterCriteria }) => StartingPosition && JSON.stringify(FilterCriteria).includes('dataschema'));

describe('a stream', () => {
  it('is encrypted, keeps records for a week, and is fed by the relay', () => {
    const templates = log({}).synth();
    expect(resourcesOf(templates, 'AWS::Kinesis::Stream')[0]?.Properties).toMatchObject({
      RetentionPeriodHours: 168,
      ShardCount: 2,
      StreamModeDetails: { StreamMode: 'PROVISIONED' },
      StreamEncryption: { EncryptionType: 'KMS', KeyId: 'alias/aws/kinesis' },
    });
    const relay = resourcesOf(templates, 'AWS::Lambda::Function').find(({ Properties }) => Properties.FunctionName === 'tickertape-orders-relay');
    expect(relay?.Properties.Environment.Variables).toHaveProperty('STREAM_NAME');
    const statements = resourcesOf(templates, 'AWS::IAM::Policy').flatMap(({ Properties }) => Properties.PolicyDocument.Statement as { Action: unknown }[]);
    expect(statements.filter(({ Action }) => Action === 'kinesis:PutRecords')).toHaveLength(1);
  });

  it('follows the load on demand', () => {
    const { Properties } = resourcesOf(log({}, { capacity: 'onDemand' }).synth(), 'AWS::Kinesis::Stream')[0] ?? { Properties: {} };
    expect(Properties).toMatchObject({ StreamModeDetails: { StreamMode: 'ON_DEMAND' } });
    expect(Properties).not.toHaveProperty('ShardCount');
  });

  it.each([
    { props: { retention: Duration.hours(23) }, message: /`retention` is 23 hours; Kinesis keeps records for 24 hours to 365 days/ },
    { props: { capacity: { shards: 0 } }, message: /`capacity\.shards` is 0/ },
  ])('refuses at synth: $message', ({ props, message }) => {
    expect(() => log({}, props)).toThrow(message);
  });
});

describe('a consumer group', () => {
  it('is one mapping of its own, that gives up nothing in silence', () => {
    const templates = log({
      projector: { on: [OrderPlaced.v1, UserSignedUp.v1] },
      audit: { parallelization: 4, startingPosition: { at: new Date('2026-03-15T14:32:00Z') } },
    }).synth();
    const [projector, audit] = ofStream(templates);
    expect(projector).toMatchObject({
      StartingPosition: 'TRIM_HORIZON',
      BatchSize: 100,
      ParallelizationFactor: 1,
      BisectBatchOnFunctionError: true,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      MaximumRetryAttempts: 12,
      MaximumRecordAgeInSeconds: 7 * 86_400 - 600,
    });
    expect(JSON.parse(projector.FilterCriteria.Filters[0].Pattern)).toEqual({
      data: {
        type: ['OrderPlaced', 'UserSignedUp'],
        dataschema: [{ prefix: 'tickertape:orders/order-placed/v1.' }, { prefix: 'tickertape:users/user-signed-up/v1.' }],
      },
    });
    const deadLetters = resourcesOf(templates, 'AWS::SQS::Queue').find(({ Properties }) => Properties.QueueName === 'tickertape-projector-dead-letters');
    expect(targetOf(projector.DestinationConfig.OnFailure.Destination)).toBe(deadLetters?.id);
    expect(audit).toMatchObject({ StartingPosition: 'AT_TIMESTAMP', StartingPositionTimestamp: 1_773_585_120, ParallelizationFactor: 4 });
  });

  it('has a way back for what is redriven, with the same dead-letter queue', () => {
    const templates = log({ projector: {} }).synth();
    const queue = resourcesOf(templates, 'AWS::SQS::Queue').find(({ Properties }) => Properties.QueueName === 'tickertape-projector');
    expect(queue?.Properties).toMatchObject({ VisibilityTimeout: 180, RedrivePolicy: { maxReceiveCount: 5 } });
    expect(mappingsOf(templates).filter(({ EventSourceArn }) => targetOf(EventSourceArn) === queue?.id)).toHaveLength(1);
  });

  it('keeps order by default, and says so to its function', () => {
    const functions = resourcesOf(log({ projector: {}, loose: { order: 'none' } }).synth(), 'AWS::Lambda::Function').map(({ Properties }) => Properties);
    const variables = (name: string) => functions.find(({ FunctionName }) => FunctionName === `tickertape-${name}`)?.Environment.Variables;
    expect(variables('projector')).toMatchObject({ ORDERED_BY: 'key', PARK_AFTER_ATTEMPTS: '3', PARK_AFTER_SECONDS: '30', MAX_RECEIVE_COUNT: '5' });
    expect(variables('loose')).not.toHaveProperty('ORDERED_BY');
  });

  it('has an alarm on its depth of dead letters, and one that rings when it is behind its promise', () => {
    const alarms = resourcesOf(log({ projector: { sla: Duration.seconds(90) } }).synth(), 'AWS::CloudWatch::Alarm').map(({ Properties }) => Properties);
    expect(alarms.map(({ AlarmName }) => AlarmName)).toContain('tickertape-projector-dead-letters');
    const behind = alarms.find(({ AlarmName }) => AlarmName === 'tickertape-projector-behind');
    expect(behind).toMatchObject({ MetricName: 'IteratorAge', Namespace: 'AWS/Lambda', Threshold: 90_000, Statistic: 'Maximum' });
  });

  it('describes itself to operators', () => {
    const templates = log({ projector: {} }).synth();
    const parameter = resourcesOf(templates, 'AWS::SSM::Parameter').find(({ Properties }) => Properties.Name === '/tickertape/consumers/projector');
    const text = JSON.stringify(parameter?.Properties.Value);
    for (const member of ['source', 'streamArn', 'mappingId', 'queueUrl', 'deadLetterQueueUrl', 'functionName', 'tableName', 'slaSeconds', 'lagAlarmName'])
      expect(text).toContain(`\\"${member}\\"`);
  });

  it.each([
    { props: { on: [] }, message: /`on` is empty/ },
    { props: { on: [PlaceOrder.v1 as never] }, message: /`on` has PlaceOrder that is no event/ },
    { props: { parallelization: 11 }, message: /`parallelization` is 11; Lambda takes 1 to 10/ },
    { props: { sla: Duration.days(7) }, message: /`sla` is not less than the retention/ },
    { props: { timeout: Duration.seconds(3) }, message: /`timeout` is 3 s/ },
    { props: { patience: Duration.days(4) }, message: /`patience` is more than half the retention/ },
  ])('refuses at synth: $message', ({ props, message }) => {
    expect(() => log({ projector: props })).toThrow(message);
  });

  it('keeps the rules of cdk-nag', () => {
    const { app } = log({ projector: {}, audit: { order: 'none' } });
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
