import { describe, expect, it } from 'vitest';
import { dynamodbWorld, plainTable, thingsTable } from './dynamodb-world.ts';

async function withItem() {
  const world = dynamodbWorld();
  await world.call('CreateTable', plainTable('plain'));
  await world.call('PutItem', { TableName: 'plain', Item: { id: { S: 'a' }, n: { N: '1.0' }, note: { S: 'x' } } });
  return world;
}

const key = { id: { S: 'a' } };

describe('an item', () => {
  it('is put, read, replaced and deleted, with its old attributes on request', async () => {
    const world = await withItem();
    expect((await world.call('GetItem', { TableName: 'plain', Key: key })).Item).toEqual({ id: { S: 'a' }, n: { N: '1' }, note: { S: 'x' } });
    const put = await world.call('PutItem', { TableName: 'plain', Item: { id: { S: 'a' }, n: { N: '2' } }, ReturnValues: 'ALL_OLD' });
    expect(put).toEqual({ Attributes: { id: { S: 'a' }, n: { N: '1' }, note: { S: 'x' } } });
    expect(await world.call('DeleteItem', { TableName: 'plain', Key: key, ReturnValues: 'ALL_OLD' })).toEqual({
      Attributes: { id: { S: 'a' }, n: { N: '2' } },
    });
    expect(await world.call('DeleteItem', { TableName: 'plain', Key: key, ReturnValues: 'ALL_OLD' })).toEqual({});
    expect(await world.call('GetItem', { TableName: 'plain', Key: key })).toEqual({});
  });

  it('does not change with the object it was put from', async () => {
    const world = await withItem();
    const Item = { id: { S: 'b' }, map: { M: { inner: { S: 'kept' } } } };
    await world.call('PutItem', { TableName: 'plain', Item });
    Item.map.M.inner.S = 'changed';
    expect((await world.call('GetItem', { TableName: 'plain', Key: { id: { S: 'b' } } })).Item.map).toEqual({ M: { inner: { S: 'kept' } } });
  });

  it.each([
    ['NONE', undefined],
    ['ALL_OLD', { id: { S: 'a' }, n: { N: '1' }, note: { S: 'x' } }],
    ['ALL_NEW', { id: { S: 'a' }, n: { N: '6' } }],
    ['UPDATED_OLD', { n: { N: '1' }, note: { S: 'x' } }],
    ['UPDATED_NEW', { n: { N: '6' } }],
  ])('answers an update with %s', async (ReturnValues, Attributes) => {
    const world = await withItem();
    const answer = await world.call('UpdateItem', {
      TableName: 'plain',
      Key: key,
      UpdateExpression: 'SET n = n + :five REMOVE note',
      ExpressionAttributeValues: { ':five': { N: '5' } },
      ReturnValues,
    });
    expect(answer.Attributes).toEqual(Attributes);
  });

  it('is made by an update where there is none', async () => {
    const world = await withItem();
    const answer = await world.call('UpdateItem', { TableName: 'plain', Key: { id: { S: 'new' } }, ReturnValues: 'ALL_NEW' });
    expect(answer.Attributes).toEqual({ id: { S: 'new' } });
  });

  it('stays as it is where a condition fails, and is shown on request', async () => {
    const world = await withItem();
    const put = { TableName: 'plain', Item: { id: { S: 'a' } }, ConditionExpression: 'attribute_not_exists(id)' };
    expect(await world.fault('PutItem', put)).toMatchObject({
      code: 'ConditionalCheckFailedException',
      message: 'The conditional request failed',
      members: {},
    });
    const shown = await world.fault('PutItem', { ...put, ReturnValuesOnConditionCheckFailure: 'ALL_OLD' });
    expect(shown.members).toEqual({ Item: { id: { S: 'a' }, n: { N: '1' }, note: { S: 'x' } } });
    expect((await world.call('GetItem', { TableName: 'plain', Key: key })).Item).toHaveProperty('note');
    expect(world.metrics.filter(({ name }) => name === 'ConditionalCheckFailedRequests')).toHaveLength(2);
    expect(world.entries('condition-failed')[0]).toMatchObject({ detail: { key: { id: 'a' }, operation: 'PutItem', writeUnits: 1 } });
  });

  it.each([
    ['PutItem', { Item: { n: { N: '1' } } }, 'One or more parameter values were invalid: Missing the key id in the item'],
    ['PutItem', { Item: { id: { N: '1' } } }, 'One or more parameter values were invalid: Type mismatch for key id expected: S actual: N'],
    [
      'PutItem',
      { Item: { id: { S: '' } } },
      'One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty string value. Key: id',
    ],
    [
      'PutItem',
      { Item: { id: { S: 'x'.repeat(2049) } } },
      'One or more parameter values were invalid: Size of hashkey has exceeded the maximum size limit of2048 bytes',
    ],
    ['PutItem', { Item: { id: { S: 'a' }, big: { S: 'x'.repeat(400 * 1024) } } }, 'Item size has exceeded the maximum allowed size'],
    ['PutItem', { Item: { id: { S: 'a' } }, ReturnValues: 'ALL_NEW' }, 'ReturnValues can only be ALL_OLD or NONE'],
    ['GetItem', { Key: { id: { S: 'a' }, n: { N: '1' } } }, 'The provided key element does not match the schema'],
    [
      'UpdateItem',
      { Key: key, UpdateExpression: 'SET id = :v', ExpressionAttributeValues: { ':v': { S: 'b' } } },
      'One or more parameter values were invalid: Cannot update attribute id. This attribute is part of the key',
    ],
    [
      'UpdateItem',
      { Key: key, UpdateExpression: 'SET note = :v', ExpressionAttributeValues: { ':v': { S: 'x'.repeat(400 * 1024) } } },
      'Item size to update has exceeded the maximum allowed size',
    ],
    [
      'UpdateItem',
      { Key: key, UpdateExpression: 'SET note = :v', ExpressionAttributeValues: { ':v': { S: 'b' }, ':w': { S: 'c' } } },
      'Value provided in ExpressionAttributeValues unused in expressions: keys: {:w}',
    ],
    [
      'DeleteItem',
      { Key: key, ConditionExpression: '#n = :v', ExpressionAttributeValues: { ':v': { S: 'b' } } },
      'Invalid ConditionExpression: An expression attribute name used in the document path is not defined; attribute name: #n',
    ],
    [
      'GetItem',
      { Key: key, ProjectionExpression: 'id.a' },
      "Key attributes must be scalars; list random access '[]' and map lookup '.' are not allowed: Key: id",
    ],
  ])('%s refuses %j', async (operation, input, message) => {
    const world = await withItem();
    expect(await world.fault(operation, { TableName: 'plain', ...input })).toMatchObject({ code: 'ValidationException', message });
  });

  it('is unknown where its table is', async () => {
    const world = dynamodbWorld();
    expect(await world.fault('GetItem', { TableName: 'none', Key: key })).toMatchObject({
      code: 'ResourceNotFoundException',
      message: 'Requested resource not found',
    });
  });

  it('must suit the keys of indexes', async () => {
    const world = dynamodbWorld();
    await world.call('CreateTable', thingsTable());
    const fault = await world.fault('PutItem', { TableName: 'things', Item: { pk: { S: 'a' }, sk: { S: 'b' }, owner: { N: '1' } } });
    expect(fault.message).toBe('One or more parameter values were invalid: Type mismatch for Index Key owner Expected: S Actual: N IndexName: byOwner');
  });
});

