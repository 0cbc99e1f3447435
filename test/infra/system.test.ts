import { describe, expect, it } from 'vitest';
import { matches, parsePattern } from '../../local/languages/event-pattern/index.ts';
import { resourcesOf, synthesize, targetOf } from './system-under-test.ts';

const templates = synthesize();
const of = (type: string) => resourcesOf(templates, type);
const resourceAt = (stack: string, id: string | undefined) => templates.get(stack)?.Resources[id ?? ''];
const mappings = of('AWS::Lambda::EventSourceMapping');
const isOnQueue = ({ stack, Properties }: (typeof mappings)[number]) => resourceAt(stack, targetOf(Properties.EventSourceArn))?.Type === 'AWS::SQS::Queue';
const GROUPS = ['audit', 'funnel', 'read-models'];
const PROJECTIONS = ['customer-dashboard', 'daily-revenue', 'order-summary', 'stock'];
const isOfGroup = ({ Properties }: (typeof mappings)[number]): boolean => JSON.stringify(Properties.FilterCriteria ?? {}).includes('dataschema');
const groupMappings = mappings.filter(isOfGroup);
/** The queue of a group brings what is redriven. */
const isOfGroupsQueue = ({ stack, Properties }: (typeof mappings)[number]): boolean =>
  GROUPS.includes(String(resourceAt(stack, targetOf(Properties.EventSourceArn))?.Properties.QueueName).replace('tickertape-', ''));
const isOfWatchdog = ({ stack, Properties }: (typeof mappings)[number]): boolean =>
  String(resourceAt(stack, targetOf(Properties.EventSourceArn))?.Properties.QueueName).endsWith('-watchdog');
const consumerMappings = mappings.filter((mapping) => isOnQueue(mapping) && !isOfGroupsQueue(mapping) && !isOfWatchdog(mapping));
const relayMappings = mappings.filter((mapping) => !isOnQueue(mapping) && !isOfGroup(mapping));
const queueNamed = (name: string) => of('AWS::SQS::Queue').find(({ Properties }) => Properties.QueueName === name);
/** Take commands of sagas. */
const PARTICIPANTS = ['inventory-commands', 'payments-commands', 'shipping-commands'];
const CONSUMERS = [
  'analytics',
  'checkout',
  'inventory',
  'notifications',
  'notifications-welcome',
  'orders',
  'payments',
  'payments-refund',
  'shipping',
  'users-profile',
];

it('uses only resource types that the embedded plane has, and no custom resource', () => {
  const types = new Set([...templates.values()].flatMap(({ Resources }) => Object.values(Resources).map(({ Type }) => Type)));
  expect([...types].sort()).toEqual([
    'AWS::ApiGatewayV2::Api',
    'AWS::ApiGatewayV2::Integration',
    'AWS::ApiGatewayV2::Route',
    'AWS::ApiGatewayV2::Stage',
    'AWS::CloudWatch::Alarm',
    'AWS::CloudWatch::Dashboard',
    'AWS::DynamoDB::GlobalTable',
    'AWS::Events::Archive',
    'AWS::Events::EventBus',
    'AWS::Events::Rule',
    'AWS::IAM::Policy',
    'AWS::IAM::Role',
    'AWS::Kinesis::Stream',
    'AWS::Lambda::EventInvokeConfig',
    'AWS::Lambda::EventSourceMapping',
    'AWS::Lambda::Function',
    'AWS::Lambda::Permission',
    'AWS::Logs::LogGroup',
    'AWS::SES::EmailIdentity',
    'AWS::SQS::Queue',
    'AWS::SQS::QueuePolicy',
    'AWS::SSM::Parameter',
    'AWS::StepFunctions::StateMachine',
  ]);
});

it('archives every event of the bus for as long as commits are remembered', () => {
  expect(of('AWS::Events::Archive').map(({ Properties }) => Properties)).toMatchObject([{ ArchiveName: 'tickertape', RetentionDays: 30 }]);
  expect(of('AWS::Events::Archive')[0]?.Properties).not.toHaveProperty('EventPattern');
});

it('keeps an alarm on which the indexer of dead letters failed', () => {
  const [config] = of('AWS::Lambda::EventInvokeConfig');
  const destination = resourceAt(config?.stack ?? '', targetOf(config?.Properties.DestinationConfig.OnFailure.Destination));
  expect(destination?.Properties.QueueName).toBe('tickertape-alarms-undelivered');
});

