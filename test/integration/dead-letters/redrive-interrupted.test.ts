import { GetFunctionConfigurationCommand, UpdateFunctionConfigurationCommand } from '@aws-sdk/client-lambda';
import { expect, it } from 'vitest';
import type { RedriveJob } from '../../../operations/redrive/job.ts';
import { readTables } from '../../world/tables.ts';
import { createWorld, type World } from '../../world/world.ts';

const CONSUMER = 'users-profile';
const LETTERS = 30;

async function setTableName(world: World, tableName: string | undefined): Promise<void> {
  const FunctionName = world.consumer(CONSUMER).functionName;
  const { Environment: environment } = await world.complete(world.clients.lambda.send(new GetFunctionConfigurationCommand({ FunctionName })));
  const { TABLE_NAME: _, ...rest } = environment?.Variables ?? {};
  const Variables = { ...rest, ...(tableName !== undefined && { TABLE_NAME: tableName }) };
  await world.complete(world.clients.lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName, Environment: { Variables } })));
}

/** Sign-ups that a function could not handle which is mended by now. */
async function plantedWorld(): Promise<World> {
  const world = await createWorld();
  await setTableName(world, undefined);
  for (let index = 0; index < LETTERS; index += 1) {
    const data = { userId: `u-${index}`, email: 'ada@example.com', name: `Ada ${index}`, signedUpAt: '2026-01-05T08:00:00.000Z' };
    await world.complete(world.operations.sendEvent({ type: 'UserSignedUp', data }));
  }
  await world.settle();
  await setTableName(world, world.consumer(CONSUMER).tableName);
  return world;
}

async function redrive(world: World): Promise<RedriveJob> {
  const plan = await world.complete(world.operations.planRedrive({ consumer: CONSUMER }));
  const { id } = await world.complete(world.operations.startRedrive({ planId: plan.id }));
  return world.complete(world.operations.job({ jobId: id, untilEnded: true }));
}

/** Each user has a profile, and no letter is left. */
async function expectAllDone(world: World): Promise<void> {
  await world.settle();
  const profiles = (await readTables(world))[world.consumer(CONSUMER).tableName]?.filter(({ entity }) => entity === 'PROFILE');
  expect(profiles).toHaveLength(LETTERS);
  await expect(world.complete(world.operations.showDeadLetters({ key: CONSUMER, where: 'type=UserSignedUp' }))).resolves.toEqual([]);
}

it.each(['request-lost', 'response-lost'] as const)('loses no message and counts each once where deleting fails after some (%s)', async (fault) => {
  const world = await plantedWorld();
  let deletes = 0;
  // Mappings delete in batches: only a redrive deletes one by one.
  world.plane.kernel.setInterposer(({ service, operation }) => {
    if (service !== 'sqs' || operation !== 'DeleteMessage') return { kind: 'none' };
    deletes += 1;
    return { kind: deletes > 12 ? fault : 'none' };
  });
  const failed = await redrive(world);
  expect(failed).toMatchObject({ status: 'failed', error: expect.stringMatching(/InternalFailure/) });
  const { moved, gone, remaining, passed, failedAgain, pending } = failed.outcomes;
  expect({ gone, failedAgain, pending, unmoved: moved - passed, all: moved + remaining }).toEqual({
    gone: 0,
    failedAgain: 0,
    pending: 0,
    unmoved: 0,
    all: LETTERS,
  });
  expect(remaining).toBeGreaterThan(0);

  world.plane.kernel.setInterposer(undefined);
  // What the failed job had in hand comes back when its visibility timeout ends.
  await world.pass(130_000);
  const second = await redrive(world);
  expect(second.status).toBe('done');
  expect(second.outcomes.passed).toBe(second.plan.messages.length);
  // Those whose deletion was lost are moved twice, and take effect once.
  expect(second.plan.messages.length - remaining).toBe(fault === 'request-lost' ? moved - 12 : 0);
  await expectAllDone(world);
});

it('stops where it is cancelled, counts what remains, and another goes on from there', async () => {
  const world = await plantedWorld();
  const plan = await world.complete(world.operations.planRedrive({ consumer: CONSUMER }));
  const { id } = await world.complete(world.operations.startRedrive({ planId: plan.id, ratePerSecond: 1 }));
  await expect(world.complete(world.operations.startRedrive({ planId: plan.id }))).rejects.toThrow(`is running already: job ${id}`);
  await world.pass(10_000);
  await world.complete(world.operations.cancelJob({ jobId: id }));
  const { status, outcomes } = await world.complete(world.operations.job({ jobId: id, untilEnded: true }));
  expect(status).toBe('cancelled');
  expect(outcomes.moved).toBeGreaterThan(5);
  expect(outcomes.moved).toBeLessThan(15);
  expect(outcomes.moved + outcomes.remaining).toBe(LETTERS);
  const second = await redrive(world);
  expect(second).toMatchObject({ status: 'done', outcomes: { passed: outcomes.remaining, remaining: 0 } });
  await expectAllDone(world);
});

it('counts as skipped what somebody else took out meanwhile, and leaves alone what came later', async () => {
  const world = await plantedWorld();
  const plan = await world.complete(world.operations.planRedrive({ consumer: CONSUMER, where: 'data.userId=u-1*' }));
  expect(plan.messages).toHaveLength(11);
  const messageIds = plan.messages.slice(0, 4).map(({ messageId }) => messageId);
  const removal = { status: 'discarded', because: 'test', by: 'ada' } as const;
  await world.complete(world.operations.removeDeadLetters({ consumer: CONSUMER, messageIds, removal }));
  const { id } = await world.complete(world.operations.startRedrive({ planId: plan.id }));
  const job = await world.complete(world.operations.job({ jobId: id, untilEnded: true }));
  expect(job).toMatchObject({ status: 'done', outcomes: { moved: 7, passed: 7, gone: 4, remaining: 0, failedAgain: 0, pending: 0 } });
  expect(await world.complete(world.operations.showDeadLetters({ key: CONSUMER }))).toHaveLength(LETTERS - 11);
  await expect(world.complete(world.operations.startRedrive({ planId: plan.id, haltAt: '0%' }))).rejects.toThrow('"0%" is neither a number of messages');
});
