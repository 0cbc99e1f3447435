import { expect, it } from 'vitest';
import type { InvocationResult } from '../../../../local/kernel/function-runner.ts';
import { accountOf } from '../../../../local/services/lambda/event-source-mapping/failure-account.ts';

const ended = (outcome: InvocationResult['outcome'], payload: object, lines: readonly string[] = []): InvocationResult => ({
  outcome,
  payload: JSON.stringify(payload),
  durationMs: 1,
  initDurationMs: undefined,
  logs: lines.map((text) => ({ atMs: 0, text })),
});

const line = (messageId: string, message: string): string =>
  JSON.stringify({ level: 'WARN', message: 'will be retried', messageId, error: { name: 'TypeError', message, stack: 'TypeError: …\n    at handle' } });

it('gives each failed record the last error that the log has beside its id, and no record the error of another', () => {
  const lines = [
    line('m1', 'first'),
    `2026-01-05T08:00:00.000Z\tr1\tWARN\t${line('m1', 'second')}`,
    line('handled', 'none of its business'),
    '{"messageId":"m2","error":{ no JSON',
    '{"messageId":"m2","message":"failed without an error"}',
  ];
  const result = ended('succeeded', { batchItemFailures: [] }, lines);
  expect(accountOf(result, new Set(['m1', 'm2']))).toEqual({ errors: { m1: 'TypeError: second' } });
  expect(accountOf(result, new Set(['m2']))).toEqual({});
});

it('gives all the error of a function that failed as a whole, shortened', () => {
  expect(accountOf(ended('unhandled-error', { errorType: 'Error', errorMessage: 'A broken build' }), new Set(['m1']))).toEqual({
    error: 'Error: A broken build',
  });
  expect(accountOf(ended('timed-out', { errorMessage: 'Task timed out' }), new Set(['m1']))).toEqual({ error: 'timed-out: Task timed out' });
  expect(accountOf(ended('handled-error', { errorType: 'E', errorMessage: 'x'.repeat(5000) }), new Set()).error).toHaveLength(300);
});
