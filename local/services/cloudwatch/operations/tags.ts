import type {
  ListTagsForResourceCommandInput,
  ListTagsForResourceCommandOutput,
  TagResourceCommandInput,
  UntagResourceCommandInput,
} from '@aws-sdk/client-cloudwatch';
import type { Context } from '../../../kernel/service.ts';
import { resourceNotFound } from '../errors.ts';
import type { CloudWatchState } from '../state.ts';
import { tagRecord } from './alarms.ts';

type CloudWatch = Context<CloudWatchState>;
type Output<T> = Omit<T, '$metadata'>;
type Tags = Readonly<Record<string, string>>;

/** Reads and writes the tags of the alarm or dashboard of that ARN. */
function tagged({ state }: CloudWatch, arn = ''): { readonly tags: Tags; write(tags: Tags): void } | undefined {
  const alarm = state.alarms.get(arn.split(':alarm:')[1] ?? '');
  if (alarm) return { tags: alarm.tags, write: (tags) => state.alarms.put(alarm.name, { ...alarm, tags }) };
  const dashboard = state.dashboards.get(arn.split(':dashboard/')[1] ?? '');
  return dashboard && { tags: dashboard.tags, write: (tags) => state.dashboards.put(dashboard.name, { ...dashboard, tags }) };
}

/** Of a resource that is not there, no tags: AWS answers an empty list. */
export function listTagsForResource(input: ListTagsForResourceCommandInput, context: CloudWatch): Output<ListTagsForResourceCommandOutput> {
  const tags = tagged(context, input.ResourceARN)?.tags ?? {};
  return { Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) };
}

export function tagResource(input: TagResourceCommandInput, context: CloudWatch): Record<string, never> {
  const resource = tagged(context, input.ResourceARN);
  if (!resource) throw resourceNotFound();
  resource.write({ ...resource.tags, ...tagRecord(input.Tags) });
  return {};
}

export function untagResource(input: UntagResourceCommandInput, context: CloudWatch): Record<string, never> {
  const resource = tagged(context, input.ResourceARN);
  if (!resource) throw resourceNotFound();
  resource.write(Object.fromEntries(Object.entries(resource.tags).filter(([key]) => !input.TagKeys?.includes(key))));
  return {};
}
