import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { setArchiveDelay } from '../../../../local/services/eventbridge/archive/archive-store.ts';
import { entry, memoryStore, queueArn, ruleTo, world } from './world.ts';

const BUS = 'arn:aws:events:us-east-1:111111111111:event-bus/default';
const ARCHIVE = 'arn:aws:events:us-east-1:111111111111:archive/all';
const START_MS = Date.UTC(2026, 0, 1);
const MINUTE_MS = 60_000;

const at = (seconds: number): Date => new Date(START_MS + seconds * 1000);

const replay = (more: object = {}): object => ({
  ReplayName: 'again',
  EventSourceArn: ARCHIVE,
  EventStartTime: at(0),
  EventEndTime: at(3600),
  Destination: { Arn: BUS },
  ...more,
});

/** A world with an archive of everything, a rule to a queue, and one event for each of the given seconds. */
async function withArchive(seconds: readonly number[], options: Parameters<typeof world>[0] = {}) {
  const made = world(options);
  await made.call('CreateArchive', { ArchiveName: 'all', EventSourceArn: BUS });
  await ruleTo(made);
  for (let first = 0; first < seconds.length; first += 10) {
    const Entries = seconds.slice(first, first + 10).map((second, index) => entry({ n: first + index }, { Time: at(second) }));
    await made.call('PutEvents', { Entries });
  }
  await made.kernel.run();
  made.received.length = 0;
  return made;
}

type World = Awaited<ReturnType<typeof withArchive>>;

interface Replayed {
  readonly id: string;
  readonly time: string;
  readonly 'replay-name': string;
  readonly detail: { readonly n: number };
}

const bodies = ({ received }: World): Replayed[] => received.map(({ payload }) => JSON.parse(payload.body) as Replayed);
const stateOf = async ({ call }: World, name = 'again') => (await call('DescribeReplay', { ReplayName: name }))['State'];

