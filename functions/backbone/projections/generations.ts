import { PutItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { ConflictError } from '../errors.ts';
import { type Ports, required } from '../ports.ts';
import { toItem } from '../table.ts';
import type { Expression } from '../work.ts';
import { readItems } from './apply.ts';
import { type Generation, type PointerItem, pointerKeyOf } from './items.ts';
import type { Target } from './plan.ts';
import type { Projection } from './projection.ts';

const FIRST = '1';

/** Reads which generations projections have, in the order of `projections`; of one that has none its first is made. */
export async function pointersOf(ports: Ports, projections: readonly Projection[]): Promise<readonly PointerItem[]> {
  const found = await readItems<PointerItem>(
    ports,
    projections.map(({ name }) => pointerKeyOf(name)),
  );
  const pointers: PointerItem[] = [];
  for (const projection of projections) pointers.push(found.get(pointerKeyOf(projection.name).pk) ?? (await begin(ports, projection)));
  return pointers;
}

async function begin(ports: Ports, projection: Projection): Promise<PointerItem> {
  const { name, version } = projection;
  const pointer: PointerItem = {
    ...pointerKeyOf(name),
    entity: 'POINTER',
    live: FIRST,
    liveVersion: version,
    generations: Number(FIRST),
    liveSince: new Date(ports.nowMs()).toISOString(),
  };
  try {
    await ports.dynamodb.send(
      new PutItemCommand({ TableName: required(ports.environment, 'TABLE_NAME'), Item: toItem(pointer), ConditionExpression: 'attribute_not_exists(pk)' }),
    );
    return pointer;
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'ConditionalCheckFailedException') throw error;
  }
  const [existing] = await pointersOf(ports, [projection]);
  return existing ?? pointer;
}

/** The generation that is being built, where one is. */
export const buildingOf = ({ building, buildingVersion = 0 }: PointerItem): Generation | undefined =>
  building === undefined ? undefined : { generation: building, version: buildingVersion };

/**
 * The generations that an event is folded into: those that this version of the fold has made. The one that is being built comes before the live one, so that it has all that the live one has,
 * whenever readers are moved to it.
 */
export function targetsOf(projections: readonly Projection[], pointers: readonly PointerItem[]): readonly Target[] {
  const of = (choose: (pointer: PointerItem) => Generation | undefined): Target[] =>
    projections.flatMap((projection, index) => {
      const pointer = pointers[index];
      const chosen = pointer && choose(pointer);
      return chosen?.version === projection.version ? [{ projection, generation: chosen.generation }] : [];
    });
  return [...of(buildingOf), ...of(({ live, liveVersion }) => ({ generation: live, version: liveVersion }))];
}

/** Begins a generation beside the live one. From now on every event goes into it as well. @throws {ConflictError} where one is being built already */
export async function startBuilding(ports: Ports, { name, version }: Projection, pointer: PointerItem): Promise<Generation> {
  const generation = String(pointer.generations + 1);
  await change(ports, name, {
    expression: 'SET building = :building, buildingVersion = :version, generations = :generations',
    values: { ':building': generation, ':version': version, ':generations': pointer.generations + 1, ':before': pointer.generations },
    condition: 'attribute_not_exists(building) AND generations = :before',
  });
  return { generation, version };
}

/** Moves all readers to the generation that was built: one write, and there is none in between. */
export async function cutOver(ports: Ports, { name }: Projection, { generation, version }: Generation): Promise<void> {
  await change(ports, name, {
    expression: 'SET live = :building, liveVersion = :version, liveSince = :now REMOVE building, buildingVersion',
    values: { ':building': generation, ':version': version, ':now': new Date(ports.nowMs()).toISOString() },
    condition: 'building = :building',
  });
}

/** Gives up the generation that is being built. */
export async function stopBuilding(ports: Ports, { name }: Projection, { generation }: Generation): Promise<void> {
  await change(ports, name, { expression: 'REMOVE building, buildingVersion', values: { ':building': generation }, condition: 'building = :building' });
}

async function change(ports: Ports, name: string, { expression, values, condition }: Expression & { readonly condition: string }): Promise<void> {
  try {
    await ports.dynamodb.send(
      new UpdateItemCommand({
        TableName: required(ports.environment, 'TABLE_NAME'),
        Key: toItem(pointerKeyOf(name)),
        UpdateExpression: expression,
        ConditionExpression: condition,
        ExpressionAttributeValues: toItem(values ?? {}),
      }),
    );
  } catch (error) {
    if (error instanceof Error && error.name === 'ConditionalCheckFailedException')
      throw new ConflictError(`The generations of projection ${name} were changed meanwhile`, { cause: error });
    throw error;
  }
}
