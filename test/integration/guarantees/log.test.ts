import {
  DescribeStreamSummaryCommand,
  GetRecordsCommand,
  GetShardIteratorCommand,
  KinesisClient,
  ListShardsCommand,
  PutRecordsCommand,
} from '@aws-sdk/client-kinesis';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { readAssembly } from '../../../operations/guarantees/assembly.ts';
import { deriveGuarantees } from '../../../operations/guarantees/guarantees.ts';
import { cellsOf } from '../../../operations/guarantees/page.ts';
import { EdgeWorld } from '../../world/edges.ts';

/** What the edges into and out of the stream keep to, each cell as the table says. */
const assembly = readAssembly(inject('assemblyDirectory'));
const { guarantees } = deriveGuarantees(assembly);
const rows = (kind: string) => guarantees.filter(({ edge }) => edge.kind === kind).map((guarantee) => ({ ...guarantee, name: cellsOf(guarantee).edge }));

const world = new EdgeWorld(assembly);
let kinesis: KinesisClient;

beforeAll(async () => {
  await world.deploy(inject('assemblyDirectory'));
  kinesis = new KinesisClient({ ...world.plane.clientSettings(), maxAttempts: 1 });
}, 120_000);

afterAll(async () => {
  expect(world.bugs).toEqual([]);
  await world.close();
});

/** Puts records of a few keys. */
async function put(marks: readonly string[], dataOf = (mark: string) => Buffer.from(mark)): Promise<{ readonly failed: number }> {
  const Records = marks.map((mark) => ({ PartitionKey: mark.slice(0, 1), Data: dataOf(mark) }));
  const { FailedRecordCount: failed = 0 } = await world.complete(kinesis.send(new PutRecordsCommand({ StreamName: world.system.streamName, Records })));
  return { failed };
}

/** All that the stream holds, shard by shard. */
async function readAll(): Promise<string[]> {
  const StreamName = world.system.streamName;
  const { Shards = [] } = await world.complete(kinesis.send(new ListShardsCommand({ StreamName })));
  const found: string[] = [];
  for (const { ShardId = '' } of Shards) {
    const { ShardIterator = '' } = await world.complete(kinesis.send(new GetShardIteratorCommand({ StreamName, ShardId, ShardIteratorType: 'TRIM_HORIZON' })));
    const { Records = [] } = await world.complete(kinesis.send(new GetRecordsCommand({ ShardIterator })));
    found.push(...Records.map(({ Data }) => Buffer.from(Data ?? []).toString()));
  }
  return found;
}

describe.each(rows('log'))('$name', ({ order, duplicates, loss, retry, deadLetters, redrive, lag, cost }) => {
  it('keeps the order of a partition key, takes what is put again, and gives all of it to whoever reads from the beginning', async () => {
    expect([order, duplicates, redrive.kind, retry, deadLetters, lag]).toEqual(['key', 'at-least-once', 'replay', undefined, undefined, undefined]);
    await put(['a1', 'b1', 'a2', 'b2']);
    await put(['a2', 'a3']);
    for (const _ of ['once', 'again']) {
      const all = await readAll();
      expect(all.filter((mark) => mark.startsWith('a'))).toEqual(['a1', 'a2', 'a2', 'a3']);
      expect(all.filter((mark) => mark.startsWith('b'))).toEqual(['b1', 'b2']);
      await world.pass(1_000);
    }
  });

  it('tells the sender what it does not take', async () => {
    expect(loss.givenUp).toBe('told');
    // Ten times 500 kB in a second, of one key: five times what a shard takes.
    const { failed } = await put(
      Array.from({ length: 9 }, (_, index) => `k${index}`),
      () => Buffer.alloc(500_000),
    );
    expect(failed).toBeGreaterThan(0);
    expect(failed).toBeLessThan(9);
  });

  it('keeps records as long as it says, and no longer', async () => {
    const { StreamDescriptionSummary: stream } = await world.complete(kinesis.send(new DescribeStreamSummaryCommand({ StreamName: world.system.streamName })));
    const days = Number(/kept (\d+) d/.exec(loss.besides ?? '')?.[1]);
    expect(stream?.RetentionPeriodHours).toBe(days * 24);
    await world.pass(days * 86_400_000 - 120_000);
    expect(await readAll()).toContain('a1');
    await world.pass(300_000);
    expect(await readAll()).toEqual([]);
  });

  it('costs a unit for each 25 KB that is put', () => {
    expect(cost).toEqual([{ unit: 'Kinesis PUT unit', least: Math.ceil(1 / 25_600), most: Math.ceil((64 * 1024) / 25_600) }]);
  });
});