describe('what a request takes', () => {
  const size = (bytes: number) => ({ id: { S: 'a' }, b: { S: 'x'.repeat(bytes - 4) } });

  it.each([
    [1024, 1],
    [1025, 2],
    [4096, 4],
  ])('is for %i bytes written %i units', async (bytes, units) => {
    const world = dynamodbWorld();
    await world.call('CreateTable', plainTable('plain'));
    const answer = await world.call('PutItem', { TableName: 'plain', Item: size(bytes), ReturnConsumedCapacity: 'TOTAL' });
    expect(answer.ConsumedCapacity).toEqual({ TableName: 'plain', CapacityUnits: units });
    expect(world.entries('item-written')[0]?.detail).toMatchObject({ writeUnits: units, transactional: false, key: { id: 'a' } });
  });

  it.each([
    [4096, true, 1],
    [4097, true, 2],
    [4097, false, 1],
    [100, false, 0.5],
  ])('is for %i bytes read (consistently: %s) %d units', async (bytes, ConsistentRead, units) => {
    const world = dynamodbWorld();
    await world.call('CreateTable', plainTable('plain'));
    await world.call('PutItem', { TableName: 'plain', Item: size(bytes) });
    const answer = await world.call('GetItem', { TableName: 'plain', Key: key, ConsistentRead, ReturnConsumedCapacity: 'INDEXES' });
    expect(answer.ConsumedCapacity).toEqual({ TableName: 'plain', CapacityUnits: units, Table: { CapacityUnits: units } });
  });

  it('is for indexes what changes in them', async () => {
    const world = dynamodbWorld();
    await world.call('CreateTable', thingsTable());
    const write = async (more: object) => {
      const Item = { pk: { S: 'a' }, sk: { S: 'b' }, owner: { S: 'o' }, rank: { N: '1' }, note: { S: 'n' }, ...more };
      const { ConsumedCapacity } = await world.call('PutItem', { TableName: 'things', Item, ReturnConsumedCapacity: 'INDEXES' });
      return [
        ConsumedCapacity.Table.CapacityUnits,
        ConsumedCapacity.GlobalSecondaryIndexes?.byOwner.CapacityUnits ?? 0,
        ConsumedCapacity.LocalSecondaryIndexes?.byRank.CapacityUnits ?? 0,
      ];
    };
    expect(await write({})).toEqual([1, 1, 1]);
    expect(await write({ unrelated: { S: 'x' } })).toEqual([1, 0, 0]);
    expect(await write({ note: { S: 'other' } })).toEqual([1, 1, 0]);
    expect(await write({ owner: { S: 'p' } })).toEqual([1, 2, 0]);
    expect(await write({ rank: { N: '2' } })).toEqual([1, 2, 2]);
  });

  it('is metered by table', async () => {
    const world = await withItem();
    expect(world.metrics).toContainEqual({
      namespace: 'AWS/DynamoDB',
      name: 'ConsumedWriteCapacityUnits',
      dimensions: { TableName: 'plain' },
      value: 1,
      unit: 'Count',
    });
  });
});

