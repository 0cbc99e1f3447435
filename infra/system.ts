import type { App } from 'aws-cdk-lib/core';
import { AnalyticsStack } from './stacks/analytics-stack.ts';
import { AuditStack } from './stacks/audit-stack.ts';
import { BackboneStack } from './stacks/backbone-stack.ts';
import { CheckoutStack } from './stacks/checkout-stack.ts';
import { InventoryStack } from './stacks/inventory-stack.ts';
import { NotificationsStack } from './stacks/notifications-stack.ts';
import { OrdersStack } from './stacks/orders-stack.ts';
import { PaymentsStack } from './stacks/payments-stack.ts';
import { ReadModelsStack } from './stacks/read-models-stack.ts';
import { ShippingStack } from './stacks/shipping-stack.ts';
import { UsersStack } from './stacks/users-stack.ts';

/** `.example` is reserved: mail to it never leaves. A deployment sets the context `mailFrom` to an address that SES has verified. */
const MAIL_FROM = 'orders@tickertape.example';

/** Puts the stacks of this system into an app, and answers the one that others build on. */
export function composeSystem(app: App): BackboneStack {
  const backbone = new BackboneStack(app, 'TickertapeBackbone');
  const mailFrom = (app.node.tryGetContext('mailFrom') as string | undefined) ?? MAIL_FROM;
  const orders = new OrdersStack(app, 'TickertapeOrders', { backbone });
  const payments = new PaymentsStack(app, 'TickertapePayments', { backbone });
  const inventory = new InventoryStack(app, 'TickertapeInventory', { backbone });
  const shipping = new ShippingStack(app, 'TickertapeShipping', { backbone });
  const participants = { inventory: inventory.participant, payments: payments.participant, shipping: shipping.participant };
  new CheckoutStack(app, 'TickertapeCheckout', { backbone, participants });
  new NotificationsStack(app, 'TickertapeNotifications', { backbone, mailFrom });
  new UsersStack(app, 'TickertapeUsers', { backbone });
  new AnalyticsStack(app, 'TickertapeAnalytics', { backbone });
  new AuditStack(app, 'TickertapeAudit', { backbone });
  new ReadModelsStack(app, 'TickertapeReadModels', { backbone, orderStore: orders.table });
  return backbone;
}
