import { traceSet } from '../trace/trace-set.ts';

export const scheduler = traceSet({ name: 'scheduler' });
