import { query } from '../backbone/query.ts';
import { getStock } from './get-stock.ts';

/** `GET /stock/{sku}` */
export const handler = query({ name: 'read-models-get-stock' }, getStock);
