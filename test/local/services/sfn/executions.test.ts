import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { executionArn, faultOf, machineArn, START_MS, world } from './world.ts';

const DAY_MS = 86_400_000;
const WAIT = { Wait: { Type: 'Wait', Seconds: 3600, End: true } };

describe('starting an execution', () => {
  it('is done once by the name while it runs, refused for another input, and again after 90 days', async () => {
    const { machine, start, sfn, kernel } = await world();
    await machine(WAIT);
    const arn = await start({ a: 1 });
    expect(await start({ a: 1 })).toBe(arn);
    const again = { stateMachineArn: machineArn('machine'), name: 'run', input: '{"a":2}' };
    expect((await faultOf(sfn('StartExecution', again))).code).toBe('ExecutionAlreadyExists');
    await kernel.run({ untilMs: START_MS + 2 * DAY_MS });
    expect((await faultOf(sfn('StartExecution', { ...again, input: '{"a":1}' }))).code).toBe('ExecutionAlreadyExists');
    await kernel.run({ untilMs: START_MS + 92 * DAY_MS });
    expect(await start({ a: 2 })).toBe(arn);
  });

  it('keeps the definition of its start when the machine is updated', async () => {
    const { machine, start, sfn, kernel, describe: describeExecution } = await world();
    await machine({ Wait: { Type: 'Wait', Seconds: 10, Next: 'Old' }, Old: { Type: 'Pass', Result: 'old', End: true } });
    const first = await start({}, 'first');
    const definition = JSON.stringify({ StartAt: 'New', States: { New: { Type: 'Pass', Result: 'new', End: true } } });
    await sfn('UpdateStateMachine', { stateMachineArn: machineArn('machine'), definition });
    const second = await start({}, 'second');
    await kernel.run({ untilMs: START_MS + DAY_MS });
    expect([(await describeExecution(first)).output, (await describeExecution(second)).output]).toEqual(['"old"', '"new"']);
  });

  it('draws versions of an alias by weight', async () => {
    const { machine, sfn } = await world();
    await machine({ A: { Type: 'Pass', End: true } });
    const stateMachineArn = machineArn('machine');
    await sfn('PublishStateMachineVersion', { stateMachineArn });
    const definition = JSON.stringify({ StartAt: 'B', States: { B: { Type: 'Pass', End: true } } });
    await sfn('UpdateStateMachine', { stateMachineArn, definition, publish: true });
    const routingConfiguration = [1, 2].map((number) => ({ stateMachineVersionArn: `${stateMachineArn}:${number}`, weight: number === 1 ? 80 : 20 }));
    await sfn('CreateStateMachineAlias', { name: 'live', routingConfiguration });
    const drawn = { 1: 0, 2: 0 };
    for (let count = 0; count < 200; count += 1) {
      const { executionArn: arn } = await sfn<{ executionArn: string }>('StartExecution', { stateMachineArn: `${stateMachineArn}:live` });
      const { stateMachineVersionArn = '' } = await sfn<{ stateMachineVersionArn?: string }>('DescribeExecution', { executionArn: arn });
      drawn[stateMachineVersionArn.endsWith(':1') ? 1 : 2] += 1;
    }
    expect(drawn[1]).toBeGreaterThan(130);
    expect(drawn[2]).toBeGreaterThan(15);
  });
});

