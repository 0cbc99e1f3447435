import { CustomerNotified, type UserSignedUp } from '../../schemas/index.ts';
import type { ConsumerHandler } from '../backbone/consumer.ts';
import { welcomeLetterOf } from './letters.ts';
import type { Mailer } from './mailer.ts';

/** Greets a new user. */
export function welcomeUser(mailer: Mailer): ConsumerHandler<typeof UserSignedUp.v1> {
  return async (event, work) => {
    await mailer.send(welcomeLetterOf(event.data));
    work.emit(CustomerNotified.v1({ notificationId: work.id('notification'), customerId: event.data.userId, causeId: event.id }));
  };
}
