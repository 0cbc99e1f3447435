import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalDecimal, compareDecimals } from '../../../../local/languages/dynamodb-expression/decimal.ts';
import { type DynamoDbWorld, dynamodbWorld, RememberedStore, thingsTable } from './dynamodb-world.ts';

type SortType = 'S' | 'N' | 'B';
type Thing = Record<string, Record<string, unknown>>;

/** Small ranges, so that commands meet on the same items, partitions and index entries. */
const partitions = fc.constantFrom('p', 'q', 'ü');
const sorts: Record<SortType, fc.Arbitrary<Record<string, unknown>>> = {
  S: fc.constantFrom('', 'a', 'aa', 'b', 'é', '\uFFEE', '\u{1F600}').map((text) => ({ S: `${text}.` })),
  N: fc.constantFrom('-1.5', '0', '0.10', '2', '10', '1e20', '12345678901234567890').map((text) => ({ N: text })),
  B: fc.constantFrom([0], [0, 0], [1], [127], [128], [255, 1]).map((bytes) => ({ B: new Uint8Array(bytes) })),
};
const owners = fc.option(fc.constantFrom('o1', 'o2'), { nil: undefined });
const ranks = fc.option(fc.integer({ min: -2, max: 2 }), { nil: undefined });

const thing = (type: SortType) =>
  fc.record({ pk: partitions, sk: sorts[type], owner: owners, rank: ranks, note: fc.constantFrom('x', 'y') }).map(
    ({ pk, sk, owner, rank, note }): Thing => ({
      pk: { S: pk },
      sk,
      ...(owner !== undefined && { owner: { S: owner } }),
      ...(rank !== undefined && { rank: { N: String(rank) } }),
      note: { S: note },
    }),
  );

type Command =
  | { readonly kind: 'put' | 'create' | 'delete'; readonly item: Thing }
  | { readonly kind: 'update'; readonly item: Thing; readonly by: number }
  | { readonly kind: 'transact'; readonly items: readonly Thing[] };

const command = (type: SortType): fc.Arbitrary<Command> =>
  fc.oneof(
    { weight: 4, arbitrary: fc.record({ kind: fc.constantFrom('put' as const, 'create' as const, 'delete' as const), item: thing(type) }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('update' as const), item: thing(type), by: fc.integer({ min: -1, max: 1 }) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('transact' as const), items: fc.array(thing(type), { minLength: 2, maxLength: 4 }) }) },
  );

/** An item's key as text; numbers in one form. */
function keyText({ pk, sk }: Thing): string {
  const { S: text, N: number, B: bytes } = sk as { S?: string; N?: string; B?: Uint8Array };
  return JSON.stringify([pk?.['S'], text ?? (number === undefined ? [...(bytes as Uint8Array)] : canonicalDecimal(number))]);
}

function compareSort(a: Thing, b: Thing): number {
  const [left, right] = [a['sk'], b['sk']] as { S?: string; N?: string; B?: Uint8Array }[];
  if (left?.N !== undefined) return compareDecimals(left.N, right?.N as string);
  return Buffer.compare(Buffer.from((left?.S ?? left?.B) as string), Buffer.from((right?.S ?? right?.B) as string));
}

const keyOf = ({ pk, sk }: Thing) => ({ pk, sk });
const canonical = (item: Thing): Thing => ({ ...item, ...(item['sk']?.['N'] !== undefined && { sk: { N: canonicalDecimal(item['sk']['N'] as string) } }) });

/** Applies a command to the table and to a map, and expects both to say the same. */
async function apply(world: DynamoDbWorld, model: Map<string, Thing>, one: Command): Promise<void> {
  const TableName = 'things';
  const outcome = (operation: string, input: object) =>
    world.call(operation, { TableName, ...input }).then(
      () => 'done',
      (error) => error.code,
    );
  switch (one.kind) {
    case 'put':
      await world.call('PutItem', { TableName, Item: one.item });
      model.set(keyText(one.item), canonical(one.item));
      return;
    case 'create': {
      const isThere = model.has(keyText(one.item));
      expect(await outcome('PutItem', { Item: one.item, ConditionExpression: 'attribute_not_exists(pk)' })).toBe(
        isThere ? 'ConditionalCheckFailedException' : 'done',
      );
      if (!isThere) model.set(keyText(one.item), canonical(one.item));
      return;
    }
    case 'delete':
      await world.call('DeleteItem', { TableName, Key: keyOf(one.item) });
      model.delete(keyText(one.item));
      return;
    case 'update': {
      const present = model.get(keyText(one.item));
      const rank = present?.['rank']?.['N'];
      const input = {
        Key: keyOf(one.item),
        UpdateExpression: 'SET #r = #r + :by',
        ConditionExpression: 'attribute_exists(#r)',
        ExpressionAttributeNames: { '#r': 'rank' },
        ExpressionAttributeValues: { ':by': { N: String(one.by) } },
      };
      expect(await outcome('UpdateItem', input)).toBe(rank === undefined ? 'ConditionalCheckFailedException' : 'done');
      if (present && rank !== undefined) model.set(keyText(one.item), { ...present, rank: { N: String(Number(rank) + one.by) } });
      return;
    }
    case 'transact':
      await applyTransaction(world, model, one.items);
  }
}

