import { ReceiveStock } from '../../schemas/index.ts';
import { command } from '../backbone/http/command.ts';
import { receiveStock } from './receive-stock.ts';

/** `POST /stock` */
export const handler = command({ name: 'inventory-receive-stock', on: ReceiveStock.v1 }, receiveStock);
