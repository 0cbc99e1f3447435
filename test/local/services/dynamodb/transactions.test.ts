import { describe, expect, it } from 'vitest';
import { dynamodbWorld, plainTable, START_MS } from './dynamodb-world.ts';

async function world() {
  const made = dynamodbWorld();
  await made.call('CreateTable', plainTable('one'));
  await made.call('CreateTable', plainTable('two'));
  await made.call('PutItem', { TableName: 'one', Item: { id: { S: 'a' }, stock: { N: '3' } } });
  return made;
}

const take = (count: number) => ({
  Update: {
    TableName: 'one',
    Key: { id: { S: 'a' } },
    UpdateExpression: 'SET stock = stock - :n',
    ConditionExpression: 'stock >= :n',
    ExpressionAttributeValues: { ':n': { N: String(count) } },
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
  },
});
const claim = (id: string) => ({ Put: { TableName: 'two', Item: { id: { S: id } }, ConditionExpression: 'attribute_not_exists(id)' } });

describe('a transaction', () => {
  it('makes all its changes and pays twice for each', async () => {
    const plane = await world();
    const answer = await plane.call('TransactWriteItems', { TransactItems: [take(2), claim('c')], ReturnConsumedCapacity: 'TOTAL' });
    expect(answer.ConsumedCapacity).toEqual([
      { TableName: 'one', CapacityUnits: 2, WriteCapacityUnits: 2 },
      { TableName: 'two', CapacityUnits: 2, WriteCapacityUnits: 2 },
    ]);
    const read = await plane.call('TransactGetItems', {
      TransactItems: [
        { Get: { TableName: 'two', Key: { id: { S: 'c' } } } },
        { Get: { TableName: 'one', Key: { id: { S: 'a' } } } },
        { Get: { TableName: 'one', Key: { id: { S: 'z' } } } },
      ],
    });
    expect(read.Responses).toEqual([{ Item: { id: { S: 'c' } } }, { Item: { id: { S: 'a' }, stock: { N: '1' } } }, {}]);
    expect(
      plane
        .entries('item-written')
        .slice(1)
        .map(({ detail }) => [detail['operation'], detail['transactional'], detail['writeUnits']]),
    ).toEqual([
      ['UpdateItem', true, 2],
      ['PutItem', true, 2],
    ]);
  });

  it('makes none where one condition fails, and says of each why', async () => {
    const plane = await world();
    await plane.call('TransactWriteItems', { TransactItems: [claim('c')] });
    const fault = await plane.fault('TransactWriteItems', {
      TransactItems: [
        claim('d'),
        take(5),
        claim('c'),
        { ConditionCheck: { TableName: 'one', Key: { id: { S: 'z' } }, ConditionExpression: 'attribute_not_exists(id)' } },
      ],
    });
    expect(fault).toMatchObject({
      code: 'TransactionCanceledException',
      message: 'Transaction cancelled, please refer cancellation reasons for specific reasons [None, ConditionalCheckFailed, ConditionalCheckFailed, None]',
      members: {
        CancellationReasons: [
          { Code: 'None' },
          { Code: 'ConditionalCheckFailed', Message: 'The conditional request failed', Item: { id: { S: 'a' }, stock: { N: '3' } } },
          { Code: 'ConditionalCheckFailed', Message: 'The conditional request failed' },
          { Code: 'None' },
        ],
      },
    });
    expect((await plane.call('Scan', { TableName: 'two' })).Count).toBe(1);
  });

  it('is made once for one token within ten minutes, in whatever order its members come', async () => {
    const plane = await world();
    const token = { ClientRequestToken: 'token', ReturnConsumedCapacity: 'TOTAL' };
    await plane.call('TransactWriteItems', { TransactItems: [take(1)], ...token });
    const { Update } = take(1);
    const shuffled = { Update: Object.fromEntries(Object.entries(Update).reverse()) };
    expect(await plane.call('TransactWriteItems', { ...token, TransactItems: [shuffled] })).toEqual({
      ConsumedCapacity: [{ TableName: 'one', CapacityUnits: 2, ReadCapacityUnits: 2 }],
    });
    const stock = async () => (await plane.call('GetItem', { TableName: 'one', Key: { id: { S: 'a' } } })).Item.stock.N;
    expect(await stock()).toBe('2');
    expect((await plane.fault('TransactWriteItems', { TransactItems: [take(2)], ...token })).code).toBe('IdempotentParameterMismatchException');
    await plane.kernel.run({ untilMs: START_MS + 10 * 60_000 });
    await plane.call('TransactWriteItems', { TransactItems: [take(1)], ...token });
    expect(await stock()).toBe('1');
  });

  it.each([
    [[take(1), take(2)], 'Transaction request cannot include multiple operations on one item'],
    [[{ ...take(1), ...claim('a') }], 'TransactItems can only contain one of Check, Put, Update or Delete'],
    [[claim('a'), { Put: { TableName: 'two', Item: {} } }], 'One or more parameter values were invalid: Missing the key id in the item'],
  ])('refuses %j', async (TransactItems, message) => {
    const plane = await world();
    expect((await plane.fault('TransactWriteItems', { TransactItems })).message).toBe(message);
  });

  it('refuses more than 4 MB', async () => {
    const plane = await world();
    const TransactItems = Array.from({ length: 11 }, (_, index) => ({
      Put: { TableName: 'two', Item: { id: { S: `i${index}` }, b: { S: 'x'.repeat(390 * 1024) } } },
    }));
    expect((await plane.fault('TransactWriteItems', { TransactItems })).code).toBe('ValidationException');
    expect((await plane.call('Scan', { TableName: 'two' })).Count).toBe(0);
  });

  it('says of an action that cannot be applied that it is not valid', async () => {
    const plane = await world();
    const bad = { Update: { TableName: 'one', Key: { id: { S: 'a' } }, UpdateExpression: 'SET gone2 = nowhere' } };
    const fault = await plane.fault('TransactWriteItems', { TransactItems: [claim('x'), bad] });
    expect(fault.members['CancellationReasons']).toEqual([
      { Code: 'None' },
      { Code: 'ValidationError', Message: 'The provided expression refers to an attribute that does not exist in the item' },
    ]);
  });
});
