import { describe, expect, it } from 'vitest';
import { sqsWorld } from './sqs-world.ts';

/** Messages as AWS words them, from recordings of the service. */
const REFUSED: { name: string; queue?: Record<string, string>; input: object; code: string; message?: string }[] = [
  { name: 'an empty body', input: { MessageBody: '' }, code: 'MissingParameter', message: 'The request must contain the parameter MessageBody.' },
  { name: 'a character outside XML', input: { MessageBody: 'a\u0000' }, code: 'InvalidMessageContents' },
  { name: 'half a surrogate pair', input: { MessageBody: '\uD800' }, code: 'InvalidMessageContents' },
  {
    name: 'a body over the limit',
    queue: { MaximumMessageSize: '1024' },
    input: { MessageBody: 'a'.repeat(1025) },
    code: 'InvalidParameterValue',
    message: 'One or more parameters are invalid. Reason: Message must be shorter than 1024 bytes.',
  },
  {
    name: 'a body that its attributes bring over the limit',
    queue: { MaximumMessageSize: '1024' },
    input: { MessageBody: 'a'.repeat(1010), MessageAttributes: { name: { DataType: 'String', StringValue: 'value' } } },
    code: 'InvalidParameterValue',
  },
  {
    name: 'an attribute without value',
    input: { MessageBody: 'a', MessageAttributes: { ErrorDetails: { DataType: 'String', StringValue: '' } } },
    code: 'InvalidParameterValue',
    message: "Message (user) attribute 'ErrorDetails' must contain a non-empty value of type 'String'.",
  },
  {
    name: 'an attribute of no type',
    input: { MessageBody: 'a', MessageAttributes: { x: { DataType: 'Date', StringValue: '1' } } },
    code: 'InvalidParameterValue',
  },
  {
    name: 'a number that is none',
    input: { MessageBody: 'a', MessageAttributes: { x: { DataType: 'Number', StringValue: 'one' } } },
    code: 'InvalidParameterValue',
  },
  {
    name: 'a reserved attribute name',
    input: { MessageBody: 'a', MessageAttributes: { 'AWS.x': { DataType: 'String', StringValue: '1' } } },
    code: 'InvalidParameterValue',
  },
  {
    name: 'a group id that is too long',
    input: { MessageBody: 'a', MessageGroupId: 'a'.repeat(129) },
    code: 'InvalidParameterValue',
    message: `Value ${'a'.repeat(129)} for parameter MessageGroupId is invalid. Reason: MessageGroupId can only include alphanumeric and punctuation characters. 1 to 128 in length.`,
  },
  { name: 'a deduplication id on a standard queue', input: { MessageBody: 'a', MessageDeduplicationId: 'x' }, code: 'InvalidParameterValue' },
  { name: 'a delay over the limit', input: { MessageBody: 'a', DelaySeconds: 901 }, code: 'InvalidParameterValue' },
  {
    name: 'a malformed trace header',
    input: { MessageBody: 'a', MessageSystemAttributes: { AWSTraceHeader: { DataType: 'String', StringValue: 'nonsense' } } },
    code: 'InvalidParameterValue',
  },
];

describe('a message', () => {
  it.each(REFUSED)('is refused with $name', async ({ queue, input, code, message }) => {
    const world = sqsWorld();
    await world.create('q', queue);
    const refused = expect(world.call('SendMessage', { QueueUrl: 'q', ...input })).rejects;
    await refused.toMatchObject(message === undefined ? { code } : { code, message });
    expect(await world.counts('q')).toEqual({ visible: 0, inFlight: 0, delayed: 0 });
  });

  it('has the MD5s that AWS computes', async () => {
    const world = sqsWorld();
    await world.create('q');
    const text = { timestamp: { StringValue: '1493147359900', DataType: 'Number' } };
    expect((await world.send('q', 'test', { MessageAttributes: text })).MD5OfMessageAttributes).toBe('235c5c510d26fb653d073faed50ae77c');
    const value = Buffer.from('dHJhY2VwYXJlbnQeMDAtNzc0MDYyZDZjMzcwODFhNWEwYjliNWI4OGUzMDYyN2MtMmQyNDgyMjExZjY0ODlkYS0wMQ==', 'base64');
    await world.send('q', 'test', { MessageAttributes: { attr1: { DataType: 'Binary', BinaryValue: value } } });
    const [, second] = await world.receive('q', { MaxNumberOfMessages: 2, MessageAttributeNames: ['All'] });
    expect(second).toMatchObject({ MD5OfBody: '098f6bcd4621d373cade4e832627b4f6', MD5OfMessageAttributes: '8cbe4db156db8a94db8b801b7addb984' });
  });

  it('carries a trace header, which counts neither as attribute nor in size', async () => {
    const world = sqsWorld();
    await world.create('q', { MaximumMessageSize: '1024' });
    const header = 'Root=1-3152b799-8954dae64eda91bc9a23a7e8;Parent=7fa8c0f79203be72;Sampled=1';
    await world.send('q', 'a'.repeat(1024), { MessageSystemAttributes: { AWSTraceHeader: { DataType: 'String', StringValue: header } } });
    const [message] = await world.receive('q', { MessageSystemAttributeNames: ['AWSTraceHeader'] });
    expect(message?.Attributes).toEqual({ AWSTraceHeader: header });
  });
});