/** Creates all items or none. */
async function applyTransaction(world: DynamoDbWorld, model: Map<string, Thing>, items: readonly Thing[]): Promise<void> {
  const distinct = [...new Map(items.map((item) => [keyText(item), item])).values()];
  const TransactItems = distinct.map((Item) => ({ Put: { TableName: 'things', Item, ConditionExpression: 'attribute_not_exists(pk)' } }));
  const reasons = distinct.map((item) => (model.has(keyText(item)) ? 'ConditionalCheckFailed' : 'None'));
  const fault = await world.call('TransactWriteItems', { TransactItems }).then(
    () => undefined,
    (error) => error,
  );
  expect(fault?.members.CancellationReasons.map(({ Code }: { Code: string }) => Code)).toEqual(
    reasons.includes('ConditionalCheckFailed') ? reasons : undefined,
  );
  if (!fault) for (const item of distinct) model.set(keyText(item), canonical(item));
}

/** All pages of a query or scan. */
async function pages(world: DynamoDbWorld, operation: 'Query' | 'Scan', input: object): Promise<Thing[]> {
  const items: Thing[] = [];
  let start: object | undefined;
  for (let page = 0; page < 100; page += 1) {
    const answer = await world.call(operation, { TableName: 'things', Limit: 2, ...input, ...(start && { ExclusiveStartKey: start }) });
    items.push(...answer.Items);
    start = answer.LastEvaluatedKey;
    if (!start) return items;
  }
  throw new Error('The pages do not end');
}

const sorted = (items: Iterable<Thing>): Thing[] => [...items].sort((a, b) => (keyText(a) < keyText(b) ? -1 : 1));

async function expectSame(world: DynamoDbWorld, model: ReadonlyMap<string, Thing>): Promise<void> {
  const all = [...model.values()];
  expect(sorted(await pages(world, 'Scan', {}))).toEqual(sorted(all));
  const segments = await Promise.all([0, 1, 2].map((Segment) => pages(world, 'Scan', { Segment, TotalSegments: 3 })));
  expect(sorted(segments.flat())).toEqual(sorted(all));
  for (const pk of ['p', 'q', 'ü']) {
    const own = all.filter((item) => item['pk']?.['S'] === pk).sort(compareSort);
    const query = { KeyConditionExpression: 'pk = :pk', ExpressionAttributeValues: { ':pk': { S: pk } } };
    expect(await pages(world, 'Query', query)).toEqual(own);
    expect(await pages(world, 'Query', { ...query, ScanIndexForward: false })).toEqual([...own].reverse());
    const ranked = await pages(world, 'Query', { ...query, IndexName: 'byRank' });
    expect(ranked.map((item) => Number(item['rank']?.['N']))).toEqual(
      own
        .map((item) => item['rank']?.['N'])
        .filter((rank) => rank !== undefined)
        .map(Number)
        .sort((a, b) => a - b),
    );
  }
  for (const owner of ['o1', 'o2']) {
    const indexed = await pages(world, 'Query', {
      IndexName: 'byOwner',
      KeyConditionExpression: '#o = :o',
      ExpressionAttributeNames: { '#o': 'owner' },
      ExpressionAttributeValues: { ':o': { S: owner } },
    });
    const expected = all.filter((item) => item['owner']?.['S'] === owner && item['rank'] !== undefined);
    expect(sorted(indexed)).toEqual(sorted(expected));
    const order = indexed.map((item) => Number(item['rank']?.['N']));
    expect(order).toEqual([...order].sort((a, b) => a - b));
  }
  const { Table: table } = await world.call('DescribeTable', { TableName: 'things' });
  expect(table.ItemCount).toBe(all.length);
  expect(table.GlobalSecondaryIndexes[0].ItemCount).toBe(all.filter((item) => item['owner'] && item['rank']).length);
}

describe.each(['S', 'N', 'B'] as const)('a table with a sort key of type %s', (type) => {
  it('is, with its indexes, what a map would be, before and after a restart', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(command(type), { maxLength: 40 }), async (commands) => {
        const store = new RememberedStore();
        const world = dynamodbWorld({ store });
        await world.call('CreateTable', thingsTable(type));
        const model = new Map<string, Thing>();
        for (const one of commands) await apply(world, model, one);
        await expectSame(world, model);
        await expectSame(dynamodbWorld({ store }), model);
      }),
      { numRuns: 25 },
    );
  });
});
