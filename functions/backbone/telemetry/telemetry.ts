import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import { context, type SpanKind, trace } from '@opentelemetry/api';
import { sha256 } from '../identity.ts';
import { once } from '../ports.ts';

const logger = once(() => new Logger());

/** What every line says. No key is appended to the shared logger: several invocations may share a process. */
export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>;

/** Writes one structured line. */
export function log(level: 'debug' | 'info' | 'warn' | 'error', message: string, fields: LogFields, error?: unknown): void {
  logger()[level](message, error instanceof Error ? { ...fields, error } : { ...fields });
}

/** What one invocation counts. */
export type Count = 'Processed' | 'Duplicates' | 'DeadLettered' | 'Retried' | 'Refused' | 'Failed' | 'Published' | 'Parked' | 'Skipped' | 'Compared';

/** Counts of one invocation, written as one line in the embedded metric format. */
export class InvocationCounts {
  readonly #counts = new Map<Count, number>();

  add(name: Count, by = 1): void {
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + by);
  }

  /** Writes the line, or nothing where nothing was counted. */
  publish(handler: string): void {
    if (this.#counts.size === 0) return;
    const metrics = new Metrics();
    metrics.addDimension('handler', handler);
    for (const [name, count] of this.#counts) metrics.addMetric(name, MetricUnit.Count, count);
    metrics.publishStoredMetrics();
  }
}

const TRACEPARENT = /^00-(?<traceId>(?!0{32})[0-9a-f]{32})-(?<spanId>(?!0{16})[0-9a-f]{16})-(?<flags>[0-9a-f]{2})$/;

/** The text, where it is a valid `traceparent`. @see https://www.w3.org/TR/trace-context/#traceparent-header */
export function validTraceparent(text: string | undefined): string | undefined {
  return text !== undefined && TRACEPARENT.test(text) ? text : undefined;
}

/** A trace for a request that brought none: the same for each repetition of the request. */
export function newTraceparent(correlationId: string): string {
  const hex = sha256(correlationId);
  return `00-${hex.slice(0, 32)}-${hex.slice(32, 48)}-01`;
}

/**
 * Runs `task` in a span that continues a trace, and gives it the `traceparent` for what it causes. Where no OpenTelemetry SDK is registered there is no span,
 * and the trace goes on as it came.
 */
export function inSpan<T>(
  name: string,
  { kind, traceparent }: { readonly kind: SpanKind; readonly traceparent: string },
  task: (traceparent: string) => Promise<T>,
): Promise<T> {
  const groups = TRACEPARENT.exec(traceparent)?.groups;
  if (!groups) return task(traceparent);
  const remote = { traceId: groups['traceId'] ?? '', spanId: groups['spanId'] ?? '', traceFlags: Number.parseInt(groups['flags'] ?? '0', 16), isRemote: true };
  const parent = trace.setSpanContext(context.active(), remote);
  return trace.getTracer('tickertape').startActiveSpan(name, { kind }, parent, async (span) => {
    const { traceId, spanId, traceFlags } = span.spanContext();
    try {
      return await task(`00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, '0')}`);
    } finally {
      span.end();
    }
  });
}