describe('a consumer', () => {
  it('is there for each subscription, under its name', () => {
    const names = consumerMappings.map(({ stack, Properties }) => resourceAt(stack, targetOf(Properties.EventSourceArn))?.Properties.QueueName as string);
    expect(names.sort()).toEqual([...CONSUMERS, ...PARTICIPANTS].map((name) => `tickertape-${name}`).sort());
  });

  it('hides a message for at least six timeouts, and answers for each message', () => {
    for (const { stack, Properties } of consumerMappings) {
      const queue = resourceAt(stack, targetOf(Properties.EventSourceArn))?.Properties;
      const timeout = resourceAt(stack, targetOf(Properties.FunctionName))?.Properties.Timeout as number;
      expect(queue.VisibilityTimeout, queue.QueueName).toBeGreaterThanOrEqual(6 * timeout);
      expect(Properties).toMatchObject({ FunctionResponseTypes: ['ReportBatchItemFailures'], BatchSize: 10 });
    }
  });

  it.each(CONSUMERS)('%s ends in a dead-letter queue that keeps longer, takes from its queue only, and has an alarm', (name) => {
    const queue = queueNamed(`tickertape-${name}`);
    const deadLetters = queueNamed(`tickertape-${name}-dead-letters`);
    expect(queue?.Properties.RedrivePolicy).toEqual({ deadLetterTargetArn: { 'Fn::GetAtt': [deadLetters?.id, 'Arn'] }, maxReceiveCount: 5 });
    expect(deadLetters?.Properties.MessageRetentionPeriod).toBeGreaterThan(queue?.Properties.MessageRetentionPeriod as number);
    expect(deadLetters?.Properties.RedriveAllowPolicy).toMatchObject({ redrivePermission: 'byQueue' });
    expect(JSON.stringify(deadLetters?.Properties.RedriveAllowPolicy.sourceQueueArns)).toContain(`:tickertape-${name}"`);
    for (const end of [`tickertape-${name}-dead-letters`, `tickertape-${name}-undelivered`]) {
      const alarm = of('AWS::CloudWatch::Alarm').find(({ Properties }) => Properties.AlarmName === end);
      expect(alarm?.Properties).toMatchObject({
        MetricName: 'ApproximateNumberOfMessagesVisible',
        Namespace: 'AWS/SQS',
        Statistic: 'Maximum',
        Period: 60,
        Threshold: 1,
        EvaluationPeriods: 1,
        ComparisonOperator: 'GreaterThanOrEqualToThreshold',
        TreatMissingData: 'notBreaching',
        Dimensions: [{ Name: 'QueueName', Value: { 'Fn::GetAtt': [queueNamed(end)?.id, 'QueueName'] } }],
      });
    }
  });

  it('is told what ARCHITECTURE.md says', () => {
    for (const { stack, Properties } of consumerMappings) {
      const { Environment } = resourceAt(stack, targetOf(Properties.FunctionName))?.Properties ?? {};
      expect(Object.keys(Environment.Variables)).toEqual(
        expect.arrayContaining([
          'POWERTOOLS_SERVICE_NAME',
          'POWERTOOLS_METRICS_NAMESPACE',
          'CODE_VERSION',
          'TABLE_NAME',
          'QUEUE_URL',
          'DEAD_LETTER_QUEUE_URL',
          'MAX_RECEIVE_COUNT',
          'TIME_TO_LIVE_SECONDS',
          'DEAD_LETTER_INDEX_TABLE_NAME',
        ]),
      );
      expect(Environment.Variables).toMatchObject({ MAX_RECEIVE_COUNT: '5', POWERTOOLS_METRICS_NAMESPACE: 'Tickertape' });
    }
  });

  it.each([
    { name: 'payments', types: ['OrderPlaced'], flow: ['choreography'], prefixes: ['tickertape:orders/order-placed/v1.'] },
    { name: 'analytics', types: ['UserSignedUp'], flow: undefined, prefixes: ['tickertape:users/user-signed-up/v1.'] },
  ])('$name gets its events in their major version, and nothing else', ({ name, types, flow, prefixes }) => {
    const rule = of('AWS::Events::Rule').find(({ Properties }) => Properties.Name === `tickertape-${name}`);
    expect(rule?.Properties.EventPattern['detail-type']).toEqual(types);
    expect(rule?.Properties.EventPattern.detail).toEqual({
      specversion: ['1.0'],
      dataschema: prefixes.map((prefix) => ({ prefix })),
      flow: flow ?? [{ exists: true }],
    });
  });
});

