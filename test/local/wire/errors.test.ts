import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Fault, NotEmulated } from '../../../local/kernel/errors.ts';
import { jsonOf, send, textOf, wireWorld } from './world.ts';

const FORM = { 'content-type': 'application/x-www-form-urlencoded' };
const target = (name: string): Record<string, string> => ({ 'x-amz-target': name });
const signed = (service: string): Record<string, string> => ({
  authorization: `AWS4-HMAC-SHA256 Credential=AKIA/20261124/us-east-1/${service}/aws4_request, SignedHeaders=host, Signature=0`,
});

interface Case {
  readonly name: string;
  readonly headers: Record<string, string>;
  readonly body?: string | Uint8Array;
  readonly target?: string;
  readonly status: number;
  readonly contains: string;
}

const CASES: readonly Case[] = [
  { name: 'JSON that is none', headers: target('AmazonSSM.GetParameter'), body: '{', status: 400, contains: '#SerializationException' },
  {
    name: 'a text that is no UTF-8',
    headers: target('AmazonSSM.GetParameter'),
    body: Buffer.from('{"Name":"\xff"}', 'latin1'),
    status: 400,
    contains: 'The request body is not valid UTF-8',
  },
  {
    name: 'a text that is no UTF-8 in CBOR',
    headers: { 'content-type': 'application/cbor', 'smithy-protocol': 'rpc-v2-cbor', accept: 'application/cbor' },
    target: '/service/GraniteServiceVersion20100801/operation/DeleteAlarms',
    body: Buffer.from([0xa1, 0x6a, ...Buffer.from('AlarmNames'), 0x81, 0x61, 0xff]),
    status: 400,
    contains: 'not valid UTF-8',
  },
  { name: 'JSON that is no structure', headers: target('AmazonSSM.GetParameter'), body: '7', status: 400, contains: '#SerializationException' },
  {
    name: 'a number for text',
    headers: target('AmazonSSM.GetParameter'),
    body: '{"Name":5}',
    status: 400,
    contains: 'NUMBER_VALUE cannot be converted to String',
  },
  {
    name: 'a structure for text',
    headers: target('AmazonSSM.GetParameter'),
    body: '{"Name":{}}',
    status: 400,
    contains: 'Start of structure or map found where not expected',
  },
  { name: 'text for a list', headers: target('AmazonSSM.GetParameters'), body: '{"Names":"a"}', status: 400, contains: 'Unexpected field type' },
  {
    name: 'a list for a structure',
    headers: target('DynamoDB_20120810.PutItem'),
    body: '{"Item":{"a":[]}}',
    status: 400,
    contains: 'Unrecognized collection type class com.amazonaws.dynamodb.v20120810.AttributeValue',
  },
  {
    name: 'text for a structure in a list',
    headers: target('DynamoDB_20120810.CreateTable'),
    body: '{"KeySchema":["a"]}',
    status: 400,
    contains: 'Unexpected value type in payload',
  },
  {
    name: 'text for a long',
    headers: target('DynamoDB_20120810.CreateTable'),
    body: '{"ProvisionedThroughput":{"ReadCapacityUnits":"1"}}',
    status: 400,
    contains: 'STRING_VALUE cannot be converted to Long',
  },
  {
    name: 'bytes that are no base 64',
    headers: target('DynamoDB_20120810.PutItem'),
    body: '{"Item":{"a":{"B":"abc"}}}',
    status: 400,
    contains: 'multiple of 4 bytes but found: 3',
  },
  { name: 'an operation nobody has (JSON)', headers: target('AmazonSSM.Nope'), status: 400, contains: '#UnknownOperationException' },
  { name: 'an operation of a prototype', headers: target('AmazonSSM.constructor'), status: 400, contains: '#UnknownOperationException' },
  { name: 'a target nobody has', headers: target('Nobody.Nope'), status: 400, contains: '#UnknownOperationException' },
  { name: 'an operation nobody has (query)', headers: FORM, body: 'Version=2010-05-08&Action=Nope', status: 400, contains: '<Code>InvalidAction</Code>' },
  { name: 'a form without an action', headers: FORM, body: 'Version=2010-05-08', status: 400, contains: '<Code>MissingAction</Code>' },
  {
    name: 'a list entry without a number',
    headers: FORM,
    body: 'Version=2010-03-31&Action=TagResource&ResourceArn=a&Tags.member.x.Key=a',
    status: 400,
    contains: '<Code>MalformedInput</Code>',
  },
  { name: 'a path nobody has', headers: {}, target: '/nobody', status: 404, contains: '#UnknownOperationException' },
  {
    name: 'a path the signed service does not have',
    headers: signed('lambda'),
    target: '/v2/email/identities',
    status: 404,
    contains: 'No service of AWS answers',
  },
  { name: 'a path that is not well encoded', headers: signed('lambda'), target: '/2015-03-31/functions/%zz/invocations', status: 404, contains: 'No service' },
  { name: 'a service that is not here (JSON)', headers: target('TrentService.Encrypt'), body: '{}', status: 501, contains: 'KMS Encrypt is not emulated' },
  {
    name: 'a service that is not here, known by its signature, for its target is new',
    headers: { ...target('NewFirehose.PutRecord'), ...signed('firehose') },
    status: 501,
    contains: 'Firehose PutRecord is not emulated',
  },
  {
    name: 'a service that is not here (query)',
    headers: FORM,
    body: 'Version=2011-01-01&Action=DescribeAutoScalingGroups',
    status: 501,
    contains: '<Message>Auto Scaling DescribeAutoScalingGroups is not emulated',
  },
  {
    name: 'a service that is not here, which shares its version with another, by its signature',
    headers: { ...FORM, ...signed('ses') },
    body: 'Version=2010-12-01&Action=SendEmail',
    status: 501,
    contains: '<Message>SES SendEmail is not emulated',
  },
  {
    name: 'a service that is not here (REST)',
    headers: signed('batch'),
    target: '/v1/submitjob?x=1',
    status: 501,
    contains: 'Batch POST /v1/submitjob is not emulated',
  },
  {
    name: 'a service that is not here (REST and XML)',
    headers: signed('route53'),
    target: '/2013-04-01/hostedzone',
    status: 501,
    contains: '<Code>NotEmulated</Code><Message>Route 53 POST /2013-04-01/hostedzone is not emulated',
  },
  {
    name: 'an older API of a service whose newer one is here',
    headers: signed('apigateway'),
    target: '/restapis',
    status: 501,
    contains: 'API Gateway POST /restapis is not emulated',
  },
  {
    name: 'a missing parameter, in the words of SQS',
    headers: target('AmazonSQS.SendMessage'),
    body: '{"QueueUrl":"q"}',
    status: 400,
    contains: 'The request must contain the parameter MessageBody.',
  },
];

