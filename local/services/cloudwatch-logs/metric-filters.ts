import type { Kernel } from '../../kernel/kernel.ts';
import { parseSelector } from '../../languages/filter-pattern/condition.ts';
import { documentOf, matches, select } from '../../languages/filter-pattern/match.ts';
import type { LogGroup, MetricTransformation } from './state.ts';

/** Publishes what the metric filters of a group make of new events. A default value is published for a batch of which no event matches. */
export function applyMetricFilters(kernel: Kernel, group: LogGroup, messages: readonly string[]): void {
  for (const { parsed, transformations } of Object.values(group.filters)) {
    const matching = messages.filter((message) => matches(parsed, message));
    for (const transformation of transformations) {
      for (const message of matching) publish(kernel, transformation, documentOf(parsed, message));
      if (matching.length === 0 && transformation.defaultValue !== undefined)
        meter(kernel, transformation, { value: transformation.defaultValue, dimensions: {} });
    }
  }
}

function meter(
  kernel: Kernel,
  { metricNamespace, metricName, unit }: MetricTransformation,
  datum: { readonly value: number; readonly dimensions: Record<string, string> },
): void {
  kernel.meter({ namespace: metricNamespace, name: metricName, unit, ...datum });
}

/** An event whose value or dimensions cannot be read counts for nothing. */
function publish(kernel: Kernel, transformation: MetricTransformation, document: object | undefined): void {
  const { metricValue, dimensions } = transformation;
  const read = (text: string): unknown => (text.startsWith('$') ? select(document, parseSelector(text))[0] : text);
  const value = Number(read(metricValue));
  const entries = Object.entries(dimensions).map(([key, text]) => [key, read(text)] as const);
  if (!Number.isFinite(value) || entries.some(([, each]) => each === undefined)) return;
  meter(kernel, transformation, { value, dimensions: Object.fromEntries(entries.map(([key, each]) => [key, String(each)])) });
}
