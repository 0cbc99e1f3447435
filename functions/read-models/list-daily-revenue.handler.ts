import { query } from '../backbone/query.ts';
import { listDailyRevenue } from './list-daily-revenue.ts';

/** `GET /revenue/daily` */
export const handler = query({ name: 'read-models-list-daily-revenue' }, listDailyRevenue);
