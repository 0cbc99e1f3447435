import { describe, expect, it } from 'vitest';
import type { Context } from '../../../../local/kernel/service.ts';
import { dynamodb } from '../../../../local/services/dynamodb/service.ts';
import type { DynamoDbState } from '../../../../local/services/dynamodb/state.ts';
import { dynamodbWorld, thingsTable } from './dynamodb-world.ts';

const TABLE = 'arn:aws:dynamodb:us-east-1:111111111111:table/things';

async function checks(operation: string, input: object) {
  const world = dynamodbWorld();
  await world.call('CreateTable', thingsTable());
  const principal = { type: 'role', roleArn: 'arn:aws:iam::111111111111:role/r', sessionName: 's' } as const;
  return dynamodb.access(operation, input, world.kernel.contextFor('dynamodb', { principal }) as Context<DynamoDbState>);
}

const key = { pk: { S: 'p' }, sk: { S: 's' } };
const leading = (...keys: string[]) => ({ 'dynamodb:LeadingKeys': keys });

describe('permissions', () => {
  it('are for an item those of its table, with its partition key', async () => {
    expect(await checks('GetItem', { TableName: TABLE, Key: key })).toEqual([
      { action: 'dynamodb:GetItem', resource: TABLE, resourcePolicy: undefined, conditionKeys: leading('p') },
    ]);
  });

  it('are for a query those of the table or index, with the key that is asked for', async () => {
    const query = {
      TableName: 'things',
      KeyConditionExpression: '#k = :k and sk > :s',
      ExpressionAttributeNames: { '#k': 'pk' },
      ExpressionAttributeValues: { ':k': { S: 'x' }, ':s': { S: 's' } },
    };
    expect(await checks('Query', query)).toMatchObject([{ action: 'dynamodb:Query', resource: TABLE, conditionKeys: leading('x') }]);
    const indexed = { ...query, IndexName: 'byOwner', ExpressionAttributeNames: { '#k': 'owner' } };
    expect(await checks('Query', indexed)).toMatchObject([{ resource: `${TABLE}/index/byOwner`, conditionKeys: leading('x') }]);
  });

  it('are for a transaction those of its actions, each kind once for each table', async () => {
    const TransactItems = [
      { Put: { TableName: 'things', Item: key } },
      { Put: { TableName: 'things', Item: { ...key, pk: { S: 'q' } } } },
      { Update: { TableName: 'other', Key: key } },
      { ConditionCheck: { TableName: 'things', Key: key } },
    ];
    expect(await checks('TransactWriteItems', { TransactItems })).toMatchObject([
      { action: 'dynamodb:PutItem', resource: TABLE, conditionKeys: { ...leading('p', 'q'), 'dynamodb:EnclosingOperation': 'TransactWriteItems' } },
      { action: 'dynamodb:UpdateItem', resource: TABLE.replace('things', 'other') },
      { action: 'dynamodb:ConditionCheckItem', resource: TABLE },
    ]);
    expect(await checks('TransactGetItems', { TransactItems: [{ Get: { TableName: 'things', Key: key } }] })).toMatchObject([{ action: 'dynamodb:GetItem' }]);
  });

  it('are for a batch one of each table', async () => {
    const RequestItems = { things: [{ PutRequest: { Item: key } }, { DeleteRequest: { Key: { ...key, pk: { S: 'q' } } } }], other: [] };
    expect(await checks('BatchWriteItem', { RequestItems })).toMatchObject([
      { action: 'dynamodb:BatchWriteItem', resource: TABLE, conditionKeys: leading('p', 'q') },
      { action: 'dynamodb:BatchWriteItem', resource: TABLE.replace('things', 'other') },
    ]);
  });
});
