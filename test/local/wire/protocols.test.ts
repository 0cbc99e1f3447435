import { createHash } from 'node:crypto';
import { crc32, gzipSync } from 'node:zlib';
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { ResourceNotFoundException } from '@aws-sdk/client-lambda';
import { InvalidParameterException } from '@aws-sdk/client-sns';
import { QueueDoesNotExist } from '@aws-sdk/client-sqs';
import { ParameterNotFound } from '@aws-sdk/client-ssm';
import { describe, expect, it } from 'vitest';
import { Fault } from '../../../local/kernel/errors.ts';
import type { HttpResponse } from '../../../local/kernel/http.ts';
import { jsonOf, send, textOf, wireWorld } from './world.ts';

const md5 = (text: string): string => createHash('md5').update(text).digest('hex');

const QUEUE_URL = 'http://127.0.0.1:4566/111111111111/q';

describe('awsJson', () => {
  it('carries text and bytes both ways (SQS)', async () => {
    const attributes = { b: { DataType: 'Binary', BinaryValue: new Uint8Array([1, 2, 254]) } };
    let seen: unknown;
    const { clients } = wireWorld({
      sqs: {
        SendMessage: (input) => {
          seen = input;
          return { MessageId: 'm', MD5OfMessageBody: md5('ünï "<&'), SequenceNumber: undefined };
        },
        ReceiveMessage: () => ({ Messages: [{ Body: 'ünï', MD5OfBody: md5('ünï'), MessageAttributes: attributes }] }),
      },
    });
    // The client compares the digest, so it read the answer.
    expect(await clients.sqs.sendMessage({ QueueUrl: QUEUE_URL, MessageBody: 'ünï "<&', MessageAttributes: attributes })).toMatchObject({ MessageId: 'm' });
    expect(seen).toEqual({ QueueUrl: QUEUE_URL, MessageBody: 'ünï "<&', MessageAttributes: attributes });
    const { Messages: messages } = await clients.sqs.receiveMessage({ QueueUrl: QUEUE_URL });
    expect(messages).toMatchObject([{ Body: 'ünï', MessageAttributes: attributes }]);
  });

  it('answers modelled errors that are instances of the client classes, with their members', async () => {
    const { clients, sent } = wireWorld({
      dynamodb: {
        PutItem: () => {
          throw new Fault('ConditionalCheckFailedException', 'The conditional request failed', { members: { Item: { a: { B: new Uint8Array([7]) } } } });
        },
      },
    });
    const error = await clients.dynamodb.putItem({ TableName: 'tab', Item: { a: { S: '1' } } }).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(ConditionalCheckFailedException);
    expect(error).toMatchObject({ message: 'The conditional request failed', Item: { a: { B: new Uint8Array([7]) } }, $metadata: { httpStatusCode: 400 } });
    const response = sent[0]?.response as HttpResponse;
    expect(response.headers['x-amz-crc32']).toBe(String(crc32(response.body)));
  });

  it('carries nested attribute values, exact numbers and attributes called like prototypes (DynamoDB)', async () => {
    const Item = {
      pk: { S: 'p' },
      n: { N: '12345678901234567890.123' },
      b: { BS: [new Uint8Array([1]), new Uint8Array()] },
      m: { M: { l: { L: [{ NULL: true }, { BOOL: false }, { B: new Uint8Array([9]) }] } } },
      constructor: { S: 'c' },
    };
    let seen: unknown;
    const { clients } = wireWorld({
      dynamodb: {
        PutItem: (input) => {
          seen = input;
          return {};
        },
        GetItem: () => ({ Item }),
      },
    });
    await clients.dynamodb.putItem({ TableName: 'tab', Item });
    expect(seen).toEqual({ TableName: 'tab', Item });
    expect((await clients.dynamodb.getItem({ TableName: 'tab', Key: { pk: { S: 'p' } } })).Item).toEqual(Item);
  });

  it('adds query codes for query-compatible services (SQS)', async () => {
    const { clients, sent } = wireWorld({
      sqs: {
        GetQueueUrl: () => {
          throw new Fault('QueueDoesNotExist', 'The specified queue does not exist.');
        },
      },
    });
    const error = await clients.sqs.getQueueUrl({ QueueName: 'q' }).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(QueueDoesNotExist);
    expect(error).toMatchObject({ Error: { Code: 'AWS.SimpleQueueService.NonExistentQueue', Type: 'Sender' } });
    expect(sent[0]?.response.headers['x-amzn-query-error']).toBe('AWS.SimpleQueueService.NonExistentQueue;Sender');
  });

  it('reads gzip and timestamps (CloudWatch)', async () => {
    let seen: { MetricData: { Timestamp: Date }[] } | undefined;
    const { clients, sent } = wireWorld({
      cloudwatch: {
        PutMetricData: (input) => {
          seen = input;
          return {};
        },
      },
    });
    const MetricData = Array.from({ length: 400 }, (_, index) => ({ MetricName: `metric-${index}`, Value: index, Timestamp: new Date(1_700_000_000_000) }));
    await clients.cloudwatch.putMetricData({ Namespace: 'N', MetricData });
    expect(sent[0]?.request.headers['content-encoding']).toBe('gzip');
    expect(seen?.MetricData).toEqual(MetricData);
  });

  it('reads nothing of members that the model does not have, and null as absent', async () => {
    let seen: unknown;
    const { dispatch } = wireWorld({
      sqs: {
        GetQueueUrl: (input) => {
          seen = input;
          return {};
        },
      },
    });
    const headers = { 'x-amz-target': 'AmazonSQS.GetQueueUrl' };
    await send(dispatch, { headers, body: '{"QueueName":"q","QueueOwnerAWSAccountId":null,"Nonsense":{"a":1}}' });
    expect(seen).toEqual({ QueueName: 'q' });
  });

  it('answers a modelled error without a message (Parameter Store)', async () => {
    const { clients } = wireWorld();
    await expect(clients.ssm.getParameter({ Name: '/none' })).rejects.toBeInstanceOf(ParameterNotFound);
    await expect(clients.ssm.getParameter({ Name: '/none' })).rejects.toMatchObject({ $metadata: { httpStatusCode: 400 } });
  });
});

