import type { APIGatewayProxyEventV2, Context, SQSEvent, SQSRecord } from 'aws-lambda';
import type { QueuePorts } from '../../../functions/backbone/delivery/queue.ts';
import { derivedUuid } from '../../../functions/backbone/identity.ts';
import { OrderPlaced, type OrderPlacedV1 } from '../../../schemas/index.ts';
import { FakeTable } from './fake-table.ts';

// Loggers and metrics are made at first use, which is after this.
process.env['POWERTOOLS_LOG_LEVEL'] ??= 'SILENT';
process.env['POWERTOOLS_METRICS_DISABLED'] ??= 'true';

/** A request that a fake client received. */
export interface Sent {
  readonly operation: string;
  readonly input: Record<string, unknown>;
}

/** A client that notes what it is sent. */
export class FakeClient {
  readonly sent: Sent[] = [];
  answer: (sent: Sent) => unknown = () => ({});

  async send(command: object): Promise<unknown> {
    await Promise.resolve();
    const sent = { operation: command.constructor.name.replace(/Command$/, ''), input: (command as { input: Record<string, unknown> }).input };
    this.sent.push(sent);
    return this.answer(sent);
  }

  inputs(operation: string): Record<string, unknown>[] {
    return this.sent.filter((one) => one.operation === operation).map(({ input }) => input);
  }
}

/** The world of one test: a table, a queue, a clock that the test moves. */
export interface World {
  readonly table: FakeTable;
  readonly sqs: FakeClient;
  readonly ports: QueuePorts;
  nowMs: number;
}

export const START_MS = Date.parse('2026-03-15T14:32:00Z');

export function newWorld(environment: Record<string, string> = {}): World {
  const table = new FakeTable();
  const sqs = new FakeClient();
  const world: World = {
    table,
    sqs,
    nowMs: START_MS,
    ports: {
      dynamodb: table,
      sqs,
      environment: {
        TABLE_NAME: 'table',
        QUEUE_URL: 'http://queues/q',
        DEAD_LETTER_QUEUE_URL: 'http://queues/dlq',
        DEAD_LETTER_INDEX_TABLE_NAME: 'index',
        MAX_RECEIVE_COUNT: '5',
        CODE_VERSION: 'v1',
        ...environment,
      },
      nowMs: () => world.nowMs,
      random: () => 0.5,
      waitMs: async (ms) => {
        world.nowMs += ms;
      },
    },
  };
  return world;
}

export const CONTEXT = { awsRequestId: 'request', getRemainingTimeInMillis: () => 30_000 } as Context;

export function orderData(orderId: string): OrderPlacedV1 {
  return {
    orderId,
    customerId: 'c1',
    email: 'ada@example.org',
    lines: [{ sku: 'cd', quantity: 2 }],
    totalCents: 1999,
    currency: 'EUR',
    cardToken: 'tok',
    orderedAt: '2026-03-15T14:00:00Z',
  };
}

export function orderEnvelope(orderId: string, changes: Record<string, unknown> = {}): Record<string, unknown> {
  const payload = OrderPlaced.v1(orderData(orderId));
  return {
    specversion: '1.0',
    id: `event-${orderId}`,
    time: '2026-03-15T14:00:00.000Z',
    datacontenttype: 'application/json',
    correlationid: `correlation-${orderId}`,
    causationid: `command-${orderId}`,
    traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    flow: 'choreography',
    ...payload,
    ...changes,
  };
}

export function bodyOf(detail: unknown, more: Record<string, unknown> = {}): string {
  return JSON.stringify({ version: '0', id: 'eb-1', 'detail-type': 'OrderPlaced', source: 'tickertape.orders', detail, ...more });
}

export function sqsRecord(
  body: string,
  changes: { receiveCount?: number; sentMs?: number; group?: string; attributes?: Record<string, string>; messageId?: string } = {},
): SQSRecord {
  return {
    messageId: changes.messageId ?? derivedUuid(body, JSON.stringify(changes)),
    receiptHandle: 'handle',
    body,
    md5OfBody: '',
    eventSource: 'aws:sqs',
    awsRegion: 'eu-central-1',
    eventSourceARN: `arn:aws:sqs:eu-central-1:000000000000:q${changes.group ? '.fifo' : ''}`,
    messageAttributes: Object.fromEntries(Object.entries(changes.attributes ?? {}).map(([name, stringValue]) => [name, { stringValue, dataType: 'String' }])),
    attributes: {
      ApproximateReceiveCount: String(changes.receiveCount ?? 1),
      SentTimestamp: String(changes.sentMs ?? START_MS),
      SenderId: 'sender',
      ApproximateFirstReceiveTimestamp: String(START_MS),
      ...(changes.group && { MessageGroupId: changes.group }),
    },
  };
}

export function batchOf(...records: SQSRecord[]): SQSEvent {
  return { Records: records };
}

export function httpEvent({
  body,
  headers = {},
  path,
  query,
}: {
  body?: string;
  headers?: Record<string, string>;
  path?: Record<string, string>;
  query?: Record<string, string>;
}): APIGatewayProxyEventV2 {
  return { version: '2.0', headers, body, isBase64Encoded: false, pathParameters: path, queryStringParameters: query } as unknown as APIGatewayProxyEventV2;
}
