import type { Clients } from './clients.ts';
import { type Operation, type Prepared, unitValue } from './operation.ts';

const PAYLOAD = 'x'.repeat(256);

/** What keeps each write from being made twice. */
const IS_NEW = { ConditionExpression: 'attribute_not_exists(#pk)', ExpressionAttributeNames: { '#pk': 'pk' } };

async function createTable({ dynamodb }: Clients, name: string): Promise<void> {
  await dynamodb.createTable({
    TableName: name,
    BillingMode: 'PAY_PER_REQUEST',
    KeySchema: [
      { AttributeName: 'pk', KeyType: 'HASH' },
      { AttributeName: 'sk', KeyType: 'RANGE' },
    ],
    AttributeDefinitions: [
      { AttributeName: 'pk', AttributeType: 'S' },
      { AttributeName: 'sk', AttributeType: 'S' },
    ],
  });
  for (let tries = 0; tries < 100; tries += 1) {
    const { Table } = await dynamodb.describeTable({ TableName: name });
    if (Table?.TableStatus === 'ACTIVE') return;
  }
  throw new Error(`The table ${name} is not there`);
}

/** The first and the last unit's items are there, and no item of a unit that was not done. */
async function verify({ dynamodb }: Clients, name: string, units: number, sorts: readonly string[]): Promise<void> {
  const has = async (unit: number, sk: string): Promise<boolean> =>
    (await dynamodb.getItem({ TableName: name, Key: { pk: { S: unitValue(unit) }, sk: { S: sk } } })).Item !== undefined;
  for (const sk of sorts) {
    const found = [await has(1, sk), await has(units, sk), await has(units + 1, sk)];
    if (found.join() !== 'true,true,false') throw new Error(`Of ${units} units, the first, the last and the next are ${found.join()}`);
  }
}

const removal =
  (clients: Clients, name: string): Prepared['remove'] =>
  async () =>
    void (await clients.dynamodb.deleteTable({ TableName: name }));

/** DynamoDB: an item that must not be there yet. */
export const put: Operation = {
  name: 'put',
  title: 'PutItem with a condition',
  async prepare(clients, name) {
    await createTable(clients, name);
    return {
      call: ({ dynamodb }, value) =>
        dynamodb.putItem({ TableName: name, Item: { pk: { S: value }, sk: { S: 'ORDER' }, payload: { S: PAYLOAD }, total: { N: '4200' } }, ...IS_NEW }),
      answer: /^\{/,
      verify: (units) => verify(clients, name, units, ['ORDER']),
      remove: removal(clients, name),
    };
  },
};

/** DynamoDB: a state and a claim, both new, or neither. */
export const transact: Operation = {
  name: 'transact',
  title: 'TransactWriteItems of two conditional puts',
  async prepare(clients, name) {
    await createTable(clients, name);
    return {
      call: ({ dynamodb }, value) =>
        dynamodb.transactWriteItems({
          ClientRequestToken: `${name}-${value}`,
          TransactItems: [
            { Put: { TableName: name, Item: { pk: { S: value }, sk: { S: 'ORDER' }, payload: { S: PAYLOAD } }, ...IS_NEW } },
            { Put: { TableName: name, Item: { pk: { S: value }, sk: { S: 'COMMIT' }, entity: { S: 'CLAIM' } }, ...IS_NEW } },
          ],
        }),
      answer: /^\{/,
      verify: (units) => verify(clients, name, units, ['ORDER', 'COMMIT']),
      remove: removal(clients, name),
    };
  },
};
