import {
  CreateTableCommand,
  DeleteTableCommand,
  DescribeTableCommand,
  GetItemCommand,
  PutItemCommand,
  type TransactionCanceledException,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { describe, expect } from 'vitest';
import { onEveryTarget, type Target } from '../target.ts';

async function withTable(target: Target, use: (table: string) => Promise<void>): Promise<void> {
  const { dynamodb } = target.clients;
  const table = `${target.unique}-items`;
  await target.complete(
    dynamodb.send(
      new CreateTableCommand({
        TableName: table,
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
        KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
      }),
    ),
  );
  await target.eventually('the table is active', async () => {
    const { Table: description } = await dynamodb.send(new DescribeTableCommand({ TableName: table }));
    return description?.TableStatus === 'ACTIVE' ? true : undefined;
  });
  try {
    await use(table);
  } finally {
    await target.complete(dynamodb.send(new DeleteTableCommand({ TableName: table })));
  }
}

describe('tables', () => {
  onEveryTarget('a conditional write refuses, and gives back the item that stood in its way', (target) =>
    withTable(target, async (table) => {
      const put = (value: string): Promise<unknown> =>
        target.complete(
          target.clients.dynamodb.send(
            new PutItemCommand({
              TableName: table,
              Item: { pk: { S: 'claim' }, value: { S: value } },
              ConditionExpression: 'attribute_not_exists(pk)',
              ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
            }),
          ),
        );
      await put('first');
      await expect(put('second')).rejects.toMatchObject({ name: 'ConditionalCheckFailedException', Item: { pk: { S: 'claim' }, value: { S: 'first' } } });
    }),
  );

  onEveryTarget('a transaction writes all or nothing, says which item refused, and is done once under one token', (target) =>
    withTable(target, async (table) => {
      const { dynamodb } = target.clients;
      const add = (key: string, ClientRequestToken: string): Promise<unknown> =>
        target.complete(
          dynamodb.send(
            new TransactWriteItemsCommand({
              ClientRequestToken,
              TransactItems: [
                {
                  Update: {
                    TableName: table,
                    Key: { pk: { S: 'count' } },
                    UpdateExpression: 'ADD seen :one',
                    ExpressionAttributeValues: { ':one': { N: '1' } },
                  },
                },
                { Put: { TableName: table, Item: { pk: { S: key } }, ConditionExpression: 'attribute_not_exists(pk)' } },
              ],
            }),
          ),
        );
      const seen = async (): Promise<string | undefined> =>
        (await target.complete(dynamodb.send(new GetItemCommand({ TableName: table, Key: { pk: { S: 'count' } }, ConsistentRead: true })))).Item?.['seen']?.N;
      await add('a', 'token-1');
      await add('a', 'token-1');
      expect(await seen()).toBe('1');
      const failure = await add('a', 'token-2').then(
        () => undefined,
        (error: unknown) => error as TransactionCanceledException,
      );
      expect(failure?.name).toBe('TransactionCanceledException');
      expect(failure?.CancellationReasons?.map(({ Code }) => Code)).toEqual(['None', 'ConditionalCheckFailed']);
      expect(await seen()).toBe('1');
    }),
  );

  onEveryTarget('numbers keep 38 digits', (target) =>
    withTable(target, async (table) => {
      const Key = { pk: { S: 'number' } };
      const add = (value: string): Promise<unknown> =>
        target.complete(
          target.clients.dynamodb.send(
            new UpdateItemCommand({ TableName: table, Key, UpdateExpression: 'ADD amount :n', ExpressionAttributeValues: { ':n': { N: value } } }),
          ),
        );
      await add('12345678901234567890123456789012345678');
      await add('1');
      const { Item: item } = await target.complete(target.clients.dynamodb.send(new GetItemCommand({ TableName: table, Key, ConsistentRead: true })));
      expect(item?.['amount']).toEqual({ N: '12345678901234567890123456789012345679' });
    }),
  );
});
