import type { LogLine } from '../kernel/function-runner.ts';

/** The lines that Lambda itself writes to a function's log. @see https://docs.aws.amazon.com/lambda/latest/dg/nodejs-logging.html */
export const initStartLine = (): string => `INIT_START Runtime Version: nodejs:${process.versions.node}\tRuntime Version ARN: embedded`;

export const startLine = (requestId: string, version: string): string => `START RequestId: ${requestId} Version: ${version}`;

export const endLine = (requestId: string): string => `END RequestId: ${requestId}`;

/** Differs from AWS: without `Max Memory Used`, which cannot be told apart for contexts that share a process. */
export function reportLine(report: {
  requestId: string;
  durationMs: number;
  memoryMiB: number;
  initDurationMs: number | undefined;
  status?: string;
  errorType?: string;
}): string {
  const init = report.initDurationMs === undefined ? '' : `\tInit Duration: ${report.initDurationMs.toFixed(2)} ms`;
  const status = report.status === undefined ? '' : `\tStatus: ${report.status}`;
  const errorType = report.errorType === undefined ? '' : `\tError Type: ${report.errorType}`;
  const billedMs = Math.ceil(report.durationMs + (report.initDurationMs ?? 0));
  return `REPORT RequestId: ${report.requestId}\tDuration: ${report.durationMs.toFixed(2)} ms\tBilled Duration: ${billedMs} ms\tMemory Size: ${report.memoryMiB} MB${init}${status}${errorType}`;
}

/** How the Node.js runtime writes `console.log`: time, request, level, message. */
export const consoleLine = (line: { atMs: number; requestId: string | undefined; level: string; text: string }): string =>
  `${new Date(line.atMs).toISOString()}\t${line.requestId ?? 'undefined'}\t${line.level}\t${line.text}`;

/** Collects the lines of one invocation. Bounded, so that a function that logs without end does not take the plane with it. */
export class LogBuffer {
  readonly #nowMs: () => number;
  #lines: LogLine[] = [];
  #bytes = 0;

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  add(text: string): void {
    if (this.#bytes > LOG_BYTES_MAX) return;
    this.#bytes += text.length;
    const isLast = this.#bytes > LOG_BYTES_MAX;
    this.#lines.push({ atMs: this.#nowMs(), text: isLast ? `The log of this invocation passed ${LOG_BYTES_MAX} characters and ends here.` : text });
  }

  take(): LogLine[] {
    const lines = this.#lines;
    this.#lines = [];
    this.#bytes = 0;
    return lines;
  }
}

/** Characters that one invocation may log. */
const LOG_BYTES_MAX = 8 * 1024 * 1024;
