import { parseArn } from '../../../kernel/arn.ts';
import { execute, invoke } from './call.ts';
import { asJsonList, type PipeLine } from './line.ts';

/**
 * What the enrichment makes of a batch: a list is a batch of its elements, anything else one event. An empty answer (`[]`, `{}`, `""`) ends the way of
 * the batch: the target is not called.
 * @see https://docs.aws.amazon.com/eventbridge/latest/userguide/pipes-enrichment.html
 */
export async function enrich(line: PipeLine, events: readonly unknown[], cause: number): Promise<readonly unknown[]> {
  const { Enrichment: arn } = line.pipe.settings;
  if (!arn) return events;
  const payload = asJsonList(line, events, line.enrichmentTemplate);
  const answer = parseArn(arn)?.service === 'states' ? await execute(line, arn, payload, cause) : await invoke(line, arn, payload, cause);
  const value: unknown = JSON.parse(answer || '""');
  if (Array.isArray(value)) return value;
  const isEmpty = value === '' || value === null || (typeof value === 'object' && Object.keys(value).length === 0);
  return isEmpty ? [] : [value];
}
