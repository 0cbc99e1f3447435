import { traceSet } from '../trace/trace-set.ts';

export const dynamodb = traceSet({ name: 'dynamodb' });