describe('ending an execution', () => {
  it('times out without its catchers', async () => {
    const { machine, run, types } = await world();
    await machine(WAIT, { TimeoutSeconds: 60 });
    const ended = await run();
    expect(ended).toMatchObject({ status: 'TIMED_OUT', redriveStatus: 'REDRIVABLE' });
    expect((ended.stopDate as Date).getTime() - START_MS).toBe(60_000);
    expect((await types(ended.executionArn as string)).slice(-2)).toEqual(['WaitStateAborted', 'ExecutionTimedOut']);
  });

  it('is stopped with an error and a cause', async () => {
    const { machine, start, sfn, kernel, describe: describeExecution, history } = await world();
    await machine(WAIT);
    const arn = await start();
    await kernel.run({ untilMs: START_MS + 1000 });
    await sfn('StopExecution', { executionArn: arn, error: 'Enough', cause: 'It was enough.' });
    expect(await describeExecution(arn)).toMatchObject({ status: 'ABORTED', error: 'Enough', cause: 'It was enough.' });
    expect((await history(arn)).at(-1)).toMatchObject({ type: 'ExecutionAborted', executionAbortedEventDetails: { error: 'Enough', cause: 'It was enough.' } });
  });

  it('ends with the machine that is deleted, at its next transition', async () => {
    const { machine, start, sfn, kernel, describe: describeExecution } = await world();
    await machine({ Wait: { Type: 'Wait', Seconds: 60, Next: 'Pass' }, Pass: { Type: 'Pass', End: true } });
    const arn = await start();
    await kernel.run({ untilMs: START_MS + 1000 });
    await sfn('DeleteStateMachine', { stateMachineArn: machineArn('machine') });
    expect(await describeExecution(arn)).toMatchObject({ status: 'RUNNING' });
    await kernel.run({ untilMs: START_MS + 61_000 });
    expect(await describeExecution(arn)).toMatchObject({ status: 'ABORTED' });
  });

  it('fails with its 25,000th event', async () => {
    const { machine, run, sfn } = await world();
    await machine({
      Again: { Type: 'Pass', Next: 'Which' },
      Which: { Type: 'Choice', Choices: [{ Variable: '$.never', IsPresent: true, Next: 'Never' }], Default: 'Again' },
      Never: { Type: 'Succeed' },
    });
    const ended = await run();
    expect(ended).toMatchObject({ status: 'FAILED', error: 'States.Runtime', redriveStatus: 'NOT_REDRIVABLE' });
    const last = await sfn<{ events: object[]; nextToken: string }>('GetExecutionHistory', {
      executionArn: ended.executionArn,
      reverseOrder: true,
      maxResults: 2,
    });
    expect(last.events).toMatchObject([{ id: 25_000, type: 'ExecutionFailed' }, { id: 24_999 }]);
    const further = await sfn<{ events: object[] }>('GetExecutionHistory', {
      executionArn: ended.executionArn,
      reverseOrder: true,
      maxResults: 2,
      nextToken: last.nextToken,
    });
    expect(further.events).toMatchObject([{ id: 24_998 }, { id: 24_997 }]);
  });

  it('fails where a state’s output is over 256 KiB', async () => {
    const { machine, run } = await world();
    await machine({ Twice: { Type: 'Pass', Parameters: { 'a.$': '$.text', 'b.$': '$.text' }, End: true } });
    expect(await run({ text: 'x'.repeat(140_000) })).toMatchObject({ status: 'FAILED', error: 'States.DataLimitExceeded' });
  });

  it('tells the default bus of each change of its status', async () => {
    const { machine, run, call, kernel } = await world();
    await call('sqs', 'CreateQueue', { QueueName: 'changes' });
    const EventPattern = JSON.stringify({ source: ['aws.states'], 'detail-type': ['Step Functions Execution Status Change'] });
    await call('eventbridge', 'PutRule', { Name: 'changes', EventPattern });
    const Arn = 'arn:aws:sqs:us-east-1:111111111111:changes';
    const allowed = { Effect: 'Allow', Principal: { Service: 'events.amazonaws.com' }, Action: 'sqs:SendMessage', Resource: Arn };
    await call('sqs', 'SetQueueAttributes', { QueueUrl: 'changes', Attributes: { Policy: JSON.stringify({ Version: '2012-10-17', Statement: [allowed] }) } });
    await call('eventbridge', 'PutTargets', { Rule: 'changes', Targets: [{ Id: 'queue', Arn }] });
    await machine(WAIT);
    await run();
    await kernel.run({ untilMs: kernel.nowMs() + 1000 });
    const { Messages } = await call<{ Messages: { Body: string }[] }>('sqs', 'ReceiveMessage', { QueueUrl: 'changes', MaxNumberOfMessages: 10 });
    expect(Messages.map(({ Body }) => JSON.parse(Body).detail)).toMatchObject([
      { status: 'RUNNING', stopDate: null, output: null },
      { status: 'SUCCEEDED', output: '{}' },
    ]);
  });
});

