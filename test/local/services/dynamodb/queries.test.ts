import { beforeEach, describe, expect, it } from 'vitest';
import { type DynamoDbWorld, dynamodbWorld, plainTable, thingsTable } from './dynamodb-world.ts';

describe('a query', () => {
  let world: DynamoDbWorld;
  const query = (input: object) =>
    world
      .call('Query', { TableName: 'things', ...input })
      .then(({ Items, ...rest }) => ({ ...rest, sorts: Items?.map((item: { sk: { S: string } }) => item.sk.S) }));
  const within = (condition: string, values: object = {}) => ({
    KeyConditionExpression: `pk = :pk${condition === '' ? '' : ` AND ${condition}`}`,
    ExpressionAttributeValues: { ':pk': { S: 'p' }, ...values },
  });

  beforeEach(async () => {
    world = dynamodbWorld();
    await world.call('CreateTable', thingsTable());
    for (const [index, sk] of ['a', 'ab', 'abc', 'b', 'c'].entries()) {
      await world.call('PutItem', {
        TableName: 'things',
        Item: { pk: { S: 'p' }, sk: { S: sk }, owner: { S: 'o' }, rank: { N: String(-index) }, note: { S: 'n' }, more: { S: 'm' } },
      });
    }
    await world.call('PutItem', { TableName: 'things', Item: { pk: { S: 'q' }, sk: { S: 'z' } } });
  });

  it.each([
    ['', {}, ['a', 'ab', 'abc', 'b', 'c']],
    ['sk = :v', { ':v': { S: 'ab' } }, ['ab']],
    ['sk < :v', { ':v': { S: 'ab' } }, ['a']],
    ['sk <= :v', { ':v': { S: 'ab' } }, ['a', 'ab']],
    ['sk > :v', { ':v': { S: 'abc' } }, ['b', 'c']],
    [':v < sk', { ':v': { S: 'abc' } }, ['b', 'c']],
    ['sk >= :v', { ':v': { S: 'abc' } }, ['abc', 'b', 'c']],
    ['sk BETWEEN :v AND :w', { ':v': { S: 'aa' }, ':w': { S: 'b' } }, ['ab', 'abc', 'b']],
    ['begins_with(sk, :v)', { ':v': { S: 'ab' } }, ['ab', 'abc']],
  ])('reads the stretch of %j', async (condition, values, sorts) => {
    expect(await query(within(condition, values))).toEqual({ Count: sorts.length, ScannedCount: sorts.length, sorts });
    expect((await query({ ...within(condition, values), ScanIndexForward: false })).sorts).toEqual([...sorts].reverse());
  });

  it('counts what it read and what it kept', async () => {
    const filter = { FilterExpression: '#r > :r', ExpressionAttributeNames: { '#r': 'rank' } };
    const input = { ...within('', { ':r': { N: '-2' } }), ...filter };
    expect(await query(input)).toEqual({ Count: 2, ScannedCount: 5, sorts: ['a', 'ab'] });
    expect(await query({ ...input, Select: 'COUNT', Limit: 3 })).toEqual({
      Count: 2,
      ScannedCount: 3,
      sorts: undefined,
      LastEvaluatedKey: { pk: { S: 'p' }, sk: { S: 'abc' } },
    });
  });

  it('goes on from a key whose item is gone', async () => {
    await world.call('DeleteItem', { TableName: 'things', Key: { pk: { S: 'p' }, sk: { S: 'abc' } } });
    expect((await query({ ...within(''), ExclusiveStartKey: { pk: { S: 'p' }, sk: { S: 'abc' } } })).sorts).toEqual(['b', 'c']);
    expect((await query({ ...within(''), ScanIndexForward: false, ExclusiveStartKey: { pk: { S: 'p' }, sk: { S: 'abc' } } })).sorts).toEqual(['ab', 'a']);
  });

  it('reads an index in its order, with its projection and its key', async () => {
    const answer = await world.call('Query', {
      TableName: 'things',
      IndexName: 'byOwner',
      KeyConditionExpression: '#o = :o',
      ExpressionAttributeNames: { '#o': 'owner' },
      ExpressionAttributeValues: { ':o': { S: 'o' } },
      Limit: 1,
      ReturnConsumedCapacity: 'INDEXES',
    });
    expect(answer).toEqual({
      Items: [{ pk: { S: 'p' }, sk: { S: 'c' }, owner: { S: 'o' }, rank: { N: '-4' }, note: { S: 'n' } }],
      Count: 1,
      ScannedCount: 1,
      LastEvaluatedKey: { pk: { S: 'p' }, sk: { S: 'c' }, owner: { S: 'o' }, rank: { N: '-4' } },
      ConsumedCapacity: { TableName: 'things', CapacityUnits: 0.5, Table: { CapacityUnits: 0 }, GlobalSecondaryIndexes: { byOwner: { CapacityUnits: 0.5 } } },
    });
  });

  it('fetches from the table what a local index does not hold', async () => {
    const answer = await world.call('Query', {
      TableName: 'things',
      IndexName: 'byRank',
      ...within(''),
      ProjectionExpression: 'sk, more',
      ReturnConsumedCapacity: 'TOTAL',
    });
    expect(answer.Items[0]).toEqual({ sk: { S: 'c' }, more: { S: 'm' } });
    expect(answer.ConsumedCapacity.CapacityUnits).toBe(0.5 + 5 * 0.5);
  });

  it.each([
    [within('note = :v', { ':v': { S: 'x' } }), 'Query condition missed key schema element: sk'],
    [within('sk = :v', { ':v': { N: '1' } }), 'One or more parameter values were invalid: Condition parameter type does not match schema type'],
    [{ ...within(''), IndexName: 'none' }, 'The table does not have the specified index: none'],
    [
      {
        IndexName: 'byOwner',
        ConsistentRead: true,
        KeyConditionExpression: '#o = :o',
        ExpressionAttributeNames: { '#o': 'owner' },
        ExpressionAttributeValues: { ':o': { S: 'o' } },
      },
      'Consistent reads are not supported on global secondary indexes',
    ],
    [
      {
        IndexName: 'byOwner',
        ProjectionExpression: 'more',
        KeyConditionExpression: '#o = :o',
        ExpressionAttributeNames: { '#o': 'owner' },
        ExpressionAttributeValues: { ':o': { S: 'o' } },
      },
      'One or more parameter values were invalid: Global secondary index byOwner does not project [more]',
    ],
    [
      { ...within('', { ':v': { S: 'x' } }), FilterExpression: 'sk = :v' },
      'Filter Expression can only contain non-primary key attributes: Primary key attribute: sk',
    ],
    [
      { ...within(''), ExclusiveStartKey: { pk: { S: 'q' }, sk: { S: 'a' } } },
      'The provided starting key is outside query boundaries based on provided conditions',
    ],
    [{}, 'Either the KeyConditions or KeyConditionExpression parameter must be specified in the request.'],
  ])('refuses %j', async (input, message) => {
    expect((await world.fault('Query', { TableName: 'things', ...input })).message).toBe(message);
  });
});

