import { describe, expect, it } from 'vitest';
import { ACCOUNT, activityArn, faultOf, machineArn, queueUrl, START_MS, world } from './world.ts';

const CALLBACK = {
  Ask: {
    Type: 'Task',
    Resource: 'arn:aws:states:::sqs:sendMessage.waitForTaskToken',
    Parameters: { QueueUrl: queueUrl('questions'), MessageBody: { 'token.$': '$$.Task.Token' } },
    HeartbeatSeconds: 60,
    TimeoutSeconds: 600,
    Catch: [{ ErrorEquals: ['States.HeartbeatTimeout'], Next: 'Silent' }],
    End: true,
  },
  Silent: { Type: 'Pass', Result: 'silent', End: true },
};

async function asked() {
  const made = await world();
  await made.call('sqs', 'CreateQueue', { QueueName: 'questions' });
  await made.machine(CALLBACK);
  const arn = await made.start();
  await made.kernel.run({ untilMs: START_MS + 1000 });
  const { Messages } = await made.call<{ Messages: { Body: string }[] }>('sqs', 'ReceiveMessage', { QueueUrl: 'questions' });
  const { token } = JSON.parse(Messages[0]?.Body ?? '') as { token: string };
  return { ...made, arn, token };
}

describe('a task that waits for a callback', () => {
  it('ends with what the token’s holder tells, once', async () => {
    const { sfn, arn, token, kernel, describe: describeExecution } = await asked();
    await sfn('SendTaskSuccess', { taskToken: token, output: '{"answer":42}' });
    await kernel.run({ untilMs: START_MS + 2000 });
    expect(await describeExecution(arn)).toMatchObject({ status: 'SUCCEEDED', output: '{"answer":42}' });
    expect((await faultOf(sfn('SendTaskSuccess', { taskToken: token, output: '{}' }))).code).toBe('TaskTimedOut');
    expect((await faultOf(sfn('SendTaskHeartbeat', { taskToken: 'none' }))).code).toBe('InvalidToken');
  });

  it('lives as long as its heartbeat comes', async () => {
    const { sfn, arn, token, kernel, describe: describeExecution } = await asked();
    for (let beat = 1; beat <= 3; beat += 1) {
      await kernel.run({ untilMs: START_MS + beat * 50_000 });
      await sfn('SendTaskHeartbeat', { taskToken: token });
    }
    expect(await describeExecution(arn)).toMatchObject({ status: 'RUNNING' });
    await kernel.run({ untilMs: START_MS + 250_000 });
    const ended = await describeExecution(arn);
    expect(ended).toMatchObject({ status: 'SUCCEEDED', output: '"silent"' });
    expect((ended.stopDate as Date).getTime()).toBe(START_MS + 210_000);
  });

  it('fails with the error that is told', async () => {
    const { sfn, arn, token, kernel, describe: describeExecution } = await asked();
    await sfn('SendTaskFailure', { taskToken: token, error: 'Refused', cause: 'No.' });
    await kernel.run({ untilMs: START_MS + 2000 });
    expect(await describeExecution(arn)).toMatchObject({ status: 'FAILED', error: 'Refused', cause: 'No.' });
  });
});

describe('an activity', () => {
  it('hands its task to a worker that waits, and ends with what it tells', async () => {
    const { machine, start, sfn, kernel, describe: describeExecution, types } = await world();
    await sfn('CreateActivity', { name: 'work' });
    await machine({ Work: { Type: 'Task', Resource: activityArn('work'), End: true } });
    const polled = sfn<{ taskToken: string; input: string }>('GetActivityTask', { activityArn: activityArn('work'), workerName: 'me' });
    const arn = await start({ a: 1 });
    await kernel.run({ untilMs: START_MS + 1000 });
    const { taskToken, input } = await polled;
    expect(input).toBe('{"a":1}');
    await sfn('SendTaskSuccess', { taskToken, output: '"done"' });
    await kernel.run({ untilMs: START_MS + 2000 });
    expect(await describeExecution(arn)).toMatchObject({ status: 'SUCCEEDED', output: '"done"' });
    expect(await types(arn)).toEqual(expect.arrayContaining(['ActivityScheduled', 'ActivityStarted', 'ActivitySucceeded']));
  });

  it('answers nothing where there is no task within a minute', async () => {
    const { sfn, kernel } = await world();
    await sfn('CreateActivity', { name: 'work' });
    const polled = sfn('GetActivityTask', { activityArn: activityArn('work') });
    await kernel.run({ untilMs: START_MS + 60_000 });
    expect(await polled).toEqual({});
  });
});

