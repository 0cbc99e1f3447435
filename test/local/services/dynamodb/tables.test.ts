import { describe, expect, it } from 'vitest';
import { dynamodbWorld, plainTable, RememberedStore, START_MS, thingsTable } from './dynamodb-world.ts';

const ARN = 'arn:aws:dynamodb:us-east-1:111111111111:table/plain';

describe('a table', () => {
  it('says CREATING, is there at once, and can be described', async () => {
    const world = dynamodbWorld();
    const input = plainTable('plain', { BillingMode: 'PROVISIONED', ProvisionedThroughput: { ReadCapacityUnits: 5, WriteCapacityUnits: 6 } });
    const { TableDescription: created } = await world.call('CreateTable', input);
    const common = {
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
      CreationDateTime: new Date(START_MS),
      DeletionProtectionEnabled: false,
      ItemCount: 0,
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      ProvisionedThroughput: { NumberOfDecreasesToday: 0, ReadCapacityUnits: 5, WriteCapacityUnits: 6 },
      TableArn: ARN,
      TableId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      TableName: 'plain',
      TableSizeBytes: 0,
    };
    expect(created).toEqual({ ...common, TableStatus: 'CREATING' });
    const { Table: described } = await world.call('DescribeTable', { TableName: ARN });
    expect(described).toEqual({ ...common, TableStatus: 'ACTIVE', WarmThroughput: { ReadUnitsPerSecond: 5, WriteUnitsPerSecond: 6, Status: 'ACTIVE' } });
    expect((await world.fault('CreateTable', input)).code).toBe('ResourceInUseException');
  });

  it('is deleted with its items, and not while it is protected', async () => {
    const world = dynamodbWorld();
    await world.call('CreateTable', plainTable('plain', { DeletionProtectionEnabled: true }));
    await world.call('PutItem', { TableName: 'plain', Item: { id: { S: 'a' } } });
    expect((await world.fault('DeleteTable', { TableName: 'plain' })).code).toBe('ValidationException');
    await world.call('UpdateTable', { TableName: 'plain', DeletionProtectionEnabled: false });
    expect((await world.call('DeleteTable', { TableName: 'plain' })).TableDescription.TableStatus).toBe('DELETING');
    expect((await world.fault('DescribeTable', { TableName: 'plain' })).message).toBe('Requested resource not found: Table: plain not found');
    await world.call('CreateTable', plainTable('plain'));
    expect((await world.call('Scan', { TableName: 'plain' })).Count).toBe(0);
  });

  it('is being created for as long as the plane says, and can be neither used nor changed until then', async () => {
    const { kernel, state, call, fault } = dynamodbWorld();
    state.tableCreationMs = 2000;
    await call('CreateTable', plainTable('slow'));
    expect((await call('DescribeTable', { TableName: 'slow' })).Table.TableStatus).toBe('CREATING');
    const message = 'Attempt to change a resource which is still in use: Table is being created: slow';
    expect(await fault('DeleteTable', { TableName: 'slow' })).toMatchObject({ code: 'ResourceInUseException', message });
    expect(await fault('PutItem', { TableName: 'slow', Item: { id: { S: 'a' } } })).toMatchObject({ message: 'Requested resource not found' });
    await kernel.run({ untilMs: kernel.nowMs() + 2000 });
    expect((await call('DescribeTable', { TableName: 'slow' })).Table.TableStatus).toBe('ACTIVE');
    await call('DeleteTable', { TableName: 'slow' });
  });

  it('counts how often its throughput was decreased on a day', async () => {
    const { kernel, call } = dynamodbWorld();
    const units = (ReadCapacityUnits: number): object => ({ TableName: 'rates', ProvisionedThroughput: { ReadCapacityUnits, WriteCapacityUnits: 1 } });
    const decreases = async (): Promise<number> => (await call('DescribeTable', { TableName: 'rates' })).Table.ProvisionedThroughput.NumberOfDecreasesToday;
    await call('CreateTable', plainTable('rates', { BillingMode: 'PROVISIONED', ...units(9) }));
    await call('UpdateTable', units(5));
    await call('UpdateTable', units(7));
    await call('UpdateTable', units(3));
    expect(await decreases()).toBe(2);
    await kernel.run({ untilMs: kernel.nowMs() + 24 * 60 * 60 * 1000 });
    expect(await decreases()).toBe(0);
    await call('UpdateTable', units(1));
    expect(await decreases()).toBe(1);
  });

  it('is listed page by page', async () => {
    const world = dynamodbWorld();
    for (const name of ['ccc', 'aaa', 'bbb']) await world.call('CreateTable', plainTable(name));
    expect(await world.call('ListTables', { Limit: 2 })).toEqual({ TableNames: ['aaa', 'bbb'], LastEvaluatedTableName: 'bbb' });
    expect(await world.call('ListTables', { ExclusiveStartTableName: 'bbb' })).toEqual({ TableNames: ['ccc'] });
  });

  it('gets an index that holds what is there, and loses it', async () => {
    const world = dynamodbWorld();
    await world.call('CreateTable', plainTable('plain'));
    await world.call('PutItem', { TableName: 'plain', Item: { id: { S: 'a' }, kind: { S: 'k' } } });
    await world.call('PutItem', { TableName: 'plain', Item: { id: { S: 'b' } } });
    const Create = { IndexName: 'byKind', KeySchema: [{ AttributeName: 'kind', KeyType: 'HASH' }], Projection: { ProjectionType: 'ALL' } };
    await world.call('UpdateTable', {
      TableName: 'plain',
      AttributeDefinitions: [{ AttributeName: 'kind', AttributeType: 'S' }],
      GlobalSecondaryIndexUpdates: [{ Create }],
    });
    const query = { TableName: 'plain', IndexName: 'byKind', KeyConditionExpression: 'kind = :k', ExpressionAttributeValues: { ':k': { S: 'k' } } };
    expect((await world.call('Query', query)).Items).toEqual([{ id: { S: 'a' }, kind: { S: 'k' } }]);
    await world.call('UpdateTable', { TableName: 'plain', GlobalSecondaryIndexUpdates: [{ Delete: { IndexName: 'byKind' } }] });
    expect((await world.fault('Query', query)).message).toBe('The table does not have the specified index: byKind');
    expect((await world.call('DescribeTable', { TableName: 'plain' })).Table.AttributeDefinitions).toEqual([{ AttributeName: 'id', AttributeType: 'S' }]);
  });

  it('refuses what is not emulated by name', async () => {
    const world = dynamodbWorld();
    expect(String(await world.fault('CreateTable', plainTable('plain', { SSESpecification: { Enabled: true } })))).toContain(
      'CreateTable with SSESpecification is not emulated',
    );
    expect(String(await world.fault('CreateBackup', { TableName: 'plain' }))).toContain('dynamodb CreateBackup is not emulated');
  });

  it('carries tags', async () => {
    const world = dynamodbWorld();
    await world.call('CreateTable', plainTable('plain', { Tags: [{ Key: 'a', Value: '1' }] }));
    await world.call('TagResource', { ResourceArn: ARN, Tags: [{ Key: 'b', Value: '2' }] });
    await world.call('UntagResource', { ResourceArn: ARN, TagKeys: ['a'] });
    expect(await world.call('ListTagsOfResource', { ResourceArn: ARN })).toEqual({ Tags: [{ Key: 'b', Value: '2' }] });
  });
});

