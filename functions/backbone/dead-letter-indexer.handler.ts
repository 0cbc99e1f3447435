import type { Context } from 'aws-lambda';
import { type AlarmStateChange, indexDeadLetters } from './dead-letters/indexer.ts';
import { lambdaIndexerPorts } from './dead-letters/indexer-ports.ts';
import { counted } from './telemetry/invocation.ts';

/** Indexes what lies in a dead-letter queue when its depth alarm goes off: the handler indexes what it dead-letters itself, this all the rest. */
export const handler: (event: AlarmStateChange, context: Context) => Promise<void> = counted('dead-letter-indexer', (event, _, counts) =>
  indexDeadLetters(lambdaIndexerPorts, event, counts),
);