describe('a page', () => {
  it('ends before 1 MB is passed', async () => {
    const world = dynamodbWorld();
    await world.call('CreateTable', plainTable('plain'));
    for (let index = 0; index < 5; index += 1)
      await world.call('PutItem', { TableName: 'plain', Item: { id: { S: `${index}` }, b: { S: 'x'.repeat(300 * 1024) } } });
    const first = await world.call('Scan', { TableName: 'plain', ReturnConsumedCapacity: 'TOTAL' });
    expect(first.Count).toBe(3);
    expect(first.ConsumedCapacity.CapacityUnits).toBe(Math.ceil((3 * (300 * 1024 + 4)) / 4096) / 2);
    const second = await world.call('Scan', { TableName: 'plain', ExclusiveStartKey: first.LastEvaluatedKey });
    expect([second.Count, second.LastEvaluatedKey]).toEqual([2, undefined]);
  });

  it('finds what was written after the last scan', async () => {
    const world = dynamodbWorld();
    await world.call('CreateTable', plainTable('plain'));
    const put = (id: string) => world.call('PutItem', { TableName: 'plain', Item: { id: { S: id } } });
    await put('a');
    expect((await world.call('Scan', { TableName: 'plain' })).Count).toBe(1);
    await put('b');
    await world.call('DeleteItem', { TableName: 'plain', Key: { id: { S: 'a' } } });
    await put('a');
    const ids = (await world.call('Scan', { TableName: 'plain' })).Items.map((item: { id: { S: string } }) => item.id.S);
    expect(ids.sort()).toEqual(['a', 'b']);
  });
});
