import { describe, expect, it } from 'vitest';
import { jsonOf, send, textOf, wireWorld } from './world.ts';

const FORM = { 'content-type': 'application/x-www-form-urlencoded' };

interface Case {
  readonly name: string;
  readonly headers?: Record<string, string>;
  readonly operation?: string;
  readonly body: unknown;
  readonly target?: string;
  readonly message: string;
}

const failed = (...failures: string[]): string => `${failures.length} validation error${failures.length > 1 ? 's' : ''} detected: ${failures.join('; ')}`;

/** Wordings recorded from AWS; the values are shortened. */
const CASES: readonly Case[] = [
  {
    name: 'a missing member',
    operation: 'DynamoDB_20120810.PutItem',
    body: { TableName: 'tab' },
    message: failed("Value null at 'item' failed to satisfy constraint: Member must not be null"),
  },
  {
    name: 'a table name, unless an ARN stands for it',
    operation: 'DynamoDB_20120810.GetItem',
    body: { TableName: 'a;' },
    message: failed(
      "Value 'a;' at 'tableName' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+",
      "Value 'a;' at 'tableName' failed to satisfy constraint: Member must have length greater than or equal to 3",
      "Value null at 'key' failed to satisfy constraint: Member must not be null",
    ),
  },
  {
    name: 'what else is wrong beside an ARN for a table name',
    operation: 'DynamoDB_20120810.GetItem',
    body: { TableName: 'arn:aws:dynamodb:us-east-1:111111111111:table/t' },
    message: failed("Value null at 'key' failed to satisfy constraint: Member must not be null"),
  },
  {
    name: 'pattern before length, of one value',
    operation: 'DynamoDB_20120810.CreateTable',
    body: {
      TableName: 'tab',
      KeySchema: [{ AttributeName: 'a', KeyType: 'HASH' }],
      AttributeDefinitions: [],
      LocalSecondaryIndexes: [{ IndexName: 'h;', KeySchema: [{ AttributeName: 'a', KeyType: 'HASH' }], Projection: {} }],
    },
    message: failed(
      "Value 'h;' at 'localSecondaryIndexes.1.member.indexName' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+",
      "Value 'h;' at 'localSecondaryIndexes.1.member.indexName' failed to satisfy constraint: Member must have length greater than or equal to 3",
    ),
  },
  {
    name: 'an enum, in the order AWS lists it',
    operation: 'DynamoDB_20120810.PutItem',
    body: { TableName: 'tab', Item: {}, ReturnConsumedCapacity: 'hi' },
    message: failed("Value 'hi' at 'returnConsumedCapacity' failed to satisfy constraint: Member must satisfy enum value set: [INDEXES, TOTAL, NONE]"),
  },
  {
    name: 'a nested number',
    operation: 'DynamoDB_20120810.UpdateTable',
    body: { TableName: 'tab', ProvisionedThroughput: { ReadCapacityUnits: 1, WriteCapacityUnits: -1 } },
    message: failed("Value '-1' at 'provisionedThroughput.writeCapacityUnits' failed to satisfy constraint: Member must have value greater than or equal to 1"),
  },
  {
    name: 'an empty map',
    operation: 'DynamoDB_20120810.BatchGetItem',
    body: { RequestItems: {} },
    message: failed("Value '{}' at 'requestItems' failed to satisfy constraint: Member must have length greater than or equal to 1"),
  },
  {
    name: 'a list below a map',
    operation: 'DynamoDB_20120810.BatchGetItem',
    body: { RequestItems: { abc: { Keys: [] } } },
    message: failed("Value '[]' at 'requestItems.abc.member.keys' failed to satisfy constraint: Member must have length greater than or equal to 1"),
  },
  {
    name: 'an entry of a list of structures',
    operation: 'AWSEvents.PutTargets',
    body: { Rule: 'r', Targets: [{ Id: '!@#$@!#$', Arn: 'a' }] },
    message: failed(
      "Value '!@#$@!#$' at 'targets.1.member.id' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\.\\-_A-Za-z0-9]+",
    ),
  },
  {
    name: 'a pattern of the entries of a list',
    target: '/2015-03-31/functions',
    body: { FunctionName: 'f', Role: 'arn:aws:iam::111111111111:role/r', Code: {}, VpcConfig: { SecurityGroupIds: ['x', 'sg-1'] } },
    message: failed(
      "Value '[x, sg-1]' at 'vpcConfig.securityGroupIds' failed to satisfy constraint: Member must satisfy constraint: [Member must have length less than or equal to 1024, Member must have length greater than or equal to 0, Member must satisfy regular expression pattern: sg-[0-9a-zA-Z]*]",
    ),
  },
  {
    name: 'entries of a list, together',
    target: '/2015-03-31/functions',
    body: { FunctionName: 'f', Role: 'arn:aws:iam::111111111111:role/r', Code: {}, Architectures: ['X86_64'] },
    message: failed(
      "Value '[X86_64]' at 'architectures' failed to satisfy constraint: Member must satisfy constraint: [Member must satisfy enum value set: [x86_64, arm64], Member must not be null]",
    ),
  },
  {
    name: "bounds before the pattern, and a function's name last, by Lambda",
    target: `/2015-03-31/functions/${'a'.repeat(141)}:b:c/aliases`,
    body: { Name: '', FunctionVersion: '1' },
    message: failed(
      "Value '' at 'name' failed to satisfy constraint: Member must have length greater than or equal to 1",
      "Value '' at 'name' failed to satisfy constraint: Member must satisfy regular expression pattern: (?!^[0-9]+$)([a-zA-Z0-9-_]+)",
      `Value '${'a'.repeat(141)}:b:c' at 'functionName' failed to satisfy constraint: Member must have length less than or equal to 140`,
      `Value '${'a'.repeat(141)}:b:c' at 'functionName' failed to satisfy constraint: Member must satisfy regular expression pattern: (arn:(aws[a-zA-Z-]*)?:lambda:)?((eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\\d{1}:)?(\\d{12}:)?(function:)?([a-zA-Z0-9-_]+)(:(\\$LATEST|[a-zA-Z0-9-_]+))?`,
    ),
  },
  {
    name: 'values of a map, together, with fractions',
    target: '/2015-03-31/functions/f/aliases',
    body: { Name: 'a', FunctionVersion: '1', RoutingConfig: { AdditionalVersionWeights: { 2: 2 } } },
    message: failed(
      "Value '{2=2.0}' at 'routingConfig.additionalVersionWeights' failed to satisfy constraint: Map value must satisfy constraint: [Member must have value less than or equal to 1.0, Member must have value greater than or equal to 0.0, Member must not be null]",
    ),
  },
];

