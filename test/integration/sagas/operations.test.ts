import { DescribeStateMachineCommand, StopExecutionCommand, UpdateStateMachineCommand } from '@aws-sdk/client-sfn';
import { describe, expect, it } from 'vitest';
import { describedSaga, inFlow, instance, trailOf } from '../../world/sagas.ts';
import { itemsOf, ledger } from '../../world/tables.ts';
import { createWorld, type World } from '../../world/world.ts';

const HOUR_MS = 60 * 60_000;
const REASON = 'by the test';

/** Deploys another definition of the checkout: the one that is there, changed; answers how to take it back. */
async function redefine(world: World, change: (definition: string) => string): Promise<() => Promise<unknown>> {
  const { stateMachineArn } = await describedSaga(world);
  const { sfn } = world.clients;
  const { definition = '' } = await world.complete(sfn.send(new DescribeStateMachineCommand({ stateMachineArn })));
  const update = (text: string) => world.complete(sfn.send(new UpdateStateMachineCommand({ stateMachineArn, definition: text })));
  await update(change(definition));
  return () => update(definition);
}

describe('a saga whose definition is wrong', () => {
  it('is seen as stuck, fails again where it is redriven, and completes on the mended definition; nothing is done twice', async () => {
    const world = await createWorld();
    await world.receiveStock('CD-1', 10);
    const mend = await redefine(world, (definition) => definition.replace('"step":{"S":"PrepareShipment"}', '"step":{"S":"{% $nothing.at.all %}"}'));
    const sagaId = await inFlow(world, 'orchestration', {});
    await world.settle();
    const { operations } = world;
    expect(await world.complete(operations.sagas({ state: 'STUCK', limit: 10 }))).toMatchObject([{ sagaId, step: 'ProcessPayment' }]);
    expect(await world.complete(operations.saga({ sagaId }))).toMatchObject({ executionStatus: 'FAILED', stuck: { error: 'States.QueryEvaluationError' } });

    expect(await world.complete(operations.actOnSaga({ sagaId, action: 'retry', reason: REASON }))).toMatchObject({ way: { kind: 'redrive' } });
    await world.settle();
    expect(await world.complete(operations.saga({ sagaId }))).toMatchObject({ state: 'STUCK', executionStatus: 'FAILED' });

    await mend();
    const plan = await world.complete(operations.actOnSaga({ sagaId, action: 'resume', reason: REASON }));
    expect(plan.way).toMatchObject({
      kind: 'round',
      entry: 'resume',
      at: 'PrepareShipment',
      results: { ReserveInventory: {}, ProcessPayment: expect.any(Object) },
    });
    await world.settle();
    expect(await world.complete(operations.saga({ sagaId }))).toMatchObject({ state: 'COMPLETED', round: 2, execution: `${sagaId}.2` });
    expect((await ledger(world)).entries).toHaveLength(1);
    expect(await itemsOf(world, 'SHIPMENT')).toHaveLength(1);
    expect(await itemsOf(world, 'STOCK')).toMatchObject([{ available: 9 }]);
    expect(world.bugs).toEqual([]);
  });
});

