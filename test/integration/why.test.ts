import { DescribeTableCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { DeleteRuleCommand, DisableRuleCommand, ListTargetsByRuleCommand, RemoveTargetsCommand } from '@aws-sdk/client-eventbridge';
import { ListEventSourceMappingsCommand, PutFunctionConcurrencyCommand, UpdateEventSourceMappingCommand } from '@aws-sdk/client-lambda';
import { SetQueueAttributesCommand } from '@aws-sdk/client-sqs';
import { describe, expect, it } from 'vitest';
import type { Explanation } from '../../operations/why/explanation.ts';
import { readTables } from '../world/tables.ts';
import { createWorld, type World } from '../world/world.ts';

const DAY_MS = 86_400_000;

/** A user who signs up: three consumers take it. */
async function userSignedUp(world: World, flow?: string): Promise<string> {
  const data = { userId: 'u-1', email: 'ada@example.com', name: 'Ada', signedUpAt: '2026-01-05T08:00:00.000Z' };
  const { eventId } = await world.complete(world.operations.sendEvent({ type: 'UserSignedUp', data, flow }));
  return eventId;
}

async function paymentProcessed(world: World, flow: string): Promise<string> {
  const data = {
    orderId: 'o-1',
    customerId: 'ada',
    email: 'ada@example.com',
    paymentId: 'pay-1',
    amountCents: 1499,
    currency: 'USD',
    lines: [{ sku: 'CD-1', quantity: 1 }],
    processedAt: '2026-01-05T08:00:00.000Z',
  };
  const { eventId } = await world.complete(world.operations.sendEvent({ type: 'PaymentProcessed', data, flow }));
  return eventId;
}

/** Places an order and answers the id of its `OrderPlaced`, which the outbox has. */
async function orderPlaced(world: World, cardToken: string): Promise<string> {
  const orderId = await world.placed({ cardToken });
  const tables = await readTables(world);
  const texts = Object.values(tables).flatMap((items) => items.flatMap(({ events }) => (events as string[] | undefined) ?? []));
  const placed = texts
    .map((text) => JSON.parse(text) as { id: string; type: string; subject: string })
    .find(({ type, subject }) => type === 'OrderPlaced' && subject === orderId);
  return placed?.id ?? '';
}

const explain = (world: World, eventId: string, consumer: string): Promise<Explanation> => world.complete(world.operations.why({ eventId, consumer }));

async function mappingId(world: World, sourceArn: string): Promise<string> {
  const { EventSourceMappings: [mapping] = [] } = await world.complete(
    world.clients.lambda.send(new ListEventSourceMappingsCommand({ EventSourceArn: sourceArn })),
  );
  return mapping?.UUID ?? '';
}

async function removeTargets(world: World, rule: string): Promise<void> {
  const on = { Rule: rule, EventBusName: world.system.busName };
  const { Targets: targets = [] } = await world.complete(world.clients.eventbridge.send(new ListTargetsByRuleCommand(on)));
  await world.complete(world.clients.eventbridge.send(new RemoveTargetsCommand({ ...on, Ids: targets.map(({ Id }) => Id ?? '') })));
}

interface Case {
  readonly name: string;
  readonly consumer: string;
  /** Plants the reason and answers the event's id. */
  readonly plant: (world: World) => Promise<string>;
  readonly verdict: Explanation['verdict'];
  readonly because: RegExp;
  readonly clauses?: Explanation['clauses'];
}

const BEFORE_THE_RULE: readonly Case[] = [
  {
    name: 'nobody has such an event',
    consumer: 'payments',
    plant: async () => '00000000-0000-4000-8000-000000000000',
    verdict: 'unknown-event',
    because: /No event with the id 0{8}/,
  },
  {
    name: 'it is committed in the outbox, and the relay is off',
    consumer: 'payments',
    plant: async (world) => {
      const { tableName } = world.consumer('orders');
      const { Table: table } = await world.complete(world.clients.dynamodb.send(new DescribeTableCommand({ TableName: tableName })));
      await world.complete(
        world.clients.lambda.send(new UpdateEventSourceMappingCommand({ UUID: await mappingId(world, table?.LatestStreamArn ?? ''), Enabled: false })),
      );
      await world.pass(60_000);
      const eventId = await orderPlaced(world, 'tok_visa');
      await world.pass(60_000);
      return eventId;
    },
    verdict: 'not-published',
    because: /in the outbox of .* and not on the bus: the relay's event source mapping is Disabled/,
  },
];

const AT_THE_RULE: readonly Case[] = [
  {
    name: 'the consumer is not subscribed to its type',
    consumer: 'inventory',
    plant: (world) => userSignedUp(world),
    verdict: 'pattern',
    because: /detail-type is "UserSignedUp", wanted is \["PaymentProcessed"\]/,
    clauses: [
      { field: 'detail-type', expected: ['PaymentProcessed'], found: 'UserSignedUp' },
      { field: 'detail.dataschema', expected: [{ prefix: 'tickertape:payments/payment-processed/v1.' }], found: 'tickertape:users/user-signed-up/v1.0' },
      { field: 'source', expected: ['tickertape.payments'], found: 'tickertape.users' },
    ],
  },
  {
    name: 'it takes another flow',
    consumer: 'inventory',
    plant: (world) => paymentProcessed(world, 'orchestration'),
    verdict: 'pattern',
    because: /detail\.flow is "orchestration", wanted is \["choreography"\]/,
    clauses: [{ field: 'detail.flow', expected: ['choreography'], found: 'orchestration' }],
  },
  {
    name: 'the rule is disabled',
    consumer: 'analytics',
    plant: async (world) => {
      await world.complete(world.clients.eventbridge.send(new DisableRuleCommand({ Name: 'tickertape-analytics', EventBusName: world.system.busName })));
      return userSignedUp(world);
    },
    verdict: 'rule-disabled',
    because: /The rule tickertape-analytics is disabled/,
  },
  {
    name: 'the rule has lost its target',
    consumer: 'analytics',
    plant: async (world) => {
      await removeTargets(world, 'tickertape-analytics');
      return userSignedUp(world);
    },
    verdict: 'target-missing',
    because: /does not have the queue of analytics as a target/,
  },
  {
    name: 'the rule is gone',
    consumer: 'analytics',
    plant: async (world) => {
      await removeTargets(world, 'tickertape-analytics');
      await world.complete(world.clients.eventbridge.send(new DeleteRuleCommand({ Name: 'tickertape-analytics', EventBusName: world.system.busName })));
      return userSignedUp(world);
    },
    verdict: 'rule-missing',
    because: /No rule on the bus tickertape leads to the queue of analytics/,
  },
  {
    name: 'the queue does not let the rule in',
    consumer: 'analytics',
    plant: async (world) => {
      const { queueUrl } = world.consumer('analytics');
      await world.complete(world.clients.sqs.send(new SetQueueAttributesCommand({ QueueUrl: queueUrl, Attributes: { Policy: '' } })));
      const eventId = await userSignedUp(world);
      await world.pass(60_000);
      return eventId;
    },
    verdict: 'undelivered',
    because: /NO_PERMISSIONS/,
  },
];

const BEHIND_THE_QUEUE: readonly Case[] = [
  {
    name: 'the consumer is paused',
    consumer: 'analytics',
    plant: async (world) => {
      await world.complete(world.operations.setConsumer({ consumer: 'analytics', isEnabled: false }));
      return userSignedUp(world);
    },
    verdict: 'paused',
    because: /paused \(its event source mapping is Disabled\): the message waits in its queue/,
  },
  {
    name: 'a filter of the mapping drops it',
    consumer: 'analytics',
    plant: async (world) => {
      const filter = JSON.stringify({ body: { detail: { data: { name: ['Grace'] } } } });
      const UUID = await mappingId(world, world.consumer('analytics').queueArn);
      await world.complete(world.clients.lambda.send(new UpdateEventSourceMappingCommand({ UUID, FilterCriteria: { Filters: [{ Pattern: filter }] } })));
      await world.pass(60_000);
      const eventId = await userSignedUp(world);
      await world.settle();
      return eventId;
    },
    verdict: 'filtered',
    because: /A filter of the event source mapping drops it/,
    clauses: [{ field: 'body.detail.data.name', expected: ['Grace'], found: 'Ada' }],
  },
  {
    name: 'the function may not run',
    consumer: 'analytics',
    plant: async (world) => {
      const FunctionName = world.consumer('analytics').functionName;
      await world.complete(world.clients.lambda.send(new PutFunctionConcurrencyCommand({ FunctionName, ReservedConcurrentExecutions: 0 })));
      return userSignedUp(world);
    },
    verdict: 'throttled',
    because: /reserved concurrency of 0/,
  },
  {
    name: 'an attempt failed and another follows',
    consumer: 'payments',
    plant: async (world) => {
      const eventId = await orderPlaced(world, 'tok_timeout');
      await world.pass(3_000);
      return eventId;
    },
    verdict: 'retrying',
    because: /Attempt \d of 5 failed, and another follows/,
  },
  {
    name: 'all attempts failed',
    consumer: 'payments',
    plant: async (world) => {
      const eventId = await orderPlaced(world, 'tok_timeout');
      await world.settle();
      return eventId;
    },
    verdict: 'dead-letter',
    because: /in the dead-letter queue since .*: retries-exhausted/,
  },
  {
    name: 'it waited longer than its time-to-live',
    consumer: 'analytics',
    plant: async (world) => {
      await world.complete(world.operations.setConsumer({ consumer: 'analytics', isEnabled: false }));
      const eventId = await userSignedUp(world);
      await world.pass(3.5 * DAY_MS);
      await world.complete(world.operations.setConsumer({ consumer: 'analytics', isEnabled: true }));
      await world.settle();
      return eventId;
    },
    verdict: 'expired',
    because: /expired: ExpiredError: The message is \d+ s old/,
  },
  {
    name: 'an operator discarded it',
    consumer: 'payments',
    plant: async (world) => {
      const eventId = await orderPlaced(world, 'tok_timeout');
      await world.settle();
      const [letter] = await world.complete(world.operations.showDeadLetters({ key: eventId }));
      const removal = { status: 'discarded', because: 'the shop is closed', by: 'grace' } as const;
      await world.complete(world.operations.removeDeadLetters({ consumer: 'payments', messageIds: [letter?.messageId ?? ''], removal }));
      return eventId;
    },
    verdict: 'discarded',
    because: /grace discarded it: the shop is closed/,
  },
  {
    name: 'an attempt with a lease is under way',
    consumer: 'notifications-welcome',
    plant: async (world) => {
      await world.complete(world.operations.setConsumer({ consumer: 'notifications-welcome', isEnabled: false }));
      const eventId = await userSignedUp(world);
      await takeLease(world, eventId);
      return eventId;
    },
    verdict: 'in-progress',
    because: /An attempt is under way, until 2026-01-05T08:/,
  },
  {
    name: 'it was processed: what came later was a duplicate',
    consumer: 'analytics',
    plant: async (world) => {
      const eventId = await userSignedUp(world);
      await world.settle();
      return eventId;
    },
    verdict: 'processed',
    because: /processed at 2026-01-05T08:.*; any later delivery of it is a duplicate/,
  },
];

describe.each([
  ['before the rule', BEFORE_THE_RULE],
  ['at the rule', AT_THE_RULE],
  ['behind the queue', BEHIND_THE_QUEUE],
])('why an event was not processed, %s', (_, cases) => {
  it.each(cases)('says: $name', async ({ plant, consumer, verdict, because, clauses = [] }) => {
    const world = await createWorld();
    const eventId = await plant(world);
    const explanation = await explain(world, eventId, consumer);
    expect({ verdict: explanation.verdict, because: explanation.because }).toEqual({ verdict, because: expect.stringMatching(because) });
    expect(explanation.clauses).toEqual(clauses);
    expect(explanation.steps.filter(({ state }) => state === 'stopped').length).toBe(1);
    expect(world.bugs).toEqual([]);
  });
});

/** What a function writes before an effect outside its table. */
async function takeLease(world: World, eventId: string): Promise<void> {
  const until = world.plane.kernel.nowMs() + 30_000;
  const { tableName } = world.consumer('notifications-welcome');
  await world.complete(
    world.clients.dynamodb.send(
      new UpdateItemCommand({
        TableName: tableName,
        Key: { pk: { S: `COMMIT#notifications-welcome#0#tickertape.users#${eventId}` }, sk: { S: 'COMMIT' } },
        UpdateExpression: 'SET entity = :lease, #status = :status, leaseUntilMs = :until',
        ExpressionAttributeNames: { '#status': 'status' },
        ExpressionAttributeValues: { ':lease': { S: 'LEASE' }, ':status': { S: 'INPROGRESS' }, ':until': { N: String(until) } },
      }),
    ),
  );
}
