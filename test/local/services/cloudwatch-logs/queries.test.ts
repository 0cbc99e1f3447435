import { describe, expect, it } from 'vitest';
import { Kernel } from '../../../../local/kernel/kernel.ts';
import { cloudwatchLogs } from '../../../../local/services/cloudwatch-logs/service.ts';

const START_MS = 1_795_132_800_000;
const SPAN = { startTime: START_MS / 1000 - 60, endTime: START_MS / 1000 + 60 };

async function queryWorld() {
  const clock = { kind: 'virtual', startMs: START_MS } as const;
  const kernel = new Kernel({ accountId: '111111111111', region: 'us-east-1', clock, seed: 'logs', journalCapacity: 1000 });
  kernel.install(cloudwatchLogs);
  const call = <Output>(operation: string, input: object = {}): Promise<Output> =>
    kernel.request({ service: 'cloudwatch-logs', operation, input, principal: { type: 'root' } });
  for (const logGroupName of ['a', 'b']) {
    await call('CreateLogGroup', { logGroupName });
    await call('CreateLogStream', { logGroupName, logStreamName: 's' });
    const message = JSON.stringify({ group: logGroupName, ms: 5 });
    await call('PutLogEvents', { logGroupName, logStreamName: 's', logEvents: [{ timestamp: START_MS, message }] });
  }
  return call;
}

describe('queries', () => {
  it('run over the groups and the time they name', async () => {
    const call = await queryWorld();
    const { queryId } = await call<{ queryId: string }>('StartQuery', { ...SPAN, logGroupNames: ['a', 'b'], queryString: 'fields group | sort group' });
    expect(await call('GetQueryResults', { queryId })).toMatchObject({
      status: 'Complete',
      statistics: { recordsMatched: 2, recordsScanned: 2 },
      results: [
        [{ field: 'group', value: 'a' }, { field: '@ptr' }],
        [{ field: 'group', value: 'b' }, { field: '@ptr' }],
      ],
    });
    const before = await call<{ queryId: string }>('StartQuery', { startTime: 0, endTime: 60, logGroupName: 'a', queryString: 'fields group' });
    expect(await call('GetQueryResults', { queryId: before.queryId })).toMatchObject({ results: [] });
    expect(await call('DescribeQueries', { logGroupName: 'b' })).toMatchObject({ queries: [{ queryId, status: 'Complete' }] });
  });

  it.each([
    [{ logGroupName: 'none', queryString: 'fields x' }, 'The specified log group does not exist.'],
    [{ logGroupName: 'a', queryString: 'fields' }, 'unexpected end of the query'],
    [{ queryString: 'fields x' }, 'A query needs between 1 and 50 log groups.'],
    [{ logGroupName: 'a', queryString: 'pattern @message' }, 'StartQuery: The command pattern is not emulated.'],
    [{ logGroupName: 'a', queryString: 'x', queryLanguage: 'SQL' }, 'StartQuery with queryLanguage SQL is not emulated.'],
  ])('%j is refused', async (input, message) => {
    const call = await queryWorld();
    await expect(call('StartQuery', { ...SPAN, ...input })).rejects.toThrow(message);
  });
});
