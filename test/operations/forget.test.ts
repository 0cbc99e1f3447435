import { marshall } from '@aws-sdk/util-dynamodb';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createWorld, type World } from '../world/world.ts';

let world: World;
beforeEach(async () => {
  world = await createWorld();
});
afterEach(async () => {
  expect(world.bugs).toEqual([]);
  await world.close();
});

const KEY = { pk: 'SUBJECT#c1', sk: 'KEY' };

/** The table of the orders, as their description tells operators. */
async function ordersTable(): Promise<string> {
  const { Parameter } = await world.plane.kernel.request<{ Parameter: { Value: string } }>({
    service: 'ssm',
    operation: 'GetParameter',
    input: { Name: '/tickertape/aggregates/Order' },
    principal: { type: 'root' },
  });
  return (JSON.parse(Parameter.Value) as { tableName: string }).tableName;
}

const asOperator = <Output>(operation: string, input: object): Promise<Output> =>
  world.plane.kernel.request<Output>({ service: 'dynamodb', operation, input, principal: { type: 'root' } });

describe('a person that is to be forgotten', () => {
  it('loses the key that sealed what services keep, and nobody else does', async () => {
    const TableName = await ordersTable();
    for (const pk of ['SUBJECT#c1', 'SUBJECT#c2']) await asOperator('PutItem', { TableName, Item: marshall({ ...KEY, pk, entity: 'KEY', id: 'k1' }) });
    const forgotten = await world.complete(world.operations.forgetSubject({ subject: 'c1' }));
    expect(forgotten).toEqual({ subject: 'c1', forgottenBy: [{ context: 'orders', types: ['Order'] }] });
    expect(await asOperator('GetItem', { TableName, Key: marshall(KEY) })).not.toHaveProperty('Item');
    expect(await asOperator('GetItem', { TableName, Key: marshall({ ...KEY, pk: 'SUBJECT#c2' }) })).toHaveProperty('Item');
  });

  it('is said not to be known where no service has a key', async () => {
    await expect(world.complete(world.operations.forgetSubject({ subject: 'nobody' }))).rejects.toMatchObject({
      name: 'NoSuchSubjectError',
      message: 'No service has personal data of nobody under a key: neither of Order. It never had, or has forgotten it',
    });
  });
});