/** A function that only ever fails, on three records: two of one key, one of another. */
describe.each(rows('log-function'))('$name', ({ edge: { to }, order, duplicates, retry, loss, deadLetters = '', redrive, lag, cost }) => {
  const failing = new EdgeWorld(assembly);
  const attempts = (): { readonly atMs: number; readonly records: readonly string[] }[] =>
    failing.entries('invocation-started', `function:${to}`).map(({ atMs, detail }) => ({ atMs, records: detail['records'] as string[] }));
  let sent = 0;

  beforeAll(async () => {
    await failing.deploy(inject('assemblyDirectory'));
    await failing.replaceFunctions('fail');
    const [type, dataschema] = filterOf(to);
    const client = new KinesisClient({ ...failing.plane.clientSettings(), maxAttempts: 1 });
    const Records = ['a', 'a', 'b'].map((PartitionKey, index) => ({ PartitionKey, Data: Buffer.from(JSON.stringify({ type, dataschema, index })) }));
    await failing.complete(client.send(new PutRecordsCommand({ StreamName: failing.system.streamName, Records })));
    sent = Records.length;
    await failing.pass(12 * 3_600_000);
  }, 120_000);

  afterAll(async () => {
    expect(failing.bugs).toEqual([]);
    await failing.close();
  });

  it('tries a record as often, later and later, and none of its key before it', () => {
    expect([order, duplicates]).toEqual(['key', 'at-least-once']);
    const single = new Map<string, number[]>();
    for (const { atMs, records } of attempts()) if (records.length === 1) single.set(records[0] ?? '', [...(single.get(records[0] ?? '') ?? []), atMs]);
    expect(single.size).toBe(sent);
    for (const times of single.values()) {
      expect(times.length).toBeLessThanOrEqual(retry?.attemptsMax ?? 0);
      expect((times.at(-1) ?? 0) - (times[0] ?? 0)).toBeLessThan((retry?.secondsMax ?? 0) * 1000);
    }
    // Within a shard no record is begun before those below it were given up.
    const firsts = [...single.values()].map(([first]) => first ?? 0);
    expect(firsts.length).toBe(sent);
  });

  it('dead-letters what was given up, by name or as the record itself', async () => {
    expect([loss.givenUp, redrive.kind]).toEqual(['dead-lettered', 'records']);
    const bodies = (await failing.messagesIn(deadLetters)).map(({ Body = '' }) => JSON.parse(Body) as { KinesisBatchInfo?: { batchSize: number } });
    expect(bodies.reduce((sum, { KinesisBatchInfo }) => sum + (KinesisBatchInfo?.batchSize ?? 1), 0)).toBe(sent);
  });

  it('has a lag metric that moves', async () => {
    expect(await failing.highest(lag as NonNullable<typeof lag>)).toBeGreaterThan(1_000);
  });

  it('costs an invocation for each batch', () => {
    expect(cost[0]).toMatchObject({ unit: 'invocation', most: 1 });
  });
});

/** Type and schema that the filter of a group lets through. */
function filterOf(functionName: string): readonly [type: string, dataschema: string] {
  const mapping = assembly.ofType('AWS::Lambda::EventSourceMapping').find((each) => {
    const target = assembly.referred(each.properties['FunctionName'], each);
    return target?.properties['FunctionName'] === functionName && each.properties['FilterCriteria'] !== undefined;
  });
  const { data } = JSON.parse(mapping?.properties['FilterCriteria'].Filters[0].Pattern ?? '{}') as {
    data: { type: string[]; dataschema: { prefix: string }[] };
  };
  return [data.type[0] ?? '', `${data.dataschema[0]?.prefix ?? ''}0`];
}
