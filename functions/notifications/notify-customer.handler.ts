import { OrderCancelled, OrderPlaced, PaymentRefunded, ShipmentPrepared } from '../../schemas/index.ts';
import { consumer } from '../backbone/consumer.ts';
import { notifyCustomer } from './notify-customer.ts';
import { sesMailer } from './ses-mailer.ts';

/** Consumer `notifications`. Where it is not known whether a letter left, it is sent again: two letters are better than none. */
export const handler = consumer(
  {
    name: 'notifications',
    on: [OrderPlaced.v1, ShipmentPrepared.v1, PaymentRefunded.v1, OrderCancelled.v1],
    onReplay: 'skip',
    mode: 'lease',
    leaseSeconds: 30,
    onUncertain: 'retry',
  },
  notifyCustomer(sesMailer()),
);
