import * as dynamodb from '@aws-sdk/client-dynamodb';
import * as lambda from '@aws-sdk/client-lambda';
import * as sqs from '@aws-sdk/client-sqs';
import { describe, expect, it } from 'vitest';
import { ServiceModel } from '../../../local/wire/model.ts';
import { SERVICE_ROWS } from '../../../local/wire/services.ts';

/** What the wire reads of the SDK's schemas. An SDK update that moves any of it must fail here, not in a user's hands. */
describe('the schemas of the SDK clients', () => {
  it('are tuples: operation 9, structure 3, union 4, error -3, with traits, member names and members in their places', () => {
    const operation = sqs.SendMessage$ as unknown as unknown[];
    expect([operation[0], operation[2], typeof operation[4], typeof operation[5]]).toEqual([9, 'SendMessage', 'function', 'function']);
    const structure = sqs.SendMessageRequest$ as unknown as [number, string, string, unknown, string[], unknown[]];
    expect([structure[0], structure[1], structure[2]]).toEqual([3, 'com.amazonaws.sqs', 'SendMessageRequest']);
    expect(structure[4]).toContain('MessageBody');
    expect(structure[5].length).toBe(structure[4].length);
    expect((dynamodb.AttributeValue$ as unknown as unknown[])[0]).toBe(4);
    expect((sqs.QueueDoesNotExist$ as unknown as unknown[]).slice(0, 4)).toEqual([
      -3,
      'com.amazonaws.sqs',
      'QueueDoesNotExist',
      { awsQueryError: ['AWS.SimpleQueueService.NonExistentQueue', 400], error: 'client', httpError: 400 },
    ]);
    expect((lambda.Invoke$ as unknown as unknown[])[3]).toEqual({ http: ['POST', '/2015-03-31/functions/{FunctionName}/invocations', 200] });
  });

  it.each(SERVICE_ROWS.map((row) => [row.name, row] as const))('can be read whole: %s', async (_name, row) => {
    const [sdk, constraints] = await Promise.all([row.load(), row.constraints()]);
    const model = new ServiceModel(row, sdk);
    const names = Object.values(sdk).flatMap((value) => (Array.isArray(value) && value[0] === 9 ? [value[2] as string] : []));
    expect(names.length).toBeGreaterThan(3);
    for (const name of names) expect(model.operation(name)?.input.kind).toBe('structure');
    expect(row.protocol.startsWith('rest')).toBe([...model.httpBindings()].length > 0);
    expect(constraints.default.source).toMatch(/^botocore \d/);
    // The two models spell operations alike: a constraint is not lost for another spelling. Either model can be the newer one and have operations that the other has not yet.
    const known = new Map(names.map((name) => [name.toLowerCase(), name]));
    const constrained = Object.keys(constraints.default.operations);
    const respelt = constrained.filter((name) => !model.operation(name) && known.has(name.toLowerCase()));
    expect(respelt).toEqual([]);
    expect(constrained.filter((name) => model.operation(name)).length).toBeGreaterThan(names.length / 2);
  });
});
