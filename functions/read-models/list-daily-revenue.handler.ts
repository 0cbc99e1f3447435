import { query } from '../backbone/http/query.ts';
import { listDailyRevenue } from './list-daily-revenue.ts';

/** `GET /revenue/daily` */
export const handler = query({ name: 'read-models-list-daily-revenue' }, listDailyRevenue);
