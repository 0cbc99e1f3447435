import { OrderPlaced } from '../../schemas/index.ts';
import { consumer } from '../backbone/consumer.ts';
import { startsSaga } from '../backbone/saga/starter.ts';

/** Consumer `checkout`. */
export const handler = consumer({ name: 'checkout', on: [OrderPlaced.v1], onReplay: 'skip' }, startsSaga());
