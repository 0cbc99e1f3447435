import { CustomerNotified, type UserSignedUp } from '../../schemas/index.ts';
import type { ConsumerHandler } from '../backbone/consumer.ts';
import { welcomeLetterOf } from './letters.ts';
import type { Mailer } from './mailer.ts';

/** Greets a new user. */
export function welcomeUser(mailer: Mailer): ConsumerHandler<typeof UserSignedUp.v1> {
  return async (event, work) => {
    const letter = welcomeLetterOf(event.data);
    await work.outside({ port: 'mail', request: letter, inShadow: () => {} }, () => mailer.send(letter));
    work.emit(CustomerNotified.v1({ notificationId: work.id('notification'), customerId: event.data.userId, causeId: event.id }));
  };
}