describe('time to live', () => {
  const seconds = START_MS / 1000;
  const item = (id: string, expires: number | undefined) => ({ id: { S: id }, ...(expires !== undefined && { expires: { N: String(expires) } }) });
  const ids = async (world: ReturnType<typeof dynamodbWorld>) =>
    (await world.call('Scan', { TableName: 'plain' })).Items.map(({ id }: { id: { S: string } }) => id.S).sort();

  it('deletes what is past its time within a minute, for nothing', async () => {
    const world = dynamodbWorld();
    await world.call('CreateTable', plainTable('plain'));
    await world.call('PutItem', { TableName: 'plain', Item: item('old', seconds + 90) });
    await world.call('UpdateTimeToLive', { TableName: 'plain', TimeToLiveSpecification: { Enabled: true, AttributeName: 'expires' } });
    for (const one of [item('soon', seconds + 30), item('later', seconds + 3600), item('never', undefined), item('ancient', 1)]) {
      await world.call('PutItem', { TableName: 'plain', Item: one });
    }
    expect(await world.call('DescribeTimeToLive', { TableName: 'plain' })).toEqual({
      TimeToLiveDescription: { TimeToLiveStatus: 'ENABLED', AttributeName: 'expires' },
    });
    await world.kernel.run({ untilMs: START_MS + 29_000 });
    expect(await ids(world)).toEqual(['ancient', 'later', 'never', 'old', 'soon']);
    await world.kernel.run({ untilMs: START_MS + 120_000 });
    expect(await ids(world)).toEqual(['ancient', 'later', 'never']);
    expect(
      world
        .entries('item-written')
        .filter(({ detail }) => detail['operation'] === 'Expiry')
        .map(({ detail }) => [detail['key'], detail['writeUnits']]),
    ).toEqual([
      [{ id: 'soon' }, 0],
      [{ id: 'old' }, 0],
    ]);
  });

  it('follows an item whose time is put off', async () => {
    const world = dynamodbWorld();
    await world.call('CreateTable', plainTable('plain'));
    await world.call('UpdateTimeToLive', { TableName: 'plain', TimeToLiveSpecification: { Enabled: true, AttributeName: 'expires' } });
    await world.call('PutItem', { TableName: 'plain', Item: item('a', seconds + 30) });
    await world.call('PutItem', { TableName: 'plain', Item: item('a', seconds + 600) });
    await world.kernel.run({ untilMs: START_MS + 300_000 });
    expect(await ids(world)).toEqual(['a']);
    expect(await world.kernel.run()).toBe('idle');
    expect(await ids(world)).toEqual([]);
  });

  it('outlives a restart', async () => {
    const store = new RememberedStore();
    const first = dynamodbWorld({ store });
    await first.call('CreateTable', plainTable('plain'));
    await first.call('UpdateTimeToLive', { TableName: 'plain', TimeToLiveSpecification: { Enabled: true, AttributeName: 'expires' } });
    await first.call('PutItem', { TableName: 'plain', Item: item('a', seconds + 30) });
    const second = dynamodbWorld({ store, startMs: START_MS + 10_000 });
    await second.kernel.run();
    expect(await ids(second)).toEqual([]);
  });
});

describe('resource policies', () => {
  it('are put, shown and deleted', async () => {
    const world = dynamodbWorld();
    await world.call('CreateTable', thingsTable());
    const ResourceArn = 'arn:aws:dynamodb:us-east-1:111111111111:table/things';
    const Policy = JSON.stringify({ Version: '2012-10-17', Statement: [] });
    expect((await world.fault('GetResourcePolicy', { ResourceArn })).code).toBe('PolicyNotFoundException');
    const { RevisionId } = await world.call('PutResourcePolicy', { ResourceArn, Policy });
    expect(await world.call('GetResourcePolicy', { ResourceArn })).toEqual({ Policy, RevisionId });
    await world.call('DeleteResourcePolicy', { ResourceArn });
    expect((await world.fault('GetResourcePolicy', { ResourceArn })).code).toBe('PolicyNotFoundException');
  });
});
