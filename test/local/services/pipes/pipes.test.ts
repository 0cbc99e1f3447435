import { describe, expect, it } from 'vitest';
import { faultOf, functionArn, queueArn, ROLE, world } from './world.ts';

const STOPPED = { DesiredState: 'STOPPED' };

describe('pipes', () => {
  it('are made, described, listed, stopped, started and deleted', async () => {
    const { call, pipe } = await world();
    expect(await pipe({ Tags: { team: 'a' }, Description: 'd' })).toMatchObject({ CurrentState: 'CREATING', DesiredState: 'RUNNING', Name: 'orders' });
    expect(await call('pipes', 'DescribePipe', { Name: 'orders' })).toMatchObject({
      Arn: 'arn:aws:pipes:us-east-1:111111111111:pipe/orders',
      CurrentState: 'RUNNING',
      Source: queueArn('in'),
      Target: queueArn('out'),
      RoleArn: ROLE,
      Description: 'd',
      Tags: { team: 'a' },
    });
    expect(await call('pipes', 'StopPipe', { Name: 'orders' })).toMatchObject({ CurrentState: 'STOPPING', DesiredState: 'STOPPED' });
    expect(await call('pipes', 'ListPipes', { CurrentState: 'STOPPED' })).toMatchObject({ Pipes: [{ Name: 'orders' }] });
    expect(await call('pipes', 'ListPipes', { SourcePrefix: 'arn:aws:dynamodb' })).toMatchObject({ Pipes: [] });
    expect(await call('pipes', 'StartPipe', { Name: 'orders' })).toMatchObject({ CurrentState: 'STARTING' });
    expect(await call('pipes', 'DeletePipe', { Name: 'orders' })).toMatchObject({ CurrentState: 'DELETING', DesiredState: 'DELETED' });
    expect(await faultOf(call('pipes', 'DescribePipe', { Name: 'orders' }))).toEqual({ code: 'NotFoundException', message: 'Pipe orders does not exist.' });
  });

  it('are listed page by page', async () => {
    const { call, pipe } = await world();
    for (const Name of ['a', 'b', 'c']) await pipe({ Name, ...STOPPED });
    const first = await call<{ NextToken: string }>('pipes', 'ListPipes', { Limit: 2 });
    expect(first).toMatchObject({ Pipes: [{ Name: 'a' }, { Name: 'b' }] });
    expect(await call('pipes', 'ListPipes', { NextToken: first.NextToken })).toMatchObject({ Pipes: [{ Name: 'c' }], NextToken: undefined });
  });

  it('have tags', async () => {
    const { call, pipe } = await world();
    const { Arn: resourceArn } = (await pipe(STOPPED)) as unknown as { Arn: string };
    await call('pipes', 'TagResource', { resourceArn, tags: { a: '1', b: '2' } });
    await call('pipes', 'UntagResource', { resourceArn, tagKeys: ['a'] });
    expect(await call('pipes', 'ListTagsForResource', { resourceArn })).toEqual({ tags: { b: '2' } });
  });

  it('an update keeps what it does not name', async () => {
    const { call, pipe } = await world();
    await pipe({ ...STOPPED, Description: 'kept', SourceParameters: { SqsQueueParameters: { BatchSize: 3 } } });
    await call('pipes', 'UpdatePipe', { Name: 'orders', RoleArn: ROLE, Target: queueArn('other') });
    expect(await call('pipes', 'DescribePipe', { Name: 'orders' })).toMatchObject({
      Description: 'kept',
      CurrentState: 'STOPPED',
      Target: queueArn('other'),
      SourceParameters: { SqsQueueParameters: { BatchSize: 3 } },
    });
  });

  it.each([
    [{ RoleArn: 'arn:aws:iam::111111111111:role/none' }, 'The role arn:aws:iam::111111111111:role/none is not there'],
    [{ SourceParameters: { SqsQueueParameters: { BatchSize: 11 } } }, 'A BatchSize of more than 10 needs'],
    [{ SourceParameters: { FilterCriteria: { Filters: [{ Pattern: '{"body":1}' }] } } }, 'Filter pattern is not valid.'],
    [{ TargetParameters: { InputTemplate: '<$.>' } }, 'InputTemplate is not valid: <$.>.'],
    [{ TargetParameters: { LambdaFunctionParameters: { InvocationType: 'FIRE_AND_FORGET' } } }, 'TargetParameters with LambdaFunctionParameters'],
    [{ Target: queueArn('out.fifo') }, 'MessageGroupId is required for a FIFO queue'],
    [{ Source: 'arn:aws:dynamodb:us-east-1:111111111111:table/t/stream/s' }, 'DynamoDBStreamParameters with a StartingPosition are required.'],
  ])('%j is not valid', async (more, message) => {
    const { pipe } = await world();
    const fault = await faultOf(pipe(more));
    expect(fault.code).toBe('ValidationException');
    expect(fault.message).toContain(message);
  });

  it.each([
    [{ Source: 'arn:aws:kinesis:us-east-1:111111111111:stream/s' }, "A pipe's source arn:aws:kinesis"],
    [{ Target: 'arn:aws:ecs:us-east-1:111111111111:cluster/c' }, "A pipe's target arn:aws:ecs"],
    [{ Target: 'arn:aws:states:us-east-1:111111111111:stateMachine:s' }, "A pipe's target arn:aws:states"],
    [{ Target: 'arn:aws:events:us-east-1:111111111111:api-destination/d/id' }, "A pipe's target arn:aws:events"],
    [{ Enrichment: 'arn:aws:events:us-east-1:111111111111:api-destination/d' }, "A pipe's enrichment arn:aws:events"],
    [{ LogConfiguration: { Level: 'INFO' } }, 'CreatePipe with LogConfiguration'],
  ])('%j is refused by name', async (more, what) => {
    const { pipe } = await world();
    await expect(pipe(more)).rejects.toThrow(`${what}`);
  });

  it('a name is taken once', async () => {
    const { pipe } = await world();
    await pipe(STOPPED);
    expect(await faultOf(pipe({ Target: functionArn('f') }))).toEqual({ code: 'ConflictException', message: 'Pipe orders already exists.' });
  });
});
