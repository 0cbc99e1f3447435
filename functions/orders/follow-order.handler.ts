import { PaymentFailed, PaymentRefunded, SagaCancelled, ShipmentPrepared } from '../../schemas/index.ts';
import { consumer } from '../backbone/consumer.ts';
import { followOrder } from './follow-order.ts';

/** Consumer `orders`. */
export const handler = consumer(
  { name: 'orders', on: [ShipmentPrepared.v1, PaymentFailed.v1, PaymentRefunded.v1, SagaCancelled.v1], onReplay: 'skip' },
  followOrder,
);