describe('redriving an execution', () => {
  it('goes on from the states that failed, and does what was done not again', async () => {
    const { machine, run, sfn, call, kernel, types, isOver, describe: describeExecution } = await world();
    await call('sqs', 'CreateQueue', { QueueName: 'good' });
    const send = (queue: string) => ({
      Type: 'Task',
      Resource: 'arn:aws:states:::sqs:sendMessage',
      Parameters: { QueueUrl: `http://127.0.0.1:4566/111111111111/${queue}`, MessageBody: 'hello' },
      End: true,
    });
    await machine({
      Both: {
        Type: 'Parallel',
        Branches: [
          { StartAt: 'Good', States: { Good: send('good') } },
          { StartAt: 'Bad', States: { Bad: send('bad') } },
        ],
        ResultSelector: { 'sent.$': '$[*].MessageId' },
        End: true,
      },
    });
    const failed = await run();
    expect(failed).toMatchObject({ status: 'FAILED', error: 'SQS.QueueDoesNotExistException', redriveStatus: 'REDRIVABLE' });
    await call('sqs', 'CreateQueue', { QueueName: 'bad' });
    const arn = failed.executionArn as string;
    await sfn('RedriveExecution', { executionArn: arn });
    await kernel.run({ isDone: () => isOver(arn) });
    const ended = await describeExecution(arn);
    expect(ended).toMatchObject({ status: 'SUCCEEDED', redriveCount: 1 });
    expect(JSON.parse(ended.output ?? '').sent).toHaveLength(2);
    const all = await types(arn);
    expect(all.slice(all.indexOf('ExecutionRedriven'))).toEqual([
      'ExecutionRedriven',
      'TaskScheduled',
      'TaskStarted',
      'TaskSucceeded',
      'TaskStateExited',
      'ParallelStateSucceeded',
      'ParallelStateExited',
      'ExecutionSucceeded',
    ]);
    const { Messages } = await call<{ Messages: object[] }>('sqs', 'ReceiveMessage', { QueueUrl: 'good', MaxNumberOfMessages: 10 });
    expect(Messages).toHaveLength(1);
    expect((await faultOf(sfn('RedriveExecution', { executionArn: arn }))).code).toBe('ExecutionNotRedrivable');
  });
});

describe('a restart', () => {
  it('goes on where executions stood, with their history and their timers', async () => {
    const dataDirectory = mkdtempSync(join(tmpdir(), 'stepfunctions-'));
    try {
      const first = await world({ dataDirectory });
      await first.machine({
        Both: {
          Type: 'Parallel',
          Branches: [
            { StartAt: 'Long', States: { Long: { Type: 'Wait', Seconds: 1000, Next: 'After' }, After: { Type: 'Pass', Result: 1, End: true } } },
            { StartAt: 'Short', States: { Short: { Type: 'Wait', Seconds: 10, Next: 'Done' }, Done: { Type: 'Pass', Result: 2, End: true } } },
          ],
          End: true,
        },
      });
      const arn = await first.start();
      await first.kernel.run({ untilMs: START_MS + 100_000 });
      await first.plane.close();
      const second = await world({ dataDirectory, isNew: false, startMs: START_MS + 200_000 });
      await second.kernel.run({ untilMs: START_MS + 900_000 });
      expect(await second.describe(arn)).toMatchObject({ status: 'RUNNING' });
      await second.kernel.run({ untilMs: START_MS + 1_100_000 });
      const ended = await second.describe(arn);
      expect(ended).toMatchObject({ status: 'SUCCEEDED', output: '[1,2]' });
      expect((ended.stopDate as Date).getTime()).toBe(START_MS + 1_000_000);
      const events = await second.history(arn);
      expect(events.map(({ id }) => id)).toEqual(events.map((_, index) => index + 1));
      expect(await second.start({}, 'other')).toBe(executionArn('machine', 'other'));
      await second.plane.close();
    } finally {
      rmSync(dataDirectory, { recursive: true, force: true });
    }
  });
});
