import { adaptKinesisTrace } from '../kinesis/adapt-trace.ts';
import { traceSet } from '../trace/trace-set.ts';

export const kinesis = traceSet({ name: 'kinesis', adapt: adaptKinesisTrace });
