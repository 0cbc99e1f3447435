import { traceSet } from '../trace/trace-set.ts';

/** SNS: topics, subscriptions, filters, FIFO order and deduplication, dead letters; in queries. */
export const sns = traceSet({ name: 'sns' });
