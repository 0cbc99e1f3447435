import { traceSet } from '../trace/trace-set.ts';

export const sqs = traceSet({ name: 'sqs' });
