import { query } from '../backbone/http/query.ts';
import { getStock } from './get-stock.ts';

/** `GET /stock/{sku}` */
export const handler = query({ name: 'read-models-get-stock' }, getStock);
