import { describe, expect, it } from 'vitest';
import { dynamodbWorld, plainTable } from './dynamodb-world.ts';

async function twoTables() {
  const world = dynamodbWorld();
  await world.call('CreateTable', plainTable('one'));
  await world.call('CreateTable', plainTable('two'));
  return world;
}

const put = (id: string) => ({ PutRequest: { Item: { id: { S: id } } } });
const removal = (id: string) => ({ DeleteRequest: { Key: { id: { S: id } } } });

describe('a batch', () => {
  it('writes and reads several tables', async () => {
    const world = await twoTables();
    const written = await world.call('BatchWriteItem', { RequestItems: { one: [put('a'), put('b')], two: [put('c')] }, ReturnConsumedCapacity: 'TOTAL' });
    expect(written).toEqual({
      UnprocessedItems: {},
      ConsumedCapacity: [
        { TableName: 'one', CapacityUnits: 2 },
        { TableName: 'two', CapacityUnits: 1 },
      ],
    });
    await world.call('BatchWriteItem', { RequestItems: { one: [removal('a')] } });
    const read = await world.call('BatchGetItem', {
      RequestItems: { one: { Keys: [{ id: { S: 'a' } }, { id: { S: 'b' } }] }, two: { Keys: [{ id: { S: 'c' } }], ConsistentRead: true } },
      ReturnConsumedCapacity: 'TOTAL',
    });
    expect(read).toEqual({
      Responses: { one: [{ id: { S: 'b' } }], two: [{ id: { S: 'c' } }] },
      UnprocessedKeys: {},
      ConsumedCapacity: [
        { TableName: 'one', CapacityUnits: 1 },
        { TableName: 'two', CapacityUnits: 1 },
      ],
    });
  });

  it('writes nothing where one of its requests is not acceptable', async () => {
    const world = await twoTables();
    const fault = await world.fault('BatchWriteItem', { RequestItems: { one: [put('a')], two: [{ PutRequest: { Item: { other: { S: 'x' } } } }] } });
    expect(fault.message).toBe('The provided key element does not match the schema');
    expect((await world.call('Scan', { TableName: 'one' })).Count).toBe(0);
  });

  it('refuses two requests for one item', async () => {
    const world = await twoTables();
    expect((await world.fault('BatchWriteItem', { RequestItems: { one: [put('a'), removal('a')] } })).message).toBe(
      'Provided list of item keys contains duplicates',
    );
    const keys = { RequestItems: { one: { Keys: [{ id: { S: 'a' } }, { id: { S: 'a' } }] } } };
    expect((await world.fault('BatchGetItem', keys)).message).toBe('Provided list of item keys contains duplicates');
  });

  it('leaves unread what would exceed 16 MB', async () => {
    const world = await twoTables();
    const ids = Array.from({ length: 50 }, (_, index) => `item${index}`);
    for (const id of ids) await world.call('PutItem', { TableName: 'one', Item: { id: { S: id }, body: { S: 'x'.repeat(399 * 1024) } } });
    const first = await world.call('BatchGetItem', { RequestItems: { one: { Keys: ids.map((id) => ({ id: { S: id } })) } } });
    const left = first.UnprocessedKeys.one.Keys;
    expect(first.Responses.one).toHaveLength(41);
    expect(left).toHaveLength(9);
    const second = await world.call('BatchGetItem', { RequestItems: first.UnprocessedKeys });
    expect(second.Responses.one).toHaveLength(9);
  });
});
