import { UserSignedUp } from '../../schemas/index.ts';
import { consumer } from '../backbone/consumer.ts';
import { countSignUps } from './count-sign-ups.ts';

/** Consumer `analytics`. */
export const handler = consumer({ name: 'analytics', on: [UserSignedUp.v1], onReplay: 'skip' }, countSignUps);
