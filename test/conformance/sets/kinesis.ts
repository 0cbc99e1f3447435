import { traceSet } from '../trace/trace-set.ts';

export const kinesis = traceSet({ name: 'kinesis' });
