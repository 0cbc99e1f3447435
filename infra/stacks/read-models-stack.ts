import { CfnParameter } from 'aws-cdk-lib/aws-ssm';
import { Duration } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { InventoryReserved, OrderCancelled, OrderConfirmed, OrderPlaced, PaymentProcessed, ShipmentPrepared, StockReceived } from '../../schemas/index.ts';
import type { ConsumerGroup } from '../constructs/consumer-group.ts';
import { HandlerFunction } from '../constructs/handler-function.ts';
import { SYSTEM } from '../constructs/naming.ts';
import type { ServiceTable } from '../constructs/service-table.ts';
import { ServiceStack, type ServiceStackProps } from './service-stack.ts';

const ORDER_EVENTS = [OrderPlaced.v1, OrderConfirmed.v1, OrderCancelled.v1];

/** Projections whose events an event store keeps, so that they can be filled again from it. */
const OF_ORDERS = ['order-summary', 'customer-dashboard', 'daily-revenue'];

/** Reads over HTTP. */
const ROUTES = [
  { id: 'GetCustomerDashboard', path: '/customers/{customerId}/dashboard', handler: 'get-customer-dashboard' },
  { id: 'GetOrderSummary', path: '/orders/{orderId}/summary', handler: 'get-order-summary' },
  { id: 'ListDailyRevenue', path: '/revenue/daily', handler: 'list-daily-revenue' },
  { id: 'GetStock', path: '/stock/{sku}', handler: 'get-stock' },
  { id: 'GetFunnel', path: '/funnel', handler: 'get-funnel' },
];

/** What the read models stand on. */
export interface ReadModelsStackProps extends ServiceStackProps {
  /** The event store of the orders service: what was published of orders, from the first on. */
  readonly orderStore: ServiceTable;
}

/** Answers questions that no service could answer from its own table: read models, folded from the log, and filled again from the event store of the orders. It emits nothing. */
export class ReadModelsStack extends ServiceStack {
  constructor(scope: Construct, id: string, { backbone, orderStore }: ReadModelsStackProps) {
    super(scope, id, { backbone, context: 'read-models', description: 'read models', emits: false });
    const group = backbone.stream.consume(this, 'read-models', {
      on: [...ORDER_EVENTS, StockReceived.v1, InventoryReserved.v1],
      handler: 'functions/read-models/fold-events.handler.ts',
      table: this.table,
      // A batch is folded by key: more events in one are fewer writes.
      batchSize: 500,
      maxBatchingWindow: Duration.seconds(1),
    });
    group.function.allow(['dynamodb:BatchGetItem'], this.table.tableArn);
    backbone.stream.consume(this, 'funnel', {
      on: [...ORDER_EVENTS, PaymentProcessed.v1, InventoryReserved.v1, ShipmentPrepared.v1],
      handler: 'functions/read-models/funnel.handler.ts',
      table: this.table,
      order: 'none',
      batchSize: 500,
      tumblingWindow: Duration.minutes(1),
    });
    for (const { id: name, path, handler } of ROUTES) {
      const reads = new HandlerFunction(this, name, { handler: `functions/read-models/${handler}.handler.ts` });
      reads.readsFrom(this.table);
      backbone.api.route(this, { method: 'GET', path, function: reads });
    }
    const rebuild = this.#rebuild(orderStore);
    for (const projection of OF_ORDERS) this.#describe(projection, group, rebuild);
    this.#describe('stock', group, undefined);
  }

  /** Reads all events of all orders. It is the one function that reads what another service has written, and nothing of it but events, as they were published. */
  #rebuild(orderStore: ServiceTable): HandlerFunction {
    const rebuild = new HandlerFunction(this, 'Rebuild', {
      handler: 'functions/read-models/rebuild.handler.ts',
      timeout: Duration.minutes(1),
      environment: { STORE_TABLE_NAME: orderStore.tableName },
    });
    rebuild.writesTo(this.table);
    rebuild.allow(['dynamodb:BatchGetItem', 'dynamodb:BatchWriteItem', 'dynamodb:Scan'], this.table.tableArn);
    rebuild.allow(['dynamodb:GetItem', 'dynamodb:Query', 'dynamodb:Scan'], orderStore.tableArn);
    return rebuild;
  }

  /** Writes what an operator has to know of a projection. */
  #describe(projection: string, group: ConsumerGroup, rebuild: HandlerFunction | undefined): void {
    new CfnParameter(this, `Projection-${projection}`, {
      name: `/${SYSTEM}/projections/${projection}`,
      type: 'String',
      description: `What operators have to know of projection ${projection}.`,
      value: this.toJsonString({
        projection,
        consumer: group.name,
        tableName: this.table.tableName,
        ...(rebuild && { rebuildFunctionName: rebuild.functionName }),
      }),
    });
  }
}