describe('what a task calls', () => {
  it('is done as the machine’s role: a missing grant is named', async () => {
    const { machine, run, call } = await world({ actions: ['sns:Publish'] });
    await call('sqs', 'CreateQueue', { QueueName: 'questions' });
    await machine({
      Send: { Type: 'Task', Resource: 'arn:aws:states:::sqs:sendMessage', Parameters: { QueueUrl: queueUrl('questions'), MessageBody: 'x' }, End: true },
    });
    const ended = await run();
    expect(ended).toMatchObject({ status: 'FAILED', error: 'SQS.AmazonSQSException' });
    expect(ended.cause).toContain('Missing grant: {"Effect":"Allow","Action":"sqs:SendMessage"');
  });

  it('is retried with back-off, and its condition’s error is caught by name', async () => {
    const { machine, run, call, types } = await world();
    const AttributeDefinitions = [{ AttributeName: 'id', AttributeType: 'S' }];
    await call('dynamodb', 'CreateTable', {
      TableName: 'items',
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions,
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    });
    const put = (Resource: string, error: string, next: string) => ({
      Type: 'Task',
      Resource,
      Parameters: { TableName: 'items', Item: { id: { S: '1' } }, ConditionExpression: 'attribute_not_exists(id)' },
      ResultPath: null,
      Retry: [{ ErrorEquals: [error], IntervalSeconds: 10, BackoffRate: 3, MaxAttempts: 2 }],
      Catch: [{ ErrorEquals: [error], ResultPath: '$.error', Next: next }],
      Next: next,
    });
    await machine({
      First: put('arn:aws:states:::dynamodb:putItem', 'DynamoDB.ConditionalCheckFailedException', 'Second'),
      Second: put('arn:aws:states:::aws-sdk:dynamodb:putItem', 'DynamoDb.ConditionalCheckFailedException', 'Third'),
      Third: put('arn:aws:states:::dynamodb:putItem', 'DynamoDB.ConditionalCheckFailedException', 'Done'),
      Done: { Type: 'Succeed' },
    });
    const ended = await run();
    expect(ended.status).toBe('SUCCEEDED');
    expect((ended.stopDate as Date).getTime() - START_MS).toBe(80_000);
    expect((await types(ended.executionArn as string)).filter((type) => type === 'TaskFailed')).toHaveLength(6);
  });

  it('waits for a nested execution, and stops it with itself', async () => {
    const { machine, start, sfn, kernel, describe: describeExecution } = await world();
    await machine({ Wait: { Type: 'Wait', Seconds: 100, Next: 'End' }, End: { Type: 'Pass', Result: { a: 1 }, End: true } }, { name: 'inner' });
    const nested = (pattern: string) => ({
      Type: 'Task',
      Resource: `arn:aws:states:::states:startExecution${pattern}`,
      Parameters: { StateMachineArn: machineArn('inner'), 'Name.$': "States.Format('{}-inner', $$.Execution.Name)" },
      OutputPath: '$.Output',
      End: true,
    });
    await machine({ Nested: nested('.sync:2') });
    const arn = await start({}, 'one');
    await kernel.run({ untilMs: START_MS + 200_000 });
    expect(await describeExecution(arn)).toMatchObject({ status: 'SUCCEEDED', output: '{"a":1}' });
    const stopped = await start({}, 'two');
    await kernel.run({ untilMs: START_MS + 210_000 });
    await sfn('StopExecution', { executionArn: stopped });
    expect(await describeExecution(`arn:aws:states:us-east-1:${ACCOUNT}:execution:inner:two-inner`)).toMatchObject({ status: 'ABORTED' });
  });

  it('is refused by name at creation where it is not emulated', async () => {
    const { machine } = await world();
    const task = (Resource: string) => machine({ Task: { Type: 'Task', Resource, End: true } });
    await expect(task('arn:aws:states:::batch:submitJob.sync')).rejects.toThrow('A task of the resource arn:aws:states:::batch:submitJob.sync is not emulated');
    await expect(task('arn:aws:states:::aws-sdk:rekognition:detectFaces')).rejects.toThrow('rekognition');
    await expect(task('arn:aws:states:::dynamodb:putItem.waitForTaskToken')).rejects.toThrow('is not emulated');
  });
});
