import type { Properties, ResourceType } from '../../kernel/resource.ts';
import { compileFilterPattern } from '../../languages/filter-pattern/filter-pattern.ts';
import { groupNotFound } from './errors.ts';
import { checkRetention } from './rules.ts';
import { createGroup, createStream, deleteGroup, type LogGroup, type LogsState, type MetricFilter, saveGroup } from './state.ts';

function setRetention(group: LogGroup, days: unknown): void {
  if (days !== undefined) checkRetention(Number(days));
  group.retentionDays = days === undefined ? undefined : Number(days);
}

/** @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-logs-loggroup.html */
const logGroup: ResourceType<LogsState> = {
  properties: ['LogGroupName', 'RetentionInDays'],
  inert: {
    Tags: 'tags of log groups are not looked at',
    LogGroupClass: 'every class behaves alike here',
    DeletionProtectionEnabled: 'a template decides by itself',
  },
  create(properties, place, { kernel, state }) {
    const name: string = properties['LogGroupName'] ?? place.generatedName({ lengthMax: 512 });
    const group = state.groups.get(name) ?? createGroup(kernel, state, name);
    setRetention(group, properties['RetentionInDays']);
    saveGroup(kernel, group);
    return { ref: name, attributes: { Arn: `${group.arn}:*` } };
  },
  update(properties, previous, physical, _place, { kernel, state }) {
    if (properties['LogGroupName'] !== previous['LogGroupName']) return 'replace';
    const group = state.groups.get(physical.ref);
    if (!group) throw groupNotFound();
    setRetention(group, properties['RetentionInDays']);
    saveGroup(kernel, group);
    return physical;
  },
  delete: (physical, _properties, { kernel, state }) => deleteGroup(kernel, state, physical.ref),
};

function groupOf(state: LogsState, properties: Properties): LogGroup {
  const group = state.groups.get(properties['LogGroupName']);
  if (!group) throw groupNotFound();
  return group;
}

/** @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-logs-logstream.html */
const logStream: ResourceType<LogsState> = {
  properties: ['LogGroupName', 'LogStreamName'],
  create(properties, place, { kernel, state }) {
    const name: string = properties['LogStreamName'] ?? place.generatedName({ lengthMax: 512 });
    createStream(kernel, groupOf(state, properties), name);
    return { ref: name, attributes: {} };
  },
  update: () => 'replace',
  delete(physical, properties, { state }) {
    state.groups.get(properties['LogGroupName'])?.streams.delete(physical.ref);
  },
};

function filterOf(properties: Properties, name: string, nowMs: number): MetricFilter {
  const [transformation = {}] = properties['MetricTransformations'] as Properties[];
  compileFilterPattern(properties['FilterPattern']);
  return {
    name,
    pattern: properties['FilterPattern'],
    namespace: transformation['MetricNamespace'],
    metricName: transformation['MetricName'],
    value: String(transformation['MetricValue']),
    defaultValue: transformation['DefaultValue'] === undefined ? undefined : Number(transformation['DefaultValue']),
    createdMs: nowMs,
  };
}

/** @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-logs-metricfilter.html */
const metricFilter: ResourceType<LogsState> = {
  properties: ['FilterName', 'LogGroupName', 'FilterPattern', 'MetricTransformations'],
  create(properties, place, { kernel, state }) {
    const name: string = properties['FilterName'] ?? place.generatedName({ lengthMax: 512 });
    const group = groupOf(state, properties);
    group.metricFilters.set(name, filterOf(properties, name, kernel.nowMs()));
    saveGroup(kernel, group);
    return { ref: name, attributes: {} };
  },
  update(properties, previous, physical, place, context) {
    if (properties['FilterName'] !== previous['FilterName'] || properties['LogGroupName'] !== previous['LogGroupName']) return 'replace';
    return metricFilter.create({ ...properties, FilterName: physical.ref }, place, context);
  },
  delete(physical, properties, { kernel, state }) {
    const group = state.groups.get(properties['LogGroupName']);
    if (!group) return;
    group.metricFilters.delete(physical.ref);
    saveGroup(kernel, group);
  },
};

export const resourceTypes: Readonly<Record<string, ResourceType<LogsState>>> = {
  'AWS::Logs::LogGroup': logGroup,
  'AWS::Logs::LogStream': logStream,
  'AWS::Logs::MetricFilter': metricFilter,
};