describe('what is no event of ours', () => {
  const rule = of('AWS::Events::Rule').find(({ Properties }) => Properties.Name === 'tickertape-malformed');
  const pattern = parsePattern(JSON.stringify(rule?.Properties.EventPattern));
  const envelope = { specversion: '1.0', dataschema: 'tickertape:orders/order-placed/v1.1', flow: 'choreography' };
  const isCaught = (source: string, detail: object): boolean => matches(pattern, { source, 'detail-type': 'OrderPlaced', detail });

  it.each([
    { name: 'an event of ours', source: 'tickertape.orders', detail: envelope, caught: false },
    {
      name: 'one that nobody subscribes to',
      source: 'tickertape.tomorrow',
      detail: { ...envelope, dataschema: 'tickertape:tomorrow/day-begun/v9.0' },
      caught: false,
    },
    { name: 'no envelope', source: 'tickertape.orders', detail: { orderId: '1' }, caught: true },
    { name: 'nothing at all', source: 'tickertape.orders', detail: {}, caught: true },
    { name: 'another version of CloudEvents', source: 'tickertape.orders', detail: { ...envelope, specversion: '0.3' }, caught: true },
    { name: 'a foreign schema', source: 'tickertape.orders', detail: { ...envelope, dataschema: 'https://example.com/order.json' }, caught: true },
    { name: 'a schema without a version', source: 'tickertape.orders', detail: { ...envelope, dataschema: 'tickertape:orders/order-placed' }, caught: true },
    { name: 'a schema that is no text', source: 'tickertape.orders', detail: { ...envelope, dataschema: 7 }, caught: true },
    { name: 'no flow', source: 'tickertape.orders', detail: { specversion: '1.0', dataschema: envelope.dataschema }, caught: true },
    { name: 'a foreign source', source: 'by.hand', detail: envelope, caught: true },
  ])('the bus takes what no subscription can match: $name, $caught', ({ source, detail, caught }) => {
    expect(isCaught(source, detail)).toBe(caught);
  });

  it('goes from the bus to its dead-letter queue, which has an alarm', () => {
    expect(rule?.Properties.Targets).toHaveLength(1);
    const queue = resourceAt('TickertapeBackbone', targetOf(rule?.Properties.Targets[0].Arn));
    expect(queue?.Properties).toMatchObject({ QueueName: 'tickertape-bus-dead-letters', MessageRetentionPeriod: 1_209_600 });
  });
});

it('has a dead-letter queue and a retry policy on every target of a rule', () => {
  for (const { stack, Properties } of of('AWS::Events::Rule')) {
    for (const target of Properties.Targets) {
      expect(resourceAt(stack, targetOf(target.DeadLetterConfig?.Arn))?.Type, Properties.Name).toBe('AWS::SQS::Queue');
      expect(target.RetryPolicy).toMatchObject({ MaximumRetryAttempts: expect.any(Number), MaximumEventAgeInSeconds: expect.any(Number) });
    }
  }
});

it('has an alarm on every queue that is an end', () => {
  const watched = new Set(of('AWS::CloudWatch::Alarm').map(({ stack, Properties }) => `${stack}/${targetOf(Properties.Dimensions[0].Value)}`));
  const ends = of('AWS::SQS::Queue').filter(({ Properties }) => Properties.RedrivePolicy === undefined);
  expect(ends.map(({ stack, id }) => `${stack}/${id}`).filter((end) => !watched.has(end))).toEqual([]);
});

it('relays the commits of every service that emits, from the first one on', () => {
  expect(relayMappings).toHaveLength(7);
  for (const { stack, Properties } of relayMappings) {
    expect(Properties).toMatchObject({
      StartingPosition: 'TRIM_HORIZON',
      BisectBatchOnFunctionError: true,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      MaximumRetryAttempts: 60,
      FilterCriteria: { Filters: [{ Pattern: '{"dynamodb":{"NewImage":{"entity":{"S":["COMMIT","TIP"]}}}}' }] },
    });
    expect(resourceAt(stack, targetOf(Properties.DestinationConfig.OnFailure.Destination))?.Type).toBe('AWS::SQS::Queue');
    const { Variables } = resourceAt(stack, targetOf(Properties.FunctionName))?.Properties.Environment ?? {};
    expect(Object.keys(Variables)).toEqual(expect.arrayContaining(['EVENT_BUS_NAME', 'TABLE_NAME']));
  }
});

