import { describe, expect, it } from 'vitest';
import { Assembly } from '../../../operations/guarantees/assembly.ts';
import { deriveGuarantees } from '../../../operations/guarantees/guarantees.ts';
import { cellsOf, type GuaranteeCells, guaranteesPage } from '../../../operations/guarantees/page.ts';

const FUNCTION = { Type: 'AWS::Lambda::Function', Properties: { FunctionName: 'f', MemorySize: 256, Architectures: ['arm64'] } };
const arn = (id: string) => ({ 'Fn::GetAtt': [id, 'Arn'] });
const queue = (name: string, more: object = {}) => ({ Type: 'AWS::SQS::Queue', Properties: { QueueName: name, ...more } });

/** Templates of somebody else's stacks. */
const derive = (templates: Readonly<Record<string, object>>) => deriveGuarantees(new Assembly(new Map(Object.entries(templates))));
const cells = (Resources: object): GuaranteeCells[] => derive({ S: { Resources } }).guarantees.map(cellsOf);

describe('a queue and its function', () => {
  const resources = (maxReceiveCount: number | string, more: object = {}) => ({
    F: FUNCTION,
    D: queue('dead', { MessageRetentionPeriod: 1_209_600 }),
    Q: queue('q', { RedrivePolicy: { deadLetterTargetArn: arn('D'), maxReceiveCount }, VisibilityTimeout: 90, ...more }),
    M: { Type: 'AWS::Lambda::EventSourceMapping', Properties: { EventSourceArn: arn('Q'), FunctionName: { Ref: 'F' }, BatchSize: 4 } },
  });

  it('are told of as the template has them', () => {
    expect(cells(resources(5))).toEqual([
      {
        edge: 'queue q → function f',
        order: 'none',
        duplicates: 'possible',
        loss: 'what nobody handles within 4 d; dead letters after 14 d',
        retry: '5 attempts, 90 s apart unless the handler says sooner',
        deadLetters: '`dead`',
        redrive: 'back to `q`: `tickertape dlq redrive`, `start-message-move-task`',
        lag: 'AWS/SQS `ApproximateAgeOfOldestMessage` (QueueName q)',
        cost: '0.25 to 1.00, and 0.08 to 0.33 for each 100 ms',
      },
    ]);
  });

  it.each([
    ['receives', resources('9'), { retry: '9 attempts, 90 s apart unless the handler says sooner' }],
    ['retention', resources(5, { MessageRetentionPeriod: 7_200 }), { loss: 'what nobody handles within 2 h; dead letters after 14 d' }],
    ['a FIFO queue', resources(5, { FifoQueue: true }), { order: 'within a message group', cost: '0.30 to 1.20, and 0.08 to 0.33 for each 100 ms' }],
    ['no dead-letter queue', resources(5, { RedrivePolicy: undefined }), { deadLetters: 'none', retry: '4 d, 90 s apart unless the handler says sooner' }],
  ])('change their cells with the template: %s', (_, changed, expected) => {
    expect(cells(changed)[0]).toMatchObject(expected);
  });
});

describe('a stream and a group', () => {
  const resources = (mapping: object, stream: object = {}) => ({
    F: FUNCTION,
    D: queue('dead', { MessageRetentionPeriod: 1_209_600 }),
    S: { Type: 'AWS::Kinesis::Stream', Properties: { Name: 's', ShardCount: 2, ...stream } },
    M: { Type: 'AWS::Lambda::EventSourceMapping', Properties: { EventSourceArn: arn('S'), FunctionName: { Ref: 'F' }, BatchSize: 10, ...mapping } },
  });
  const failing = { MaximumRetryAttempts: 12, MaximumRecordAgeInSeconds: 3_600, DestinationConfig: { OnFailure: { Destination: arn('D') } } };

  it('are told of as the template has them', () => {
    expect(cells(resources(failing, { RetentionPeriodHours: 168 }))).toEqual([
      {
        edge: 'stream s → function f',
        order: 'within a partition key',
        duplicates: 'possible',
        loss: 'what nobody handles within 7 d; dead letters after 14 d',
        retry: '13 attempts or 60 min, later and later',
        deadLetters: '`dead`',
        redrive: 'the dead letter is a position: the indexer fetches its records while the stream has them; `tickertape dlq redrive`, key by key in order',
        lag: 'AWS/Lambda `IteratorAge` (FunctionName f)',
        cost: '0.02 to 0.20, and 0.03 to 0.33 for each 100 ms',
      },
      {
        edge: 'who puts records → stream s',
        order: 'within a partition key',
        duplicates: 'possible',
        loss: 'none in silence: the sender is told; records are kept 7 d, read or not',
        retry: 'none',
        deadLetters: 'none',
        redrive: 'a group reads again from any position that is kept',
        lag: 'none: nothing waits',
        cost: '0.01 to 0.04',
      },
    ]);
  });

  it('lose what is given up where nothing catches it', () => {
    expect(cells(resources({ MaximumRetryAttempts: 2 }))[0]).toMatchObject({
      loss: 'what nobody handles within 24 h; what failed 3 times or for 24 h',
      deadLetters: 'none',
      redrive: 'none: what was given up is gone',
    });
  });
});