describe('parameters of before there were expressions', () => {
  it('update and check as expressions do', async () => {
    const world = await withItem();
    const answer = await world.call('UpdateItem', {
      TableName: 'plain',
      Key: key,
      AttributeUpdates: { n: { Action: 'ADD', Value: { N: '4' } }, note: { Action: 'DELETE' }, list: { Action: 'ADD', Value: { L: [{ S: 'x' }] } } },
      Expected: { n: { ComparisonOperator: 'LT', AttributeValueList: [{ N: '2' }] }, gone: { Exists: false } },
      ReturnValues: 'ALL_NEW',
    });
    expect(answer.Attributes).toEqual({ id: { S: 'a' }, n: { N: '5' }, list: { L: [{ S: 'x' }] } });
    const again = { TableName: 'plain', Key: key, Expected: { n: { Value: { N: '1' } } } };
    expect((await world.fault('DeleteItem', again)).code).toBe('ConditionalCheckFailedException');
  });

  it('are not mixed with expressions', async () => {
    const world = await withItem();
    const mixed = { TableName: 'plain', Key: key, ConditionExpression: 'attribute_exists(id)', Expected: { n: { Exists: false } } };
    expect((await world.fault('DeleteItem', mixed)).message).toBe(
      'Can not use both expression and non-expression parameters in the same request: Non-expression parameters: {Expected} Expression parameters: {ConditionExpression}',
    );
  });
});
