import { describe, expect, it } from 'vitest';
import type { Properties, ResourcePlace } from '../../../../local/kernel/resource.ts';
import type { Context } from '../../../../local/kernel/service.ts';
import { globalTableResource, tableResource } from '../../../../local/services/dynamodb/resources.ts';
import type { DynamoDbState } from '../../../../local/services/dynamodb/state.ts';
import { dynamodbWorld } from './dynamodb-world.ts';

const place: ResourcePlace = {
  stackName: 'Stack',
  logicalId: 'Table',
  generatedName: () => 'Stack-Table-ABCDEFGHIJKL',
  assetDirectory: () => undefined,
  metadata: {},
};

function resources() {
  const world = dynamodbWorld();
  return { world, context: world.kernel.contextFor('dynamodb') as Context<DynamoDbState> };
}

const template: Properties = {
  AttributeDefinitions: [
    { AttributeName: 'pk', AttributeType: 'S' },
    { AttributeName: 'sk', AttributeType: 'S' },
  ],
  KeySchema: [
    { AttributeName: 'pk', KeyType: 'HASH' },
    { AttributeName: 'sk', KeyType: 'RANGE' },
  ],
  BillingMode: 'PAY_PER_REQUEST',
  StreamSpecification: { StreamViewType: 'NEW_IMAGE' },
  TimeToLiveSpecification: { AttributeName: 'expiresAt', Enabled: true },
};

const withIndex: Properties = {
  ...template,
  AttributeDefinitions: [...template['AttributeDefinitions'], { AttributeName: 'owner', AttributeType: 'S' }],
  GlobalSecondaryIndexes: [{ IndexName: 'byOwner', KeySchema: [{ AttributeName: 'owner', KeyType: 'HASH' }], Projection: { ProjectionType: 'ALL' } }],
};

describe('AWS::DynamoDB::Table', () => {
  it('makes a table and gives its name, ARN and stream', async () => {
    const { world, context } = resources();
    const made = await tableResource.create(template, place, context);
    const arn = 'arn:aws:dynamodb:us-east-1:111111111111:table/Stack-Table-ABCDEFGHIJKL';
    expect(made).toEqual({
      ref: 'Stack-Table-ABCDEFGHIJKL',
      attributes: { Arn: arn, StreamArn: `${arn}/stream/2026-01-01T00:00:00.000`, TableStreamArn: `${arn}/stream/2026-01-01T00:00:00.000` },
    });
    expect(await world.call('DescribeTimeToLive', { TableName: made.ref })).toMatchObject({ TimeToLiveDescription: { AttributeName: 'expiresAt' } });
    await tableResource.delete(made, template, context);
    expect(await world.call('ListTables', {})).toEqual({ TableNames: [] });
  });

  it('changes in place, items kept', async () => {
    const { world, context } = resources();
    const made = await tableResource.create(template, place, context);
    await world.call('PutItem', { TableName: made.ref, Item: { pk: { S: 'a' }, sk: { S: 'b' }, owner: { S: 'o' } } });
    const changed = {
      ...withIndex,
      DeletionProtectionEnabled: true,
      TimeToLiveSpecification: undefined,
      StreamSpecification: { StreamViewType: 'NEW_AND_OLD_IMAGES' },
    };
    const after = await tableResource.update(changed, template, made, place, context);
    expect(after).not.toEqual('replace');
    const { Table: table } = await world.call('DescribeTable', { TableName: made.ref });
    expect(table).toMatchObject({ ItemCount: 1, DeletionProtectionEnabled: true, StreamSpecification: { StreamViewType: 'NEW_AND_OLD_IMAGES' } });
    expect(table.GlobalSecondaryIndexes).toMatchObject([{ IndexName: 'byOwner', ItemCount: 1 }]);
    expect(await world.call('DescribeTimeToLive', { TableName: made.ref })).toEqual({ TimeToLiveDescription: { TimeToLiveStatus: 'DISABLED' } });
    const keysOnly = { ...changed, GlobalSecondaryIndexes: [{ ...withIndex['GlobalSecondaryIndexes'][0], Projection: { ProjectionType: 'KEYS_ONLY' } }] };
    await tableResource.update(keysOnly, changed, made, place, context);
    expect((await world.call('DescribeTable', { TableName: made.ref })).Table.GlobalSecondaryIndexes[0].Projection).toEqual({ ProjectionType: 'KEYS_ONLY' });
    await tableResource.update({ ...template, StreamSpecification: undefined }, keysOnly, made, place, context);
    const last = (await world.call('DescribeTable', { TableName: made.ref })).Table;
    expect([last.GlobalSecondaryIndexes, last.StreamSpecification, last.ItemCount]).toEqual([undefined, undefined, 1]);
  });

  it('is made anew where its key changes', async () => {
    const { context } = resources();
    const made = await tableResource.create(template, place, context);
    const changed = { ...template, KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }], AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }] };
    expect(await tableResource.update(changed, template, made, place, context)).toBe('replace');
  });
});

describe('AWS::DynamoDB::GlobalTable', () => {
  it('makes the one replica that the template names', async () => {
    const { world, context } = resources();
    const properties = {
      ...withIndex,
      Replicas: [
        {
          Region: 'us-east-1',
          DeletionProtectionEnabled: true,
          TableClass: 'STANDARD',
          Tags: [{ Key: 'a', Value: 'b' }],
          PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
        },
      ],
    };
    const made = await globalTableResource.create(properties, place, context);
    expect(Object.keys(made.attributes)).toEqual(['Arn', 'TableId', 'StreamArn', 'TableStreamArn']);
    expect((await world.call('DescribeTable', { TableName: made.ref })).Table).toMatchObject({
      DeletionProtectionEnabled: true,
      TableClassSummary: { TableClass: 'STANDARD' },
    });
    expect(await world.call('ListTagsOfResource', { ResourceArn: made.attributes['Arn'] })).toEqual({ Tags: [{ Key: 'a', Value: 'b' }] });
  });
});
