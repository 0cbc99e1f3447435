import type { OrderCancelled, OrderPlaced, PaymentRefunded, ShipmentPrepared, UserSignedUpV1 } from '../../schemas/index.ts';
import type { EventOf } from '../backbone/consumer.ts';
import type { Letter } from './mailer.ts';

/** The contracts of what a customer is told of an order. */
export type Told = typeof OrderPlaced.v1 | typeof ShipmentPrepared.v1 | typeof PaymentRefunded.v1 | typeof OrderCancelled.v1;

/** The letter that tells of an event. */
export function letterOf(event: EventOf<Told>): Letter {
  const { orderId, email: to } = event.data;
  switch (event.type) {
    case 'OrderPlaced': {
      const { lines, totalCents, currency } = event.data;
      const articles = lines.map(({ sku, quantity }) => `  ${quantity} × ${sku}`).join('\n');
      return {
        to,
        subject: `We have your order ${orderId}`,
        text: `Thank you. You ordered\n\n${articles}\n\nfor ${moneyOf(totalCents, currency)}. We write again when it is on its way.`,
      };
    }
    case 'ShipmentPrepared':
      return { to, subject: `Your order ${orderId} is ready to leave`, text: `Shipment ${event.data.shipmentId} is packed.` };
    case 'PaymentRefunded': {
      const { amountCents, currency, reason } = event.data;
      return {
        to,
        subject: `Your money for order ${orderId} is on its way back`,
        text: `We gave back ${moneyOf(amountCents, currency)}. The reason: ${reason}.`,
      };
    }
    case 'OrderCancelled':
      return { to, subject: `Your order ${orderId} was cancelled`, text: `The reason: ${event.data.reason}. Nothing of it was kept from your account.` };
  }
}

/** The letter that greets a new user. */
export function welcomeLetterOf({ email, name }: UserSignedUpV1): Letter {
  return { to: email, subject: 'Welcome', text: `Hello ${name},\n\nyour account is ready.` };
}

/** `12345` cents and `USD` make `123.45 USD`. */
function moneyOf(cents: number, currency: string): string {
  return `${Math.floor(cents / 100)}.${String(cents % 100).padStart(2, '0')} ${currency}`;
}
