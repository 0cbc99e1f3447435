import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Envelope } from '../../../functions/backbone/envelope.ts';
import { announce, type RelayPorts } from '../../../functions/backbone/outbox/announce.ts';
import type { Outgoing } from '../../../functions/backbone/outbox/publish.ts';
import { putToStream, type StreamPorts } from '../../../functions/backbone/outbox/stream.ts';
import { FakeClient, newWorld, orderEnvelope } from './world.ts';

interface Entry {
  readonly PartitionKey: string;
  readonly Data: Uint8Array;
}

/** What the stream does with a record of a call: takes it, refuses it, or takes it and its answer is lost. */
type Fate = 'taken' | 'refused' | 'unanswered';

function outgoing(id: string, key: string, padding = 0): Outgoing {
  const envelope = orderEnvelope(key, { id, padding: 'x'.repeat(padding) }) as unknown as Envelope;
  return { envelope, text: JSON.stringify(envelope) };
}

function newStream(fateOf: (id: string, call: number) => Fate) {
  const world = newWorld();
  const kinesis = new FakeClient();
  const taken: { readonly id: string; readonly key: string }[] = [];
  let calls = 0;
  kinesis.answer = ({ input }) => {
    calls += 1;
    const fates = (input['Records'] as Entry[]).map(({ PartitionKey: key, Data }) => {
      const { id } = JSON.parse(Buffer.from(Data).toString()) as { id: string };
      const fate = fateOf(id, calls);
      if (fate !== 'refused') taken.push({ id, key });
      return fate;
    });
    if (fates.includes('unanswered')) throw Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });
    const Records = fates.map((fate, index) =>
      fate === 'taken' ? { SequenceNumber: `${calls}-${index}` } : { ErrorCode: 'ProvisionedThroughputExceededException', ErrorMessage: 'Rate exceeded' },
    );
    return { FailedRecordCount: fates.filter((fate) => fate === 'refused').length, Records };
  };
  const endMs = world.nowMs + 30_000;
  const ports: StreamPorts = Object.assign(Object.create(world.ports) as StreamPorts, { kinesis, remainingMs: () => endMs - world.nowMs });
  return { ports, kinesis, taken, world };
}

describe('feeding the stream', () => {
  it('puts events of different keys in one call, by the partition key of their envelopes', async () => {
    const { ports, kinesis } = newStream(() => 'taken');
    await expect(putToStream(ports, 'events', [outgoing('1', 'a'), outgoing('2', 'b')])).resolves.toEqual(new Set());
    const [call] = kinesis.inputs('PutRecords');
    expect(call).toMatchObject({ StreamName: 'events', Records: [{ PartitionKey: 'a' }, { PartitionKey: 'b' }] });
    expect(kinesis.sent).toHaveLength(1);
  });

  it('keeps to 500 records and 5 MiB a call', async () => {
    const { ports, kinesis } = newStream(() => 'taken');
    const small = Array.from({ length: 501 }, (_, index) => outgoing(`s${index}`, `s${index}`));
    const large = Array.from({ length: 12 }, (_, index) => outgoing(`l${index}`, `l${index}`, 500_000));
    await putToStream(ports, 'events', [...small, ...large]);
    const calls = kinesis.inputs('PutRecords').map(({ Records }) => Records as Entry[]);
    expect(calls.flat()).toHaveLength(513);
    for (const call of calls) {
      expect(call.length).toBeLessThanOrEqual(500);
      expect(call.reduce((sum, { Data, PartitionKey }) => sum + Data.length + PartitionKey.length, 0)).toBeLessThanOrEqual(5 * 1024 * 1024);
    }
  });

  it('waits longer and longer for a stream that refuses, and gives up while there is time to say so', async () => {
    const { ports, kinesis, world } = newStream((id) => (id === '1' ? 'refused' : 'taken'));
    const all = [outgoing('1', 'a'), outgoing('2', 'a'), outgoing('3', 'b')];
    const left = await putToStream(ports, 'events', all);
    expect([...left].map(({ envelope }) => envelope.id)).toEqual(['1', '2']);
    expect(kinesis.sent.length).toBeGreaterThan(5);
    expect(kinesis.sent.length).toBeLessThan(30);
    expect(30_000 - (world.nowMs - newWorld().nowMs)).toBeGreaterThanOrEqual(2_000);
  });

  it('never puts a later event of a key before the earlier was taken, whatever fails in part', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 1, maxLength: 60 }),
        fc.array(fc.constantFrom<Fate>('taken', 'refused', 'unanswered', 'taken'), { maxLength: 200 }),
        async (keys, fates) => {
          const planned = [...fates];
          const { ports, taken } = newStream(() => planned.pop() ?? 'taken');
          const all = keys.map((key, index) => outgoing(String(index).padStart(3, '0'), `k${key}`));
          const left = await putToStream(ports, 'events', all);
          const firsts = [...new Map(taken.map((one) => [one.id, one])).values()];
          for (const key of new Set(keys)) {
            const sent = all.filter(({ envelope }) => envelope.partitionkey === `k${key}`);
            const arrived = firsts.filter((one) => one.key === `k${key}`).map(({ id }) => id);
            // What arrived is a beginning of what was to be sent, in order, and what is not reported as left has arrived.
            expect(arrived).toEqual(sent.slice(0, arrived.length).map(({ envelope }) => envelope.id));
            for (const one of sent) expect(left.has(one) || arrived.includes(one.envelope.id)).toBe(true);
          }
        },
      ),
      { numRuns: 300 },
    );
  });

  it('has an event acknowledged only where bus and stream have taken it, and neither waits for the other', async () => {
    const { ports, taken } = newStream((id) => (id === '2' ? 'refused' : 'taken'));
    const bus = new FakeClient();
    bus.answer = ({ input }) => ({
      Entries: (input['Entries'] as { Detail: string }[]).map(({ Detail }) => (Detail.includes('"id":"1"') ? { ErrorCode: 'Throttling' } : { EventId: 'x' })),
    });
    const environment = { EVENT_BUS_NAME: 'bus', STREAM_NAME: 'events' };
    const relayPorts: RelayPorts = Object.assign(Object.create(ports) as RelayPorts, { eventBridge: bus, environment });
    const left = await announce(relayPorts, [outgoing('1', 'a'), outgoing('2', 'b'), outgoing('3', 'c')]);
    expect([...left].map(({ envelope }) => envelope.id)).toEqual(['1', '2']);
    expect(taken.map(({ id }) => id)).toEqual(['1', '3']);
  });
});
