import type { Kernel } from '../../kernel/kernel.ts';
import { compileFilterPattern, type FilterPattern } from '../../languages/filter-pattern/filter-pattern.ts';
import type { LogGroup, MetricFilter } from './state.ts';

const compiled = new WeakMap<MetricFilter, FilterPattern>();

function patternOf(filter: MetricFilter): FilterPattern {
  const known = compiled.get(filter) ?? compileFilterPattern(filter.pattern);
  compiled.set(filter, known);
  return known;
}

function numberOf({ value }: MetricFilter, message: string): number {
  if (!value.startsWith('$.')) return Number(value);
  let found: unknown = JSON.parse(message);
  for (const name of value.slice(2).split('.')) found = (found as Record<string, unknown> | undefined)?.[name];
  return Number(found);
}

/** Publishes the metrics of the group's metric filters for one line. */
export function meterFiltered(kernel: Kernel, group: LogGroup, message: string): void {
  for (const filter of group.metricFilters.values()) {
    const value = patternOf(filter)(message) ? numberOf(filter, message) : filter.defaultValue;
    if (value === undefined || Number.isNaN(value)) continue;
    kernel.meter({ namespace: filter.namespace, name: filter.metricName, dimensions: {}, value, unit: 'None' });
  }
}
