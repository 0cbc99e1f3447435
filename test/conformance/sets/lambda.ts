import { traceSet } from '../trace/trace-set.ts';

export const lambda = traceSet({ name: 'lambda' });
