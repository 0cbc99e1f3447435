import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { activityArn, queueUrl, START_MS, world } from './world.ts';

describe('after a restart', () => {
  it('callbacks, activities and distributed maps go on', async () => {
    const dataDirectory = mkdtempSync(join(tmpdir(), 'stepfunctions-'));
    onTestFinished(() => rmSync(dataDirectory, { recursive: true, force: true }));
    const first = await world({ dataDirectory });
    await first.call('sqs', 'CreateQueue', { QueueName: 'questions' });
    await first.sfn('CreateActivity', { name: 'work' });
    const ask = {
      Type: 'Task',
      Resource: 'arn:aws:states:::sqs:sendMessage.waitForTaskToken',
      Parameters: { QueueUrl: queueUrl('questions'), MessageBody: { 'token.$': '$$.Task.Token' } },
      End: true,
    };
    const wait = {
      ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
      StartAt: 'Wait',
      States: { Wait: { Type: 'Wait', Seconds: 1000, End: true } },
    };
    await first.machine({
      All: {
        Type: 'Parallel',
        Branches: [
          { StartAt: 'Ask', States: { Ask: ask } },
          { StartAt: 'Work', States: { Work: { Type: 'Task', Resource: activityArn('work'), End: true } } },
          { StartAt: 'Each', States: { Each: { Type: 'Map', ItemsPath: '$.items', MaxConcurrency: 2, ItemProcessor: wait, End: true } } },
        ],
        End: true,
      },
    });
    const arn = await first.start({ items: [1, 2, 3] });
    await first.kernel.run({ untilMs: START_MS + 100_000 });
    await first.plane.close();

    const second = await world({ dataDirectory, isNew: false, startMs: START_MS + 200_000 });
    await second.kernel.run({ untilMs: START_MS + 201_000 });
    const { Messages } = await second.call<{ Messages: { Body: string }[] }>('sqs', 'ReceiveMessage', { QueueUrl: 'questions', MaxNumberOfMessages: 10 });
    expect(Messages).toHaveLength(1);
    await second.sfn('SendTaskSuccess', { taskToken: JSON.parse(Messages[0]?.Body ?? '').token, output: '"answer"' });
    const { taskToken } = await second.sfn<{ taskToken: string }>('GetActivityTask', { activityArn: activityArn('work') });
    await second.sfn('SendTaskSuccess', { taskToken, output: '"work"' });
    await second.kernel.run({ untilMs: START_MS + 2_100_000 });
    expect(await second.describe(arn)).toMatchObject({ status: 'SUCCEEDED', output: '["answer","work",[1,2,3]]' });
    await second.plane.close();
  });
});
