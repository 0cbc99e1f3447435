import { query } from '../backbone/http/query.ts';
import { getFunnel } from './get-funnel.ts';

/** `GET /funnel` */
export const handler = query({ name: 'read-models-get-funnel' }, getFunnel);
