import type { Kernel } from '../../kernel/kernel.ts';

interface Directive {
  readonly Namespace: string;
  readonly Dimensions?: readonly (readonly string[])[];
  readonly Metrics?: readonly { readonly Name: string; readonly Unit?: string }[];
}

/**
 * Publishes the metrics that a line in embedded metric format carries: each metric under each of its dimension sets.
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
export function meterEmbedded(kernel: Kernel, message: string): void {
  if (!message.includes('"_aws"')) return;
  let line: Record<string, unknown> & { readonly _aws?: { readonly CloudWatchMetrics?: readonly Directive[] } };
  try {
    line = JSON.parse(message);
  } catch {
    // A line that only looks like it is an ordinary line.
    return;
  }
  for (const directive of line._aws?.CloudWatchMetrics ?? []) meterDirective(kernel, directive, line);
}

function meterDirective(kernel: Kernel, directive: Directive, line: Readonly<Record<string, unknown>>): void {
  for (const { Name: name, Unit: unit = 'None' } of directive.Metrics ?? []) {
    const values = [line[name]].flat().filter((value): value is number => typeof value === 'number');
    for (const names of directive.Dimensions ?? [[]]) {
      const dimensions = Object.fromEntries(names.map((dimension) => [dimension, String(line[dimension])]));
      for (const value of values) kernel.meter({ namespace: directive.Namespace, name, dimensions, value, unit });
    }
  }
}