describe('an input that does not satisfy the model', () => {
  it.each(CASES)('$name', async ({ operation, body, target = '/', message }) => {
    const { dispatch } = wireWorld();
    const headers: Record<string, string> = operation ? { 'x-amz-target': operation } : {};
    const response = await send(dispatch, { headers, body: JSON.stringify(body), target });
    expect(jsonOf(response)).toMatchObject({ message });
    expect(response.status).toBe(400);
  });

  it('is refused by query services with their code', async () => {
    const { dispatch } = wireWorld();
    const body = 'Version=2010-03-31&Action=Publish&TopicArn=t&Message=m&MessageAttributes.entry.1.Name=attr1&MessageAttributes.entry.1.Value.StringValue=v';
    const response = await send(dispatch, { headers: FORM, body });
    expect(textOf(response)).toContain('<Code>ValidationError</Code>');
    expect(textOf(response)).toContain("Value null at 'messageAttributes.attr1.member.dataType' failed to satisfy constraint: Member must not be null");
  });

  it('lists ten failures at most', async () => {
    const { dispatch } = wireWorld();
    const indexes = Array.from({ length: 8 }, () => ({}));
    const body = JSON.stringify({
      TableName: 'tab',
      KeySchema: [{ AttributeName: 'a', KeyType: 'HASH' }],
      AttributeDefinitions: [],
      LocalSecondaryIndexes: indexes,
    });
    const response = await send(dispatch, { headers: { 'x-amz-target': 'DynamoDB_20120810.CreateTable' }, body });
    expect(jsonOf(response)['message']).toContain('10 validation errors detected: ');
  });

  it('never reaches the operation, nor the journal', async () => {
    const inputs: unknown[] = [];
    const { dispatch, kernel } = wireWorld({ dynamodb: { PutItem: (input) => ({ calls: inputs.push(input) }) } });
    await send(dispatch, { headers: { 'x-amz-target': 'DynamoDB_20120810.PutItem' }, body: '{"TableName":"tab"}' });
    expect([inputs, kernel.journal.lastSequence]).toEqual([[], 0]);
  });
});
