import { beforeEach, describe, expect, it } from 'vitest';
import { TerminalError } from '../../../../functions/backbone/errors.ts';
import { participant, performs, type StepHandler, undoes } from '../../../../functions/backbone/saga/participant.ts';
import { done } from '../../../../functions/backbone/saga/reply.ts';
import { PrepareShipment, type PrepareShipmentV1, RefundPayment } from '../../../../schemas/index.ts';
import { batchOf, CONTEXT, FakeClient, newWorld, sqsRecord, type World } from '../world.ts';

const order = { orderId: 'o1', customerId: 'c1', email: 'ada@example.org', lines: [{ sku: 'cd', quantity: 1 }] };
let world: World;
let sfn: FakeClient;
let runs: string[];
beforeEach(() => {
  world = newWorld();
  sfn = new FakeClient();
  runs = [];
});

const prepare: StepHandler<PrepareShipmentV1> = ({ data }, work) => {
  runs.push('prepare');
  work.put({ pk: `SHIPMENT#${data.orderId}`, sk: 'SHIPMENT' });
  return done({ shipmentId: 's1' });
};

function take(records: Parameters<typeof batchOf>, handle = prepare) {
  const steps = [
    performs(PrepareShipment.v1, handle),
    undoes(RefundPayment.v1, () => {
      runs.push('undo');
      return done();
    }),
  ];
  return participant({ name: 'shipping-commands', steps }, { ...world.ports, sfn } as never)(batchOf(...records), CONTEXT);
}

function command(contract: typeof PrepareShipment.v1 | typeof RefundPayment.v1, { token, data }: { readonly token: string; readonly data: object }) {
  const detail = {
    specversion: '1.0',
    id: contract === RefundPayment.v1 ? 'o1#Ship#undo' : 'o1#Ship',
    source: 'tickertape.sagas',
    type: contract.type,
    time: '2026-03-15T14:00:00.000Z',
    subject: 'o1',
    dataschema: contract.dataschema,
    correlationid: 'correlation',
    causationid: 'cause',
    traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    partitionkey: 'o1',
    flow: 'orchestration',
    sagaid: 'o1',
    sagastep: 'Ship',
    data,
  };
  return sqsRecord(JSON.stringify({ tasktoken: token, detail }), { messageId: token });
}

const forward = (token: string) => command(PrepareShipment.v1, { token, data: order });
const undo = (token: string) => command(RefundPayment.v1, { token, data: { orderId: 'o1', reason: 'late' } });
const answers = () => sfn.sent.map(({ operation, input }) => `${operation} ${String(input['taskToken'])} ${String(input['output'] ?? input['cause'])}`);

describe('a participant', () => {
  it('takes a step once, and answers each token with the same', async () => {
    await take([forward('t1')]);
    await take([forward('t2')]);
    expect(runs).toEqual(['prepare']);
    expect(answers()).toEqual(['SendTaskSuccess t1 {"shipmentId":"s1"}', 'SendTaskSuccess t2 {"shipmentId":"s1"}']);
  });

  it('answers again where it died between its commit and its answer', async () => {
    sfn.answer = () => {
      throw Object.assign(new Error('gone'), { name: 'TimeoutError' });
    };
    await expect(take([forward('t1')])).resolves.toEqual({ batchItemFailures: [{ itemIdentifier: 't1' }] });
    sfn.answer = () => ({});
    await expect(take([forward('t1')])).resolves.toEqual({ batchItemFailures: [] });
    expect(runs).toEqual(['prepare']);
    expect(answers().at(-1)).toBe('SendTaskSuccess t1 {"shipmentId":"s1"}');
  });

  it.each(['TaskTimedOut', 'TaskDoesNotExist', 'InvalidToken'])('acknowledges a command for which nobody waits any more (%s)', async (name) => {
    sfn.answer = () => {
      throw Object.assign(new Error(name), { name });
    };
    await expect(take([forward('t1')])).resolves.toEqual({ batchItemFailures: [] });
  });

  it('refuses a command that comes after its undo', async () => {
    await take([undo('t1')]);
    await take([forward('t2')]);
    expect(runs).toEqual(['undo']);
    expect(world.table.get('table', 'SHIPMENT#o1', 'SHIPMENT')).toBeUndefined();
    expect(answers()[1]).toBe('SendTaskFailure t2 {"code":"StepUndone","reason":"The step was undone before this command came"}');
  });

  it('refuses for good what the business refuses, and keeps nothing of it', async () => {
    const refuse: StepHandler<PrepareShipmentV1> = (_, work) => {
      runs.push('refuse');
      work.put({ pk: 'SHIPMENT#o1', sk: 'SHIPMENT' });
      throw new TerminalError('too heavy', { code: 'TooHeavy' });
    };
    await take([forward('t1')], refuse);
    await take([forward('t2')], refuse);
    expect(runs).toEqual(['refuse']);
    expect(world.table.get('table', 'SHIPMENT#o1', 'SHIPMENT')).toBeUndefined();
    expect(answers()).toEqual(['t1', 't2'].map((token) => `SendTaskFailure ${token} {"code":"TooHeavy","reason":"too heavy"}`));
  });

  it('dead-letters a step that was taken before with another command', async () => {
    await take([forward('t1')]);
    await take([command(PrepareShipment.v1, { token: 't2', data: { ...order, customerId: 'c2' } })]);
    expect(runs).toEqual(['prepare']);
    expect(world.sqs.inputs('SendMessage')).toHaveLength(1);
    expect(answers()).toHaveLength(1);
  });
});