it('follows references over stacks, by export and by output', () => {
  const rule = (bus: object) => ({
    Type: 'AWS::Events::Rule',
    Properties: { Name: 'r', EventBusName: bus, Targets: [{ Id: 't', Arn: arn('Q'), RetryPolicy: { MaximumRetryAttempts: 2 } }] },
  });
  const { guarantees } = derive({
    A: {
      Resources: { B: { Type: 'AWS::Events::EventBus', Properties: { Name: 'bus' } } },
      Outputs: { Out: { Value: { Ref: 'B' }, Export: { Name: 'A:Bus' } } },
    },
    C: { Resources: { Q: queue('q'), R: rule({ 'Fn::ImportValue': 'A:Bus' }) } },
    D: { Resources: { Q: queue('p'), R: rule({ 'Fn::GetStackOutput': { StackName: 'A', OutputName: 'Out' } }) } },
  });
  const [bus, ...rules] = guarantees.map(cellsOf);
  expect(bus?.loss).toBe('none in silence: the sender is told; what matches no rule is gone at once');
  expect(rules.map(({ edge }) => edge)).toEqual(['bus bus → queue q', 'bus bus → queue p']);
  expect(rules[0]).toMatchObject({
    retry: '3 attempts or 24 h, later and later',
    deadLetters: 'none',
    loss: 'what failed 3 times or for 24 h',
    redrive: 'none: what was given up is gone',
  });
});

it('tells of a topic that fans out, and of a function that is invoked asynchronously with a destination', () => {
  const told = cells({
    T: { Type: 'AWS::SNS::Topic', Properties: { TopicName: 't' } },
    Q: queue('q'),
    D: queue('dead'),
    F: FUNCTION,
    S: {
      Type: 'AWS::SNS::Subscription',
      Properties: { TopicArn: { Ref: 'T' }, Protocol: 'sqs', Endpoint: arn('Q'), RedrivePolicy: { deadLetterTargetArn: arn('D') } },
    },
    R: { Type: 'AWS::Events::Rule', Properties: { Targets: [{ Id: 't', Arn: arn('F') }] } },
    C: {
      Type: 'AWS::Lambda::EventInvokeConfig',
      Properties: { FunctionName: { Ref: 'F' }, Qualifier: '$LATEST', MaximumRetryAttempts: 1, DestinationConfig: { OnFailure: { Destination: arn('D') } } },
    },
  });
  expect(told.find(({ edge }) => edge === 'topic t → queue q')).toMatchObject({
    retry: '100015 attempts or 23 d, later and later',
    deadLetters: '`dead`',
    cost: '0.90',
  });
  expect(told.find(({ edge }) => edge === 'bus default → function f')).toMatchObject({ retry: '2 attempts or 6 h, later and later', deadLetters: '`dead`' });
});

it('says of what edges nothing could be derived, and why', () => {
  const table = derive({
    S: {
      Resources: {
        P: { Type: 'AWS::Pipes::Pipe', Properties: {} },
        B: { Type: 'AWS::S3::Bucket', Properties: { NotificationConfiguration: {} } },
        Plain: { Type: 'AWS::S3::Bucket', Properties: {} },
        R: { Type: 'AWS::Events::Rule', Properties: { Targets: [{ Id: 't', Arn: 'arn:aws:sqs:us-east-1:1:elsewhere' }] } },
        M: { Type: 'AWS::Lambda::EventSourceMapping', Properties: { EventSourceArn: { 'Fn::ImportValue': 'unknown' } } },
      },
    },
  });
  expect(table.guarantees).toEqual([]);
  expect(table.underived.map(({ resource }) => resource).sort()).toEqual(['B', 'M', 'P', 'R t']);
  expect(guaranteesPage(table)).toContain('`S.R t` (AWS::Events::Rule): the target t is not in these templates: "arn:aws:sqs:us-east-1:1:elsewhere"');
});