it('gives each consumer group a mapping of its own on the stream', () => {
  expect(groupMappings).toHaveLength(GROUPS.length);
  for (const { stack, Properties } of groupMappings) {
    expect(JSON.stringify(Properties.EventSourceArn)).toContain('EventsStream');
    expect(resourceAt(stack, targetOf(Properties.DestinationConfig.OnFailure.Destination))?.Type).toBe('AWS::SQS::Queue');
  }
});

describe('least privilege', () => {
  const statements = of('AWS::IAM::Policy').flatMap(({ stack, Properties }) =>
    (Properties.PolicyDocument.Statement as { Action: string | string[]; Resource: unknown; Effect: string }[]).map((statement) => ({ stack, ...statement })),
  );

  it('names every action, and every resource but where AWS takes none', () => {
    for (const { Action, Resource } of statements) {
      const actions = [Action].flat();
      expect(actions.filter((action) => action.includes('*'))).toEqual([]);
      // Executions have the names of their sagas: all of one machine.
      if (actions.includes('states:DescribeExecution')) expect(JSON.stringify(Resource)).toContain(':execution:tickertape-checkout:*');
      else if (JSON.stringify(Resource).includes('*')) expect({ actions, Resource }).toEqual({ actions: ['dynamodb:ListStreams'], Resource: '*' });
    }
  });

  it('gives no function a managed policy', () => {
    expect(of('AWS::IAM::Role').filter(({ Properties }) => Properties.ManagedPolicyArns !== undefined)).toEqual([]);
  });

  it('lets no service touch the table of another', () => {
    const foreign = statements.filter(
      ({ Action, Resource }) => [Action].flat().some((action) => action.startsWith('dynamodb:')) && JSON.stringify(Resource).includes('Fn::ImportValue'),
    );
    // But what fills read models again: it reads the events of an event store, as they were published, and writes nothing there.
    const isOfStore = ({ stack, Resource }: (typeof foreign)[number]): boolean =>
      stack === 'TickertapeReadModels' && JSON.stringify(Resource).includes('TickertapeOrders');
    expect(foreign.filter(isOfStore).map(({ Action }) => Action)).toEqual([['dynamodb:GetItem', 'dynamodb:Query', 'dynamodb:Scan']]);
    const imported = foreign.filter((statement) => !isOfStore(statement));
    expect(imported.length).toBe(CONSUMERS.length + PARTICIPANTS.length + GROUPS.length);
    for (const { Action, Resource } of imported) {
      // A consumer group asks whether a parked letter was discarded.
      expect(['dynamodb:UpdateItem', ['dynamodb:GetItem', 'dynamodb:UpdateItem']]).toContainEqual(Action);
      expect(JSON.stringify(Resource)).toContain('DeadLetterIndex');
    }
  });

  it('lets a read read only', () => {
    const policy = of('AWS::IAM::Policy').find(({ id }) => id.startsWith('GetOrder'));
    expect(policy?.Properties.PolicyDocument.Statement.flatMap(({ Action }: { Action: string }) => Action)).toEqual([
      'logs:CreateLogStream',
      'logs:PutLogEvents',
      'dynamodb:GetItem',
      'dynamodb:Query',
      'dynamodb:Query',
    ]);
  });

  it('lets the bus alone put messages into a queue, and the indexer alone read dead letters', () => {
    for (const { Properties } of of('AWS::SQS::QueuePolicy')) {
      for (const { Effect, Principal, Action, Condition } of Properties.PolicyDocument.Statement) {
        if (Effect === 'Deny') expect(Condition).toEqual({ Bool: { 'aws:SecureTransport': 'false' } });
        else if (Action === 'sqs:SendMessage')
          expect({ Principal, Condition }).toEqual({
            Principal: { Service: 'events.amazonaws.com' },
            Condition: { ArnEquals: { 'aws:SourceArn': expect.anything() } },
          });
        else {
          // Of a consumer group it puts the records in the place of Lambda's word of them.
          const looks = ['sqs:ChangeMessageVisibility', 'sqs:GetQueueAttributes', 'sqs:ReceiveMessage'];
          expect([looks, [...looks, 'sqs:DeleteMessage', 'sqs:SendMessage'].sort()]).toContainEqual(Action);
          expect(JSON.stringify(Principal)).toContain('IndexerRole');
        }
      }
    }
  });
});

