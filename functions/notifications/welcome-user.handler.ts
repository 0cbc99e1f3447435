import { UserSignedUp } from '../../schemas/index.ts';
import { consumer } from '../backbone/consumer.ts';
import { sesMailer } from './ses-mailer.ts';
import { welcomeUser } from './welcome-user.ts';

/** Consumer `notifications-welcome`. */
export const handler = consumer(
  { name: 'notifications-welcome', on: [UserSignedUp.v1], onReplay: 'skip', mode: 'lease', leaseSeconds: 30, onUncertain: 'retry' },
  welcomeUser(sesMailer()),
);