describe('an execution that is stopped', () => {
  it('before the pivot: the next round undoes what was begun', async () => {
    const world = await createWorld();
    await world.receiveStock('CD-1', 10);
    await world.complete(world.operations.setConsumer({ consumer: 'payments-commands', isEnabled: false }));
    const sagaId = await inFlow(world, 'orchestration', {});
    await world.pass(60_000);
    const { executionArn } = await world.complete(world.operations.saga({ sagaId }));
    await world.complete(world.clients.sfn.send(new StopExecutionCommand({ executionArn })));
    await world.complete(world.operations.setConsumer({ consumer: 'payments-commands', isEnabled: true }));
    await world.pass(HOUR_MS);
    const saga = await instance(world, sagaId);
    expect(saga).toMatchObject({ state: 'CANCELLED', round: 2, failure: { step: 'ProcessPayment', error: 'ABORTED' } });
    expect(trailOf(saga)).toEqual(expect.arrayContaining(['undone ProcessPayment', 'undone ReserveInventory', 'cancelled']));
    const { charged, refunded } = await ledger(world);
    expect(charged - refunded).toBe(0);
    expect(await itemsOf(world, 'STOCK')).toMatchObject([{ available: 10 }]);
  });

  it('at the pivot: the next round goes forward', async () => {
    const world = await createWorld();
    await world.receiveStock('CD-1', 10);
    await world.complete(world.operations.setConsumer({ consumer: 'shipping-commands', isEnabled: false }));
    const sagaId = await inFlow(world, 'orchestration', {});
    await world.pass(60_000);
    const { executionArn } = await world.complete(world.operations.saga({ sagaId }));
    await world.complete(world.clients.sfn.send(new StopExecutionCommand({ executionArn })));
    await world.complete(world.operations.setConsumer({ consumer: 'shipping-commands', isEnabled: true }));
    await world.pass(HOUR_MS);
    expect(await instance(world, sagaId)).toMatchObject({ state: 'COMPLETED', round: 2 });
    expect(await itemsOf(world, 'SHIPMENT')).toHaveLength(1);
  });
});

describe('an operator', () => {
  /** A saga whose undo of the payment is not answered, until the machine asks for a decision. */
  async function stuckInUndo() {
    const world = await createWorld();
    await world.receiveStock('CD-1', 2_000);
    const setConsumer = (consumer: string, isEnabled: boolean) => world.complete(world.operations.setConsumer({ consumer, isEnabled }));
    await setConsumer('shipping-commands', false);
    const sagaId = await inFlow(world, 'orchestration', { lines: [{ sku: 'CD-1', quantity: 1_001 }] });
    await world.pass(60_000);
    await setConsumer('payments-commands', false);
    await setConsumer('shipping-commands', true);
    for (let hour = 0; hour < 6 && (await instance(world, sagaId))['state'] !== 'STUCK'; hour += 1) await world.pass(HOUR_MS / 2);
    return { world, sagaId };
  }

  it('has a stuck undo tried again at once, and the saga ends', async () => {
    const { world, sagaId } = await stuckInUndo();
    expect(await instance(world, sagaId)).toMatchObject({ state: 'STUCK', stuck: { step: 'ProcessPayment', direction: 'undo' } });
    await world.complete(world.operations.setConsumer({ consumer: 'payments-commands', isEnabled: true }));
    await world.complete(world.operations.actOnSaga({ sagaId, action: 'retry', reason: REASON }));
    await world.settle();
    expect(await instance(world, sagaId)).toMatchObject({ state: 'CANCELLED' });
    expect(await ledger(world)).toMatchObject({ charged: 1499, refunded: 1499 });
    expect(await itemsOf(world, 'STOCK')).toMatchObject([{ available: 2_000 }]);
  });

  it('skips a stuck undo that was done by hand, and the trail says why', async () => {
    const { world, sagaId } = await stuckInUndo();
    await world.complete(world.operations.actOnSaga({ sagaId, action: 'skip', reason: 'refunded by hand' }));
    await world.pass(HOUR_MS / 4);
    const saga = await instance(world, sagaId);
    expect(saga).toMatchObject({ state: 'CANCELLED' });
    expect(JSON.stringify(saga['trail'])).toContain('refunded by hand');
  });

  it('is refused what makes no sense', async () => {
    const world = await createWorld();
    await world.receiveStock('CD-1', 10);
    const sagaId = await inFlow(world, 'orchestration', {});
    await world.settle();
    await expect(world.complete(world.operations.planSaga({ sagaId, action: 'retry', reason: REASON }))).rejects.toThrow('is COMPLETED: it has ended');
    await expect(world.complete(world.operations.saga({ sagaId: 'nobody' }))).rejects.toThrow('There is no saga nobody');
  });
});
