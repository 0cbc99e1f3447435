import { CustomerNotified } from '../../schemas/index.ts';
import type { ConsumerHandler } from '../backbone/consumer.ts';
import { letterOf, type Told } from './letters.ts';
import type { Mailer } from './mailer.ts';

/** Writes to the customer of an order. */
export function notifyCustomer(mailer: Mailer): ConsumerHandler<Told> {
  return async (event, work) => {
    const letter = letterOf(event);
    await work.outside({ port: 'mail', request: letter, inShadow: () => {} }, () => mailer.send(letter));
    work.emit(CustomerNotified.v1({ notificationId: work.id('notification'), customerId: event.data.customerId, causeId: event.id }));
  };
}
