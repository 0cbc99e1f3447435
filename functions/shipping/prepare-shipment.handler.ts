import { InventoryReserved } from '../../schemas/index.ts';
import { consumer } from '../backbone/consumer.ts';
import { prepareShipment } from './prepare-shipment.ts';

/** Consumer `shipping`. */
export const handler = consumer({ name: 'shipping', on: [InventoryReserved.v1], onReplay: 'skip' }, prepareShipment);