describe('a batch', () => {
  const entries = (count: number, body = 'x') => Array.from({ length: count }, (_, index) => ({ Id: `e${index}`, MessageBody: body }));

  it.each([
    { name: 'no entries', given: [], code: 'EmptyBatchRequest', message: 'There should be at least one SendMessageBatchRequestEntry in the request.' },
    {
      name: 'eleven entries',
      given: entries(11),
      code: 'TooManyEntriesInBatchRequest',
      message: 'Maximum number of entries per request are 10. You have sent 11.',
    },
    { name: 'a repeated id', given: [...entries(1), ...entries(1)], code: 'BatchEntryIdsNotDistinct', message: 'Id e0 repeated.' },
    { name: 'an id with a colon', given: [{ Id: 'a:b', MessageBody: 'x' }], code: 'InvalidBatchEntryId' },
    {
      name: 'too much in all',
      given: [...entries(1, 'a'.repeat(1_048_576)), { Id: 'z', MessageBody: 'b' }],
      code: 'BatchRequestTooLong',
      message: 'Batch requests cannot be longer than 1048576 bytes. You have sent 1048577 bytes.',
    },
  ])('is refused as a whole with $name', async ({ given, code, message }) => {
    const world = sqsWorld();
    await world.create('q');
    const refused = expect(world.call('SendMessageBatch', { QueueUrl: 'q', Entries: given })).rejects;
    await refused.toMatchObject(message === undefined ? { code } : { code, message });
  });

  it('reports each entry by itself', async () => {
    const world = sqsWorld();
    await world.create('q', { MaximumMessageSize: '1024' });
    const sent = await world.call('SendMessageBatch', { QueueUrl: 'q', Entries: [...entries(1), { Id: 'big', MessageBody: 'a'.repeat(1025) }] });
    expect(sent).toMatchObject({
      Successful: [{ Id: 'e0', MD5OfMessageBody: '9dd4e461268c8034f5c8564e155c67a6' }],
      Failed: [
        {
          Id: 'big',
          SenderFault: true,
          Code: 'InvalidParameterValue',
          Message: 'One or more parameters cannot be validated. Reason: Message must be shorter than 1024 bytes.',
        },
      ],
    });
    const [message] = await world.receive('q');
    const deletions = [
      { Id: 'good', ReceiptHandle: message?.ReceiptHandle },
      { Id: 'bad', ReceiptHandle: 'nonsense' },
    ];
    const deleted = await world.call('DeleteMessageBatch', { QueueUrl: 'q', Entries: deletions });
    expect(deleted).toMatchObject({ Successful: [{ Id: 'good' }], Failed: [{ Id: 'bad', Code: 'ReceiptHandleIsInvalid' }] });
  });
});

describe('a receive', () => {
  it.each([
    [{ MaxNumberOfMessages: 11 }, 'Value 11 for parameter MaxNumberOfMessages is invalid. Reason: Must be between 1 and 10, if provided.'],
    [{ WaitTimeSeconds: 21 }, 'Value 21 for parameter WaitTimeSeconds is invalid. Reason: Must be >= 0 and <= 20, if provided.'],
    [{ WaitTimeSeconds: -1 }, 'Value -1 for parameter WaitTimeSeconds is invalid. Reason: Must be >= 0 and <= 20, if provided.'],
  ])('is refused with %o', async (input, message) => {
    const world = sqsWorld();
    await world.create('q');
    await expect(world.receive('q', input)).rejects.toMatchObject({ code: 'InvalidParameterValue', message });
  });
});
