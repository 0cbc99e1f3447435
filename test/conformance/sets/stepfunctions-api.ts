import { traceSet } from '../trace/trace-set.ts';

export const stepFunctionsApi = traceSet({ name: 'stepfunctions-api' });
