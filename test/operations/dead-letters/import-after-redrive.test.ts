import { GetFunctionConfigurationCommand, UpdateFunctionConfigurationCommand } from '@aws-sdk/client-lambda';
import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { expect, it } from 'vitest';
import { createWorld, type World } from '../../world/world.ts';

const CONSUMER = 'users-profile';

async function signedUp(world: World, userId: string): Promise<string> {
  const data = { userId, email: 'ada@example.com', name: 'Ada', signedUpAt: '2026-01-05T08:00:00.000Z' };
  return (await world.complete(world.operations.sendEvent({ type: 'UserSignedUp', data }))).eventId;
}

/** Takes a variable from the function, without which its handler throws; answers what gives it back. */
async function breakFunction(world: World): Promise<() => Promise<void>> {
  const { functionName: FunctionName } = world.consumer(CONSUMER);
  const { Environment: environment } = await world.complete(world.clients.lambda.send(new GetFunctionConfigurationCommand({ FunctionName })));
  const { TABLE_NAME: tableName = '', ...rest } = environment?.Variables ?? {};
  const set = async (variables: Record<string, string>): Promise<void> => {
    await world.complete(world.clients.lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName, Environment: { Variables: variables } })));
    await world.pass(60_000);
  };
  await set(rest);
  return () => set({ ...rest, TABLE_NAME: tableName });
}

async function redrive(world: World, planId: string): Promise<void> {
  const { id: jobId } = await world.complete(world.operations.startRedrive({ planId }));
  await world.complete(world.operations.job({ jobId, untilEnded: true }));
}

async function redriveOne(world: World, eventId: string): Promise<void> {
  const { id } = await world.complete(world.operations.planRedrive({ consumer: CONSUMER, where: `event=${eventId}` }));
  await redrive(world, id);
}

async function editOne(world: World, eventId: string): Promise<void> {
  const [letter] = await world.complete(world.operations.showDeadLetters({ key: eventId }));
  const { data } = (JSON.parse(letter?.payload ?? '') as { detail: { data: Record<string, unknown> } }).detail;
  const { id } = await world.complete(world.operations.planEdit({ messageId: letter?.messageId ?? '', data: { ...data, name: 'Grace' }, by: 'grace' }));
  await redrive(world, id);
}

it('imports of an export what is neither processed since nor in the queue again, and says of each letter what became of it', async () => {
  const world = await createWorld();
  const { operations } = world;
  const mend = await breakFunction(world);
  const [redriven = '', edited = '', failedAgain = '', untouched = '', removed = ''] = await Promise.all(
    ['u-1', 'u-2', 'u-3', 'u-4', 'u-5'].map((userId) => signedUp(world, userId)),
  );
  await world.settle();
  const letters = await world.complete(operations.exportDeadLetters({ consumer: CONSUMER }));
  expect(letters).toHaveLength(5);

  await redriveOne(world, failedAgain);
  await mend();
  await redriveOne(world, redriven);
  await editOne(world, edited);
  const messageIds = letters.filter(({ eventKey }) => eventKey.endsWith(removed)).map(({ messageId }) => messageId);
  await world.complete(operations.removeDeadLetters({ consumer: CONSUMER, messageIds, removal: { status: 'exported', because: 'a look', by: 'grace' } }));

  const result = await world.complete(operations.importDeadLetters({ letters }));
  expect(result).toEqual({ imported: 1, alreadyThere: 2, importedBefore: 0, processedSince: 2, unknownConsumer: [] });
  const there = await world.complete(operations.showDeadLetters({ key: CONSUMER }));
  expect(there.map(({ eventId }) => eventId).sort()).toEqual([failedAgain, untouched, removed].sort());
  expect(world.bugs).toEqual([]);
});

it.each(['dead', 'discarded'] as const)('says that an event was processed where a copy of it is %s since', async (status) => {
  const world = await createWorld();
  const { operations } = world;
  const mend = await breakFunction(world);
  const eventId = await signedUp(world, 'u-1');
  await world.settle();
  const [letter] = await world.complete(operations.exportDeadLetters({ consumer: CONSUMER }));
  await mend();
  await redriveOne(world, eventId);
  const MessageBody = letter?.body.replace('"Ada"', '"Grace"');
  await world.complete(world.clients.sqs.send(new SendMessageCommand({ QueueUrl: world.consumer(CONSUMER).queueUrl, MessageBody })));
  await world.settle();
  const [copy] = await world.complete(operations.showDeadLetters({ key: eventId }));
  if (status === 'discarded') {
    const removal = { status, because: 'a copy', by: 'grace' } as const;
    await world.complete(operations.removeDeadLetters({ consumer: CONSUMER, messageIds: [copy?.messageId ?? ''], removal }));
  }
  const { verdict, because } = await world.complete(operations.why({ eventId, consumer: CONSUMER }));
  expect(verdict).toBe('processed');
  expect(because).toMatch(/^It was processed at 2026-/);
  expect(because).toMatch(status === 'dead' ? /is in the dead-letter queue$/ : /was discarded by grace: a copy$/);
});
