import { describe, expect, it } from 'vitest';
import type { PhysicalResource, ResourcePlace, ResourceType } from '../../../../local/kernel/resource.ts';
import type { Context } from '../../../../local/kernel/service.ts';
import { sqs } from '../../../../local/services/sqs/service.ts';
import type { SqsState } from '../../../../local/services/sqs/state.ts';
import { type SqsWorld, sqsWorld } from './sqs-world.ts';

const place: ResourcePlace = {
  stackName: 'Stack',
  logicalId: 'Queue',
  generatedName: ({ suffix = '' }) => `Stack-Queue-ABC${suffix}`,
  assetDirectory: () => undefined,
  metadata: {},
};
const type = (name: string) => sqs.resourceTypes?.[name] as ResourceType<SqsState>;
const context = (world: SqsWorld) => world.kernel.contextFor('sqs') as Context<SqsState>;

const attributes = async (world: SqsWorld, name: string) =>
  (await world.call<{ Attributes: Record<string, string> }>('GetQueueAttributes', { QueueUrl: name, AttributeNames: ['All'] })).Attributes;

describe('AWS::SQS::Queue', () => {
  const queue = type('AWS::SQS::Queue');

  it('makes, changes in place, and removes a queue', async () => {
    const world = sqsWorld();
    const before = { VisibilityTimeout: 60, DelaySeconds: 5, FifoQueue: false, Tags: [{ Key: 'a', Value: '1' }] };
    const made = (await queue.create(before, place, context(world))) as PhysicalResource;
    const url = 'http://127.0.0.1:4566/111111111111/Stack-Queue-ABC';
    expect(made).toEqual({ ref: url, attributes: { Arn: 'arn:aws:sqs:us-east-1:111111111111:Stack-Queue-ABC', QueueName: 'Stack-Queue-ABC', QueueUrl: url } });
    await world.send(made.ref, 'kept', { DelaySeconds: 0 });
    const after = { VisibilityTimeout: 90 };
    expect(await queue.update(after, before, made, place, context(world))).toEqual(made);
    expect(await attributes(world, made.ref)).toMatchObject({ VisibilityTimeout: '90', DelaySeconds: '0', ApproximateNumberOfMessages: '1' });
    expect(await queue.update({ ...after, QueueName: 'x' }, after, made, place, context(world))).toBe('replace');
    await queue.delete(made, after, context(world));
    await expect(world.send(made.ref, 'x')).rejects.toMatchObject({ code: 'QueueDoesNotExist' });
    await queue.create(after, place, context(world));
  });

  it('makes a FIFO queue whose generated name ends as it must', async () => {
    const world = sqsWorld();
    const dead = (await queue.create({ FifoQueue: true }, place, context(world))) as PhysicalResource;
    expect(dead.attributes['QueueName']).toBe('Stack-Queue-ABC.fifo');
    const redrive = { FifoQueue: true, QueueName: 'q.fifo', RedrivePolicy: { deadLetterTargetArn: dead.attributes['Arn'], maxReceiveCount: 3 } };
    const made = (await queue.create(redrive, place, context(world))) as PhysicalResource;
    expect((await attributes(world, made.ref))['RedrivePolicy']).toBe(`{"deadLetterTargetArn":"${dead.attributes['Arn']}","maxReceiveCount":3}`);
  });
});

describe('AWS::SQS::QueuePolicy', () => {
  it('is the policy that access checks see, and goes with the resource', async () => {
    const world = sqsWorld();
    const url = await world.create('q');
    const policy = type('AWS::SQS::QueuePolicy');
    const document = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Principal: '*', Action: 'sqs:SendMessage', Resource: '*' }] };
    const properties = { PolicyDocument: document, Queues: [url] };
    const made = (await policy.create(properties, place, context(world))) as PhysicalResource;
    const check = () => sqs.access('SendMessageBatch', { QueueUrl: url }, context(world));
    expect(check()).toEqual([{ action: 'sqs:SendMessage', resource: 'arn:aws:sqs:us-east-1:111111111111:q', resourcePolicy: document }]);
    await policy.delete(made, properties, context(world));
    expect(check()[0]?.resourcePolicy).toBeUndefined();
  });
});
