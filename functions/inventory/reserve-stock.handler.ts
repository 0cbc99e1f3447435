import { PaymentProcessed } from '../../schemas/index.ts';
import { consumer } from '../backbone/consumer.ts';
import { reserveStock } from './reserve-stock.ts';

/** Consumer `inventory`. */
export const handler = consumer({ name: 'inventory', on: [PaymentProcessed.v1], onReplay: 'skip' }, reserveStock);
