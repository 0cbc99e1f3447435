import type { Construct } from 'constructs';
import { PaymentFailed, PaymentRefunded, SagaCancelled, ShipmentPrepared } from '../../schemas/index.ts';
import { AggregateInspector } from '../constructs/aggregate-inspector.ts';
import { HandlerFunction } from '../constructs/handler-function.ts';
import { ServiceStack, type ServiceStackProps } from './service-stack.ts';

/** Takes orders, answers what became of them, and follows what the other services announce. */
export class OrdersStack extends ServiceStack {
  constructor(scope: Construct, id: string, { backbone }: ServiceStackProps) {
    // An order's tip is rewritten at each append, and the index need not know.
    super(scope, id, { backbone, context: 'orders', description: 'orders', indexed: 'keys' });
    const placeOrder = new HandlerFunction(this, 'PlaceOrder', { handler: 'functions/orders/place-order.handler.ts' });
    placeOrder.writesTo(this.table);
    backbone.api.route(this, { method: 'POST', path: '/orders', function: placeOrder });

    const getOrder = new HandlerFunction(this, 'GetOrder', { handler: 'functions/orders/get-order.handler.ts' });
    getOrder.readsFrom(this.table);
    backbone.api.route(this, { method: 'GET', path: '/orders/{orderId}', function: getOrder });

    const listCustomerOrders = new HandlerFunction(this, 'ListCustomerOrders', { handler: 'functions/orders/list-customer-orders.handler.ts' });
    listCustomerOrders.readsFrom(this.table);
    backbone.api.route(this, { method: 'GET', path: '/customers/{customerId}/orders', function: listCustomerOrders });

    backbone.bus.subscribe(this, 'orders', {
      on: [ShipmentPrepared.v1, PaymentFailed.v1, PaymentRefunded.v1, SagaCancelled.v1],
      handler: 'functions/orders/follow-order.handler.ts',
      table: this.table,
    });

    new AggregateInspector(this, 'OrderInspector', { type: 'Order', handler: 'functions/orders/inspect-order.handler.ts', table: this.table });
  }
}
