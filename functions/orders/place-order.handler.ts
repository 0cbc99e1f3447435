import { PlaceOrder } from '../../schemas/index.ts';
import { command } from '../backbone/http/command.ts';
import { placeOrder } from './place-order.ts';

/** `POST /orders` */
export const handler = command({ name: 'orders-place-order', on: PlaceOrder.v1, flowOf: ({ flow }) => flow ?? 'choreography' }, placeOrder);