describe('an error of the request', () => {
  it.each(CASES)('$name', async ({ headers, body = '', target: path = '/', status, contains }) => {
    const { dispatch, bugs } = wireWorld();
    const response = await send(dispatch, { headers, body, target: path });
    expect(textOf(response)).toContain(contains);
    expect(response.status).toBe(status);
    expect(bugs).toEqual([]);
  });

  it('has both spellings where the service is query-compatible', async () => {
    const { dispatch } = wireWorld();
    const response = await send(dispatch, { headers: target('AmazonSQS.SendMessage'), body: '{"QueueUrl":"q"}' });
    expect(jsonOf(response)['__type']).toBe('com.amazon.coral.service#MissingRequiredParameterException');
    expect(response.headers['x-amzn-query-error']).toBe('MissingParameter;Sender');
  });

  it('is that the body is too large', async () => {
    const { dispatch } = wireWorld();
    const response = await send(dispatch, { headers: target('DynamoDB_20120810.PutItem'), body: Buffer.alloc(16 * 1024 * 1024 + 1) });
    expect([response.status, jsonOf(response)['__type']]).toEqual([413, 'com.amazon.coral.service#RequestEntityTooLargeException']);
  });
});

describe('an error of the operation', () => {
  const throwing = (error: unknown) => () => {
    throw error;
  };

  it.each([
    ['sqs', 'GetQueueUrl', target('AmazonSQS.GetQueueUrl'), '{"QueueName":"q"}', 403, 'AccessDeniedException'],
    ['dynamodb', 'ListTables', target('DynamoDB_20120810.ListTables'), '{}', 400, 'AccessDeniedException'],
    ['eventbridge', 'ListRules', target('AWSEvents.ListRules'), '{}', 400, 'AccessDeniedException'],
    ['sns', 'ListTopics', FORM, 'Version=2010-03-31&Action=ListTopics', 403, '<Code>AuthorizationError</Code>'],
    ['iam', 'ListRoles', FORM, 'Version=2010-05-08&Action=ListRoles', 403, '<Code>AccessDenied</Code>'],
  ] as const)('spells a denied call as %s does', async (service, operation, headers, body, status, contains) => {
    for (const code of ['AccessDenied', 'AccessDeniedException']) {
      const { dispatch } = wireWorld({ [service]: { [operation]: throwing(new Fault(code, 'not authorized', { status: 403 })) } });
      const response = await send(dispatch, { headers, body });
      expect([response.status, textOf(response)]).toEqual([status, expect.stringContaining(contains)]);
    }
  });

  it('names what is not emulated, with 501', async () => {
    const { dispatch, bugs } = wireWorld({ sqs: { GetQueueUrl: throwing(new NotEmulated('GetQueueUrl with X', 'sqs')) } });
    const response = await send(dispatch, { headers: target('AmazonSQS.GetQueueUrl'), body: '{"QueueName":"q"}' });
    expect([response.status, jsonOf(response)]).toMatchObject([
      501,
      { __type: 'com.amazon.coral.service#NotEmulated', message: expect.stringContaining('docs/services/sqs.md') },
    ]);
    const unknown = await send(dispatch, { headers: target('AmazonSSM.DescribeParameters'), body: '{}' });
    expect(unknown.status).toBe(501);
    expect(bugs).toEqual([]);
  });

  it('is told to nobody but the bug hook where it is a bug', async () => {
    const bug = new TypeError('secret detail');
    const { dispatch, bugs } = wireWorld({ sqs: { GetQueueUrl: throwing(bug) } });
    const response = await send(dispatch, { headers: target('AmazonSQS.GetQueueUrl'), body: '{"QueueName":"q"}' });
    expect(response.status).toBe(500);
    expect(textOf(response)).toContain('InternalFailure');
    expect(textOf(response)).not.toContain('secret');
    expect(bugs).toEqual([bug]);
  });

  it('is a server error by the model (500)', async () => {
    const { dispatch } = wireWorld({ dynamodb: { ListTables: throwing(new Fault('InternalServerError', 'try again')) } });
    const response = await send(dispatch, { headers: target('DynamoDB_20120810.ListTables'), body: '{}' });
    expect([response.status, jsonOf(response)['__type']]).toEqual([500, 'com.amazonaws.dynamodb.v20120810#InternalServerError']);
  });
});