it('runs functions on one runtime, and forgets their logs', () => {
  for (const { stack, Properties } of of('AWS::Lambda::Function')) {
    expect(Properties).toMatchObject({ Runtime: 'nodejs24.x', Architectures: ['arm64'], MemorySize: 512, Handler: 'index.handler' });
    expect(resourceAt(stack, targetOf(Properties.LoggingConfig.LogGroup))?.Properties).toEqual({
      LogGroupName: `/aws/lambda/${Properties.FunctionName}`,
      RetentionInDays: 30,
    });
  }
});

it('keeps the tables of services, and lets the index go', () => {
  expect(Object.fromEntries(of('AWS::DynamoDB::GlobalTable').map(({ stack, DeletionPolicy }) => [stack, DeletionPolicy]))).toEqual({
    TickertapeBackbone: 'Delete',
    TickertapeCheckout: 'Retain',
    TickertapeOrders: 'Retain',
    TickertapePayments: 'Retain',
    TickertapeInventory: 'Retain',
    TickertapeShipping: 'Retain',
    TickertapeNotifications: 'Retain',
    TickertapeUsers: 'Retain',
    TickertapeAnalytics: 'Retain',
    TickertapeAudit: 'Retain',
    TickertapeReadModels: 'Retain',
  });
  for (const { Properties } of of('AWS::DynamoDB::GlobalTable')) {
    expect(Properties).toMatchObject({ BillingMode: 'PAY_PER_REQUEST', TimeToLiveSpecification: { AttributeName: 'expiresAt', Enabled: true } });
    expect(Properties.Replicas).toMatchObject([{ PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true } }]);
  }
});

it('writes no index of an order twice where its keys stay the same', () => {
  const tables = of('AWS::DynamoDB::GlobalTable').map(({ stack, Properties }) => [stack, Properties.GlobalSecondaryIndexes?.[0]?.Projection?.ProjectionType]);
  expect(Object.fromEntries(tables)).toMatchObject({ TickertapeOrders: 'KEYS_ONLY', TickertapePayments: 'ALL' });
});

it('describes itself to operators', () => {
  const parameters = new Map(of('AWS::SSM::Parameter').map(({ Properties }) => [Properties.Name as string, JSON.stringify(Properties.Value)]));
  expect([...parameters.keys()].sort()).toEqual(
    [
      ...[...CONSUMERS, ...PARTICIPANTS, ...GROUPS].map((name) => `/tickertape/consumers/${name}`),
      ...PROJECTIONS.map((name) => `/tickertape/projections/${name}`),
      '/tickertape/aggregates/Order',
      '/tickertape/sagas/Checkout',
      '/tickertape/system',
    ].sort(),
  );
  for (const member of ['busName', 'busArn', 'deadLetterIndexTableName', 'bus', 'deadLetterQueueUrl', 'apiUrl'])
    expect(parameters.get('/tickertape/system')).toContain(member);
  const members = [
    'consumer',
    'context',
    'on',
    'queueUrl',
    'queueArn',
    'deadLetterQueueUrl',
    'deadLetterQueueArn',
    'ruleDeadLetterQueueUrl',
    'functionName',
    'alarmName',
    'maxReceiveCount',
  ];
  for (const member of members) expect(parameters.get('/tickertape/consumers/payments')).toContain(`\\"${member}\\":`);
});

it('answers at the routes of ARCHITECTURE.md', () => {
  expect(
    of('AWS::ApiGatewayV2::Route')
      .map(({ Properties }) => Properties.RouteKey as string)
      .sort(),
  ).toEqual([
    'GET /customers/{customerId}/dashboard',
    'GET /customers/{customerId}/orders',
    'GET /funnel',
    'GET /orders/{orderId}',
    'GET /orders/{orderId}/summary',
    'GET /revenue/daily',
    'GET /stock/{sku}',
    'POST /orders',
    'POST /stock',
    'POST /users',
  ]);
  expect(templates.get('TickertapeBackbone')?.Outputs).toHaveProperty('ApiUrl');
});
