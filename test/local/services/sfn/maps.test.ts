import { describe, expect, it } from 'vitest';
import { machineArn, START_MS, world } from './world.ts';

const PASS = { StartAt: 'One', States: { One: { Type: 'Pass', End: true } } };
const distributed = (name: string) => ({
  ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
  StartAt: name,
  States: { [name]: { Type: 'Pass', End: true } },
});
const DISTRIBUTED = distributed('Item');

describe('an inline map', () => {
  it('runs as many iterations at once as it may', async () => {
    const { machine, run } = await world();
    const wait = { StartAt: 'Wait', States: { Wait: { Type: 'Wait', Seconds: 10, End: true } } };
    await machine({
      Each: {
        Type: 'Map',
        ItemsPath: '$.items',
        MaxConcurrency: 2,
        ItemProcessor: wait,
        ItemSelector: { 'n.$': '$$.Map.Item.Index', 'v.$': '$$.Map.Item.Value' },
        End: true,
      },
    });
    const ended = await run({ items: ['a', 'b', 'c', 'd', 'e'] });
    expect((ended.stopDate as Date).getTime() - START_MS).toBe(30_000);
    expect(JSON.parse(ended.output ?? '')).toEqual(['a', 'b', 'c', 'd', 'e'].map((v, n) => ({ n, v })));
  });

  it('is done at once with nothing to do', async () => {
    const { machine, run, types } = await world();
    await machine({ Each: { Type: 'Map', ItemProcessor: PASS, End: true } });
    const ended = await run([]);
    expect(ended).toMatchObject({ status: 'SUCCEEDED', output: '[]' });
    expect(await types(ended.executionArn as string)).toContain('MapStateSucceeded');
  });
});

describe('a distributed map', () => {
  it('runs each batch as an execution, and counts them', async () => {
    const { machine, run, sfn } = await world();
    await machine({
      Each: {
        Type: 'Map',
        Label: 'each',
        ItemsPath: '$.items',
        ItemProcessor: DISTRIBUTED,
        ItemBatcher: { MaxItemsPerBatch: 2, BatchInput: { of: 'x' } },
        End: true,
      },
    });
    const ended = await run({ items: [1, 2, 3, 4, 5] });
    expect(JSON.parse(ended.output ?? '')).toEqual([
      { BatchInput: { of: 'x' }, Items: [1, 2] },
      { BatchInput: { of: 'x' }, Items: [3, 4] },
      { BatchInput: { of: 'x' }, Items: [5] },
    ]);
    const { mapRuns } = await sfn<{ mapRuns: { mapRunArn: string; stateMachineArn: string }[] }>('ListMapRuns', { executionArn: ended.executionArn });
    expect(mapRuns).toMatchObject([{ stateMachineArn: `${machineArn('machine')}/each` }]);
    expect(await sfn('DescribeMapRun', { mapRunArn: mapRuns[0]?.mapRunArn })).toMatchObject({
      status: 'SUCCEEDED',
      executionCounts: { succeeded: 3, total: 3, running: 0 },
      itemCounts: { total: 5, succeeded: 5 },
    });
    const { executions } = await sfn<{ executions: object[] }>('ListExecutions', { mapRunArn: mapRuns[0]?.mapRunArn });
    expect(executions).toHaveLength(3);
  });

  it('tolerates as many failures as it may, then fails and stops the rest', async () => {
    const { machine, start, kernel, describe: describeExecution, types } = await world();
    const processor = {
      ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'EXPRESS' },
      StartAt: 'Odd',
      States: {
        Odd: { Type: 'Choice', Choices: [{ Variable: '$', NumericEquals: 1, Next: 'Bad' }], Default: 'Good' },
        Good: { Type: 'Pass', End: true },
        Bad: { Type: 'Fail', Error: 'Bad' },
      },
    };
    await machine({ Each: { Type: 'Map', ItemProcessor: processor, ToleratedFailureCount: 1, End: true } });
    const tolerated = await start([1, 2, 3], 'tolerated');
    const failing = await start([1, 1, 3], 'failing');
    await kernel.run({ untilMs: START_MS + 1000 });
    expect(await describeExecution(tolerated)).toMatchObject({ status: 'SUCCEEDED', output: '[2,3]' });
    expect(await describeExecution(failing)).toMatchObject({ status: 'FAILED', error: 'States.ExceedToleratedFailureThreshold' });
    expect((await types(failing)).slice(-3)).toEqual(['MapRunFailed', 'MapStateFailed', 'ExecutionFailed']);
  });

  it('reads its items from S3, and writes its results there', async () => {
    const { machine, run, call } = await world();
    await call('s3', 'CreateBucket', { Bucket: 'items' });
    await call('s3', 'PutObject', { Bucket: 'items', Key: 'in.csv', Body: Buffer.from('name,age\n"a, b",1\nc,2\n') });
    const reader = {
      Resource: 'arn:aws:states:::s3:getObject',
      ReaderConfig: { InputType: 'CSV', CSVHeaderLocation: 'FIRST_ROW' },
      Parameters: { Bucket: 'items', Key: 'in.csv' },
    };
    const writer = { Resource: 'arn:aws:states:::s3:putObject', Parameters: { Bucket: 'items', Prefix: 'out' } };
    const list = { Resource: 'arn:aws:states:::s3:listObjectsV2', Parameters: { Bucket: 'items', Prefix: 'in' } };
    await machine({
      Rows: { Type: 'Map', ItemReader: reader, ItemProcessor: distributed('Row'), ResultPath: '$.rows', Next: 'Objects' },
      Objects: { Type: 'Map', ItemReader: list, ItemProcessor: distributed('Object'), ResultWriter: writer, ResultPath: '$.written', End: true },
    });
    const ended = await run();
    expect(ended.cause).toBeUndefined();
    const { rows, written } = JSON.parse(ended.output ?? '');
    expect(rows).toEqual([
      { name: 'a, b', age: '1' },
      { name: 'c', age: '2' },
    ]);
    const { Body } = await call<{ Body: Uint8Array }>('s3', 'GetObject', { Bucket: 'items', Key: written.ResultWriterDetails.Key });
    const manifest = JSON.parse(Buffer.from(Body).toString());
    expect(manifest.ResultFiles.SUCCEEDED).toHaveLength(1);
  });
});