describe('replays', () => {
  it('bring the events of a time range again, with their name, and not into the archive', async () => {
    const made = await withArchive([0, 60, 120, 180]);
    const { call, kernel, entries } = made;
    const ids = entries('event-put').map(({ detail }) => detail['id']);
    expect(await call('StartReplay', replay({ EventStartTime: at(60), EventEndTime: at(120) }))).toEqual({
      ReplayArn: 'arn:aws:events:us-east-1:111111111111:replay/again',
      State: 'STARTING',
      ReplayStartTime: new Date(kernel.nowMs()),
    });
    await kernel.run();
    expect(bodies(made)).toMatchObject([
      { id: ids[1], time: '2026-01-01T00:01:00Z', 'replay-name': 'again', detail: { n: 1 } },
      { id: ids[2], time: '2026-01-01T00:02:00Z', 'replay-name': 'again', detail: { n: 2 } },
    ]);
    expect(await call('DescribeReplay', { ReplayName: 'again' })).toMatchObject({
      State: 'COMPLETED',
      EventSourceArn: ARCHIVE,
      Destination: { Arn: BUS },
      EventLastReplayedTime: at(120),
      ReplayEndTime: new Date(kernel.nowMs()),
    });
    expect(await call('DescribeArchive', { ArchiveName: 'all' })).toMatchObject({ EventCount: 4 });
  });

  it('miss what has not arrived in the archive yet', async () => {
    const made = await withArchive([]);
    const { call, kernel } = made;
    setArchiveDelay(made.state.archives, 10 * MINUTE_MS);
    await call('PutEvents', { Entries: [entry({ n: 0 })] });
    await kernel.run({ untilMs: START_MS + 5 * MINUTE_MS });
    await call('PutEvents', { Entries: [entry({ n: 1 })] });
    await kernel.run({ untilMs: START_MS + 10 * MINUTE_MS });
    made.received.length = 0;
    expect(await call('DescribeArchive', { ArchiveName: 'all' })).toMatchObject({ EventCount: 1, SizeBytes: 20 + 4 + 11 + 7 });
    await call('StartReplay', replay());
    await kernel.run();
    expect(bodies(made).map(({ detail }) => detail.n)).toEqual([0]);
    await kernel.run({ untilMs: START_MS + 15 * MINUTE_MS });
    await call('StartReplay', replay({ ReplayName: 'later' }));
    await kernel.run();
    expect(bodies(made).map(({ detail }) => detail.n)).toEqual([0, 0, 1]);
  });

  it('can be told from live events by a pattern', async () => {
    const { call, kernel, received } = await withArchive([0]);
    await call('PutRule', { Name: 'rule', EventPattern: '{"source":["shop"],"replay-name":[{"exists":false}]}' });
    await call('PutRule', { Name: 'replayed', EventPattern: '{"replay-name":["again"]}' });
    await call('PutTargets', { Rule: 'replayed', Targets: [{ Id: 't', Arn: queueArn('replayed') }] });
    await call('StartReplay', replay());
    await kernel.run();
    expect(received.map(({ queue }) => queue)).toEqual(['replayed']);
  });

  it('reach only the rules that the destination names', async () => {
    const { call, kernel, received } = await withArchive([0]);
    await call('PutRule', { Name: 'second', EventPattern: '{"source":["shop"]}' });
    await call('PutTargets', { Rule: 'second', Targets: [{ Id: 't', Arn: queueArn('second') }] });
    const FilterArns = ['arn:aws:events:us-east-1:111111111111:rule/second'];
    await call('StartReplay', replay({ Destination: { Arn: BUS, FilterArns } }));
    await kernel.run();
    expect(received.map(({ queue }) => queue)).toEqual(['second']);
    expect(await call('DescribeReplay', { ReplayName: 'again' })).toMatchObject({ Destination: { Arn: BUS, FilterArns } });
  });

  it('keep their name on the way through another bus', async () => {
    const made = await withArchive([0]);
    const { call, kernel } = made;
    const other = BUS.replace('default', 'other');
    await call('CreateEventBus', { Name: 'other' });
    await call('CreateArchive', { ArchiveName: 'others', EventSourceArn: other });
    await call('PutTargets', { Rule: 'rule', Targets: [{ Id: 'target', Arn: other }] });
    await call('PutRule', { Name: 'r', EventBusName: 'other', EventPattern: '{"replay-name":[{"exists":true}]}' });
    await call('PutTargets', { Rule: 'r', EventBusName: 'other', Targets: [{ Id: 't', Arn: queueArn('q') }] });
    await call('StartReplay', replay());
    await kernel.run();
    expect(bodies(made)).toMatchObject([{ 'replay-name': 'again' }]);
    expect(await call('DescribeArchive', { ArchiveName: 'others' })).toMatchObject({ EventCount: 0 });
  });

  it('go by minutes in order, and within a minute in none', async () => {
    const seconds = Array.from({ length: 200 }, (_, index) => (index * 7) % 120);
    const made = await withArchive(seconds);
    await made.call('StartReplay', replay());
    await made.kernel.run();
    const got = bodies(made);
    const minutes = got.map(({ time }) => time.slice(0, 16));
    expect(minutes).toEqual([...minutes].sort());
    const numbers = got.map(({ detail }) => detail.n);
    expect([...numbers].sort((a, b) => a - b)).toEqual(seconds.map((_, index) => index));
    const ofFirstMinute = numbers.filter((n) => (seconds[n] ?? 0) < 60);
    const inOrder = [...ofFirstMinute].sort((a, b) => a - b);
    expect(ofFirstMinute).not.toEqual(inOrder);
    expect(ofFirstMinute).not.toEqual(inOrder.reverse());
  });

  it('go at the pace of PutEvents, and can be cancelled on the way', async () => {
    const made = await withArchive(Array.from({ length: 2500 }, () => 5));
    const { call, kernel } = made;
    const startedMs = kernel.nowMs();
    await call('StartReplay', replay());
    await kernel.run({ untilMs: startedMs + 150 });
    expect(made.received).toHaveLength(2000);
    expect(await stateOf(made)).toBe('RUNNING');
    expect(await call('CancelReplay', { ReplayName: 'again' })).toMatchObject({ State: 'CANCELLING' });
    await expect(call('CancelReplay', { ReplayName: 'again' })).rejects.toMatchObject({ code: 'IllegalStatusException' });
    await kernel.run();
    expect(await stateOf(made)).toBe('CANCELLED');
    expect(made.received).toHaveLength(2000);
    await call('StartReplay', replay({ ReplayName: 'whole' }));
    await kernel.run();
    expect(made.received).toHaveLength(4500);
  });

  it('fail where the archive is deleted on the way', async () => {
    const made = await withArchive([0]);
    await made.call('StartReplay', replay());
    await made.call('DeleteArchive', { ArchiveName: 'all' });
    await made.kernel.run();
    expect(await made.call('DescribeReplay', { ReplayName: 'again' })).toMatchObject({ State: 'FAILED', StateReason: 'The archive does not exist any more.' });
  });

  it.each([
    [{ EventSourceArn: `${ARCHIVE}s` }, 'ValidationException', 'Parameter EventSourceArn is not valid. Reason: Archive alls does not exist.'],
    [{ EventSourceArn: BUS }, 'ValidationException', 'Parameter EventSourceArn is not valid. Reason: Must contain an archive ARN.'],
    [{ Destination: { Arn: `${BUS}s` } }, 'ResourceNotFoundException', 'Event bus defaults does not exist.'],
    [{ Destination: { Arn: ARCHIVE } }, 'ValidationException', 'Parameter Destination.Arn is not valid. Reason: Must contain an event bus ARN.'],
    [
      { Destination: { Arn: BUS.replace('default', 'other') } },
      'ValidationException',
      'Parameter Destination.Arn is not valid. Reason: Cross event bus replay is not permitted.',
    ],
    [{ EventEndTime: at(0) }, 'ValidationException', 'Parameter EventEndTime is not valid. Reason: EventStartTime must be before EventEndTime.'],
    [{ ReplayName: 'taken' }, 'ResourceAlreadyExistsException', 'Replay taken already exists.'],
    [
      { Destination: { Arn: BUS, FilterArns: ['arn:aws:events:us-east-1:111111111111:rule/none'] } },
      'ResourceNotFoundException',
      'Rule none does not exist on EventBus default.',
    ],
    [{ Destination: { Arn: BUS, FilterArns: [BUS] } }, 'ResourceNotFoundException', `Rule ${BUS} does not exist on EventBus default.`],
  ])('refuse %o', async (more, code, message) => {
    const { call } = await withArchive([]);
    await call('CreateEventBus', { Name: 'other' });
    await call('StartReplay', replay({ ReplayName: 'taken' }));
    await expect(call('StartReplay', replay(more))).rejects.toMatchObject({ code, message });
  });

  it('are ten at a time', async () => {
    const made = await withArchive([]);
    const { call, kernel } = made;
    for (let n = 0; n < 10; n += 1) await call('StartReplay', replay({ ReplayName: `r${n}` }));
    await expect(call('StartReplay', replay())).rejects.toMatchObject({ code: 'LimitExceededException' });
    await kernel.run();
    await call('StartReplay', replay());
    expect(await call('ListReplays', { State: 'COMPLETED', Limit: 9 })).toMatchObject({ NextToken: expect.any(String) });
    expect(await call('ListReplays', { NamePrefix: 'again' })).toMatchObject({ Replays: [{ ReplayName: 'again', State: 'STARTING' }] });
    await expect(call('ListReplays', { State: 'COMPLETED', NamePrefix: 'a' })).rejects.toThrow('At most one filter is allowed for ListReplays.');
    await expect(call('DescribeReplay', { ReplayName: 'none' })).rejects.toThrow('Replay none does not exist.');
  });

  it('go on after a restart with the minute in which they were', async () => {
    const store = memoryStore();
    const before = await withArchive([...Array<number>(600).fill(0), ...Array<number>(600).fill(60)], { store });
    await before.call('StartReplay', replay());
    await before.kernel.run({ untilMs: before.kernel.nowMs() + 50 });
    expect(before.received).toHaveLength(1000);
    const after = world({ store, seed: 'again' });
    await after.kernel.run();
    const again = bodies(after as World).map(({ detail }) => detail.n);
    expect(again.sort((a, b) => a - b)).toEqual(Array.from({ length: 600 }, (_, index) => 600 + index));
    expect(await stateOf(after as World)).toBe('COMPLETED');
  });

  it('bring each event of the range once, whatever the times and the seed', async () => {
    const times = fc.array(fc.integer({ min: 0, max: 400 }), { maxLength: 40 });
    const range = fc.tuple(fc.integer({ min: 0, max: 400 }), fc.integer({ min: 1, max: 200 }));
    await fc.assert(
      fc.asyncProperty(times, range, fc.string(), async (seconds, [from, length], seed) => {
        const made = await withArchive(seconds, { seed });
        await made.call('StartReplay', replay({ EventStartTime: at(from), EventEndTime: at(from + length) }));
        await made.kernel.run();
        const wanted = seconds.flatMap((second, n) => (second >= from && second <= from + length ? [n] : []));
        const got = bodies(made);
        expect(got.map(({ detail }) => detail.n).sort((a, b) => a - b)).toEqual(wanted);
        const minutes = got.map(({ time }) => Math.floor(Date.parse(time) / MINUTE_MS));
        expect(minutes).toEqual([...minutes].sort((a, b) => a - b));
      }),
      { numRuns: 40 },
    );
  });
});