describe('awsQuery', () => {
  it('reads maps, lists and bytes of a form and writes XML (SNS)', async () => {
    let seen: unknown;
    const { clients } = wireWorld({
      sns: {
        Publish: (input) => {
          seen = input;
          return { MessageId: '<&"\r>' };
        },
        ListTopics: () => ({ Topics: [{ TopicArn: 'a' }, { TopicArn: 'b' }] }),
        GetTopicAttributes: () => ({ Attributes: { DisplayName: 'x & y', Owner: '1' } }),
      },
    });
    const input = {
      TopicArn: 'arn:aws:sns:us-east-1:111111111111:t',
      Message: 'a=b&c <d>',
      MessageAttributes: { s: { DataType: 'String', StringValue: 'ü' }, b: { DataType: 'Binary', BinaryValue: new Uint8Array([1, 255]) } },
    };
    expect(await clients.sns.publish(input)).toMatchObject({ MessageId: '<&"\r>' });
    expect(seen).toEqual(input);
    expect((await clients.sns.listTopics({})).Topics).toEqual([{ TopicArn: 'a' }, { TopicArn: 'b' }]);
    expect((await clients.sns.getTopicAttributes({ TopicArn: 't' })).Attributes).toEqual({ DisplayName: 'x & y', Owner: '1' });
  });

  it('writes an output without members as an empty element, and none where there is no output (SNS)', async () => {
    const { clients, sent } = wireWorld({ sns: { TagResource: () => ({}), DeleteTopic: () => ({}) } });
    await clients.sns.tagResource({ ResourceArn: 'arn:aws:sns:us-east-1:111111111111:t', Tags: [] });
    await clients.sns.deleteTopic({ TopicArn: 'arn:aws:sns:us-east-1:111111111111:t' });
    const [tagged, deleted] = sent.map(({ response }) => textOf(response as HttpResponse));
    // boto looks for the element by its name.
    expect(tagged).toContain('<TagResourceResult></TagResourceResult>');
    expect(deleted).not.toContain('DeleteTopicResult');
  });

  it('answers errors that are instances of the client classes', async () => {
    const { clients, sent } = wireWorld({
      sns: {
        Publish: () => {
          throw new Fault('InvalidParameterException', 'Invalid parameter: Empty <message>');
        },
      },
    });
    const error = await clients.sns.publish({ TopicArn: 't', Message: 'm' }).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(InvalidParameterException);
    expect(error).toMatchObject({ message: 'Invalid parameter: Empty <message>', Error: { Code: 'InvalidParameter', Type: 'Sender' } });
    expect(textOf(sent[0]?.response as HttpResponse)).toContain('<Code>InvalidParameter</Code>');
  });

  it('writes dates as ISO 8601 (STS)', async () => {
    const { clients, sent } = wireWorld({
      sts: { AssumeRole: () => ({ Credentials: { AccessKeyId: 'a', SecretAccessKey: 's', SessionToken: 't', Expiration: new Date(3_600_000) } }) },
    });
    const { Credentials: credentials } = await clients.sts.assumeRole({ RoleArn: 'arn:aws:iam::111111111111:role/role', RoleSessionName: 'me' });
    expect(credentials?.Expiration).toEqual(new Date(3_600_000));
    expect(textOf(sent[0]?.response as HttpResponse)).toContain('<Expiration>1970-01-01T01:00:00Z</Expiration>');
  });

  it('is spoken by SQS too, for older clients', async () => {
    let seen: unknown;
    const { dispatch } = wireWorld({
      sqs: {
        SendMessageBatch: (input) => {
          seen = input;
          return { Successful: [{ Id: '1', MessageId: 'm', MD5OfMessageBody: 'd' }], Failed: [] };
        },
        GetQueueAttributes: () => ({ Attributes: { VisibilityTimeout: '30' } }),
      },
    });
    const body = new URLSearchParams({
      Action: 'SendMessageBatch',
      Version: '2012-11-05',
      QueueUrl: QUEUE_URL,
      'SendMessageBatchRequestEntry.2.Id': '2',
      'SendMessageBatchRequestEntry.2.MessageBody': 'b',
      'SendMessageBatchRequestEntry.1.Id': '1',
      'SendMessageBatchRequestEntry.1.MessageBody': 'a',
      'SendMessageBatchRequestEntry.1.DelaySeconds': '5',
      'SendMessageBatchRequestEntry.1.MessageAttribute.1.Name': 'k',
      'SendMessageBatchRequestEntry.1.MessageAttribute.1.Value.DataType': 'String',
      'SendMessageBatchRequestEntry.1.MessageAttribute.1.Value.StringValue': 'v',
    }).toString();
    const headers = { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' };
    const response = await send(dispatch, { headers, body, target: '/111111111111/q' });
    expect(seen).toEqual({
      QueueUrl: QUEUE_URL,
      Entries: [
        { Id: '1', MessageBody: 'a', DelaySeconds: 5, MessageAttributes: { k: { DataType: 'String', StringValue: 'v' } } },
        { Id: '2', MessageBody: 'b' },
      ],
    });
    expect(textOf(response)).toContain('<SendMessageBatchResult><SendMessageBatchResultEntry><Id>1</Id>');
    const attributes = await send(dispatch, { headers, body: `Action=GetQueueAttributes&Version=2012-11-05&QueueUrl=${encodeURIComponent(QUEUE_URL)}` });
    expect(textOf(attributes)).toContain('<Attribute><Name>VisibilityTimeout</Name><Value>30</Value></Attribute>');
  });
});

describe('restJson1', () => {
  it('binds labels, query, headers, payload and status (Lambda)', async () => {
    let seen: unknown;
    const { clients, sent } = wireWorld({
      lambda: {
        Invoke: (input) => {
          seen = input;
          return { StatusCode: 202, FunctionError: 'Unhandled', Payload: new Uint8Array(Buffer.from('{"ok":1}')) };
        },
        ListEventSourceMappings: (input) => {
          seen = input;
          return { EventSourceMappings: [{ UUID: 'u', LastModified: new Date(1_700_000_000_500) }] };
        },
        DeleteAlias: () => ({}),
        ListProvisionedConcurrencyConfigs: () => ({ ProvisionedConcurrencyConfigs: [] }),
      },
    });
    const invoked = await clients.lambda.invoke({
      FunctionName: 'arn:aws:lambda:us-east-1:111111111111:function:f',
      Qualifier: '1',
      InvocationType: 'Event',
      Payload: '{"a":"ü"}',
    });
    expect(seen).toEqual({
      FunctionName: 'arn:aws:lambda:us-east-1:111111111111:function:f',
      Qualifier: '1',
      InvocationType: 'Event',
      Payload: new Uint8Array(Buffer.from('{"a":"ü"}')),
    });
    expect(invoked).toMatchObject({ StatusCode: 202, FunctionError: 'Unhandled' });
    expect(Buffer.from(invoked.Payload ?? []).toString()).toBe('{"ok":1}');
    const listed = await clients.lambda.listEventSourceMappings({ FunctionName: 'f', MaxItems: 5 });
    expect(seen).toEqual({ FunctionName: 'f', MaxItems: 5 });
    expect(listed.EventSourceMappings).toEqual([{ UUID: 'u', LastModified: new Date(1_700_000_000_500) }]);
    await clients.lambda.deleteAlias({ FunctionName: 'f', Name: 'live' });
    expect([sent.at(-1)?.response.status, sent.at(-1)?.response.body.byteLength]).toEqual([204, 0]);
    // One path, told apart by its query.
    await clients.lambda.listProvisionedConcurrencyConfigs({ FunctionName: 'f' });
    expect(sent.at(-1)?.response.status).toBe(200);
  });

  it('answers errors that are instances of the client classes', async () => {
    const { clients } = wireWorld({
      lambda: {
        GetFunction: () => {
          throw new Fault('ResourceNotFoundException', 'Function not found: x', { members: { Type: 'User' } });
        },
      },
    });
    const error = await clients.lambda.getFunction({ FunctionName: 'x' }).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(ResourceNotFoundException);
    expect(error).toMatchObject({ message: 'Function not found: x', Type: 'User', $metadata: { httpStatusCode: 404 } });
  });
});

describe('gzip', () => {
  it('refuses what is none, and what would grow beyond the bound', async () => {
    const { dispatch } = wireWorld();
    const headers = { 'x-amz-target': 'AmazonSSM.GetParameter', 'content-encoding': 'gzip' };
    expect(jsonOf(await send(dispatch, { headers, body: 'no' }))).toMatchObject({ message: 'The request body is not valid gzip' });
    const bomb = gzipSync(Buffer.alloc(17 * 1024 * 1024));
    expect((await send(dispatch, { headers, body: bomb })).status).toBe(413);
  });
});
