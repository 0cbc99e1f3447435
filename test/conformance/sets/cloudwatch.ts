import { traceSet } from '../trace/trace-set.ts';

export const cloudwatch = traceSet({ name: 'cloudwatch' });
