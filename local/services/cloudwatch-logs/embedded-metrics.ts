import type { Kernel } from '../../kernel/kernel.ts';
import { parseDocument } from '../../languages/filter-pattern/match.ts';

/** Metrics a directive may have. @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html */
const METRICS_MAX = 100;
const DIMENSIONS_MAX = 30;

interface Directive {
  readonly Namespace?: unknown;
  readonly Dimensions?: unknown;
  readonly Metrics?: unknown;
}

const isNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);

/** Publishes the metrics of a line in embedded metric format, once for each of its dimension sets. A line that is none, or is malformed, is a line and no more. */
export function publishEmbeddedMetrics(kernel: Kernel, message: string): void {
  if (!message.includes('"_aws"')) return;
  const document = parseDocument(message) as Readonly<Record<string, unknown>> | undefined;
  const directives = (document?.['_aws'] as { CloudWatchMetrics?: unknown } | null | undefined)?.CloudWatchMetrics;
  if (!document || !Array.isArray(directives)) return;
  for (const directive of directives as readonly Directive[]) publishDirective(kernel, document, directive);
}

function publishDirective(
  kernel: Kernel,
  document: Readonly<Record<string, unknown>>,
  { Namespace: namespace, Dimensions: sets, Metrics: metrics }: Directive,
): void {
  if (typeof namespace !== 'string' || !Array.isArray(metrics)) return;
  const dimensionSets = (Array.isArray(sets) && sets.length > 0 ? sets : [[]]).flatMap((keys: unknown) => dimensionSet(document, keys));
  for (const metric of metrics.slice(0, METRICS_MAX) as readonly { Name?: unknown; Unit?: unknown }[]) {
    if (typeof metric?.Name !== 'string') continue;
    const given = document[metric.Name];
    const values = (Array.isArray(given) ? given : [given]).filter(isNumber);
    const unit = typeof metric.Unit === 'string' ? metric.Unit : 'None';
    for (const dimensions of dimensionSets) for (const value of values) kernel.meter({ namespace, name: metric.Name, dimensions, value, unit });
  }
}

/** One set of dimensions; none where a key has no value. */
function dimensionSet(document: Readonly<Record<string, unknown>>, keys: unknown): Record<string, string>[] {
  if (!Array.isArray(keys) || keys.length > DIMENSIONS_MAX) return [];
  const dimensions: Record<string, string> = {};
  for (const key of keys as readonly string[]) {
    const value = document[key];
    if (typeof value !== 'string' && typeof value !== 'number') return [];
    dimensions[key] = String(value);
  }
  return [dimensions];
}
