import { UserSignedUp } from '../../schemas/index.ts';
import { consumer } from '../backbone/consumer.ts';
import { buildProfile } from './build-profile.ts';

/** Consumer `users-profile`. */
export const handler = consumer({ name: 'users-profile', on: [UserSignedUp.v1], onReplay: 'rebuild' }, buildProfile);
