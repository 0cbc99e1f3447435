import type { Invocation, InvocationResult, LogLine } from '../kernel/function-runner.ts';
import { timedOut } from './invocation-error.ts';
import { endLine, reportLine } from './log-lines.ts';

/** The end of an invocation whose time is up, with what it had logged until then. */
export function timedOutResult(invocation: Invocation, end: { readonly logs: readonly LogLine[]; readonly nowMs: number }): InvocationResult {
  const { requestId, timeoutMs, code } = invocation;
  const error = timedOut(requestId, timeoutMs);
  const line = `${new Date(end.nowMs).toISOString()} ${requestId} ${error.errorMessage.slice(error.errorMessage.indexOf('Task'))}`;
  const report = reportLine({ requestId, durationMs: timeoutMs, memoryMiB: code.memoryMiB, initDurationMs: undefined, status: 'timeout' });
  const logs = [...end.logs, ...[line, endLine(requestId), report].map((text) => ({ atMs: end.nowMs, text }))];
  return { outcome: 'timed-out', payload: JSON.stringify(error), durationMs: timeoutMs, initDurationMs: undefined, logs };
}