describe('any bytes at all', () => {
  const operations = {
    sqs: { SendMessage: () => ({}) },
    sns: { Publish: () => ({}) },
    lambda: { Invoke: () => ({}), UpdateEventSourceMapping: () => ({}) },
    dynamodb: { PutItem: () => ({}) },
    cloudwatch: { PutMetricData: () => ({}) },
  };
  const heads = fc.constantFrom<{ headers: Record<string, string>; target: string }>(
    { headers: target('AmazonSQS.SendMessage'), target: '/' },
    { headers: target('DynamoDB_20120810.PutItem'), target: '/' },
    { headers: target('GraniteServiceVersion20100801.PutMetricData'), target: '/' },
    { headers: { ...target('DynamoDB_20120810.PutItem'), 'content-encoding': 'gzip' }, target: '/' },
    { headers: FORM, target: '/' },
    { headers: signed('lambda'), target: '/2015-03-31/functions/f/invocations' },
    { headers: signed('lambda'), target: '/2015-03-31/event-source-mappings/e' },
    { headers: {}, target: '/?Action=Publish&Version=2010-03-31' },
  );
  const pieces = fc.constantFrom(
    'Action=',
    'Publish',
    '&Version=2010-03-31',
    '&MessageAttributes.entry.1',
    '.Name=a',
    '.Value.DataType=String',
    '&TopicArn=t',
    '&Message=m',
    '%',
    '%41',
    '.',
    '=',
  );
  const members = fc.constantFrom(
    'QueueUrl',
    'MessageBody',
    'DelaySeconds',
    'MessageAttributes',
    'TableName',
    'Item',
    'S',
    'B',
    'M',
    'L',
    'NULL',
    'MetricData',
    'Timestamp',
    'BatchSize',
    '__proto__',
  );
  const bodies = fc.oneof(
    fc.json().map((text) => Buffer.from(text)),
    fc
      .letrec((tie) => ({
        value: fc.oneof(
          { depthSize: 'small' },
          fc.string(),
          fc.double(),
          fc.boolean(),
          fc.constant(null),
          fc.array(tie('value'), { maxLength: 3 }),
          fc.dictionary(members, tie('value'), { maxKeys: 4 }),
        ),
      }))
      .value.map((value) => Buffer.from(JSON.stringify(value) ?? '')),
    fc.array(pieces, { maxLength: 12 }).map((parts) => Buffer.from(parts.join(''))),
    fc.uint8Array({ maxLength: 64 }).map((bytes) => Buffer.from(bytes)),
  );

  it('get an answer of the protocol and never a bug', async () => {
    const { wire, bugs } = wireWorld(operations);
    await fc.assert(
      fc.asyncProperty(heads, bodies, fc.constantFrom('POST', 'GET', 'PUT'), async (head, body, method) => {
        const response = await send(wire.dispatch, { ...head, body, method });
        expect(bugs).toEqual([]);
        expect(response.status).toBeLessThan(500);
        if (response.status >= 400) expect(textOf(response)).toMatch(/"message"|"Message"|<Message>/);
      }),
      { numRuns: 1500 },
    );
  });
});
