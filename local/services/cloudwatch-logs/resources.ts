import type { Properties, ResourceType } from '../../kernel/resource.ts';
import type { Context } from '../../kernel/service.ts';
import { deleteMetricFilter, putMetricFilter } from './operations/metric-filters.ts';
import { deleteResourcePolicy, putResourcePolicy } from './operations/resource-policies.ts';
import { checkGroupName, checkRetention, checkStreamName } from './rules.ts';
import { createStream, deleteGroup, deleteStream, type LogsState } from './state.ts';

function putGroup(properties: Properties, name: string, { kernel, state }: Context<LogsState>) {
  checkGroupName(name);
  const { RetentionInDays: retention, LogGroupClass: logGroupClass = 'STANDARD', Tags: tags = [] } = properties;
  const retentionDays = retention === undefined ? undefined : Number(retention);
  if (retentionDays !== undefined) checkRetention(retentionDays);
  const existing = state.groups.get(name);
  state.groups.put(name, {
    name,
    createdMs: existing?.createdMs ?? kernel.nowMs(),
    retentionDays,
    logGroupClass,
    tags: Object.fromEntries((tags as { Key: string; Value: string }[]).map(({ Key, Value }) => [Key, Value])),
    filters: existing?.filters ?? {},
  });
  return { ref: name, attributes: { Arn: `${kernel.arn('logs', `log-group:${name}`)}:*` } };
}

/**
 * A group that a function's first line has made already is taken over. Differs from AWS, where the stack would fail.
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-logs-loggroup.html
 */
export const logGroup: ResourceType<LogsState> = {
  properties: ['LogGroupName', 'RetentionInDays', 'LogGroupClass', 'Tags'],
  inert: { KmsKeyId: 'Nothing is encrypted here.', DeletionProtectionEnabled: 'A stack deletes what is its own.' },
  create(properties, place, context) {
    return putGroup(properties, properties['LogGroupName'] ?? place.generatedName({ lengthMax: 512 }), context);
  },
  update(properties, previous, physical, _place, context) {
    if (properties['LogGroupName'] !== previous['LogGroupName']) return 'replace';
    return putGroup(properties, physical.ref, context);
  },
  delete(physical, _properties, { state }) {
    if (state.groups.has(physical.ref)) deleteGroup(state, physical.ref);
  },
};

/** @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-logs-logstream.html */
export const logStream: ResourceType<LogsState> = {
  properties: ['LogGroupName', 'LogStreamName'],
  create(properties, place, { kernel, state }) {
    const name: string = properties['LogStreamName'] ?? place.generatedName({ lengthMax: 512 });
    checkStreamName(name);
    createStream(state, { groupName: properties['LogGroupName'], name, createdMs: kernel.nowMs() });
    return { ref: name, attributes: {} };
  },
  update(properties, previous, physical) {
    const isSame = properties['LogStreamName'] === previous['LogStreamName'] && properties['LogGroupName'] === previous['LogGroupName'];
    return isSame ? physical : 'replace';
  },
  delete(physical, properties, { state }) {
    deleteStream(state, { groupName: properties['LogGroupName'], name: physical.ref, createdMs: 0 });
  },
};

interface TemplateTransformation {
  readonly MetricName: string;
  readonly MetricNamespace: string;
  readonly MetricValue: string | number;
  readonly DefaultValue?: string | number;
  readonly Dimensions?: readonly { Key: string; Value: string }[];
  readonly Unit?: string;
}

function filterInput(properties: Properties, name: string) {
  const transformations = properties['MetricTransformations'] as readonly TemplateTransformation[];
  return {
    logGroupName: properties['LogGroupName'],
    filterName: name,
    filterPattern: properties['FilterPattern'],
    metricTransformations: transformations.map(({ MetricName, MetricNamespace, MetricValue, DefaultValue, Dimensions, Unit }) => ({
      metricName: MetricName,
      metricNamespace: MetricNamespace,
      metricValue: String(MetricValue),
      ...(DefaultValue !== undefined && { defaultValue: Number(DefaultValue) }),
      ...(Dimensions && { dimensions: Object.fromEntries(Dimensions.map(({ Key, Value }) => [Key, Value])) }),
      ...(Unit !== undefined && { unit: Unit as 'None' }),
    })),
  };
}

/** @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-logs-metricfilter.html */
export const metricFilter: ResourceType<LogsState> = {
  properties: ['FilterName', 'FilterPattern', 'LogGroupName', 'MetricTransformations'],
  create(properties, place, context) {
    const name: string = properties['FilterName'] ?? place.generatedName({ lengthMax: 512 });
    putMetricFilter(filterInput(properties, name), context);
    return { ref: name, attributes: {} };
  },
  update(properties, previous, physical, _place, context) {
    if (properties['FilterName'] !== previous['FilterName'] || properties['LogGroupName'] !== previous['LogGroupName']) return 'replace';
    putMetricFilter(filterInput(properties, physical.ref), context);
    return physical;
  },
  delete(physical, properties, context) {
    const logGroupName: string = properties['LogGroupName'];
    if (context.state.groups.has(logGroupName)) deleteMetricFilter({ logGroupName, filterName: physical.ref }, context);
  },
};

const documentText = (given: unknown): string => (typeof given === 'string' ? given : JSON.stringify(given));

/** @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-logs-resourcepolicy.html */
export const resourcePolicy: ResourceType<LogsState> = {
  properties: ['PolicyName', 'PolicyDocument'],
  create(properties, _place, context) {
    const policyName: string = properties['PolicyName'];
    putResourcePolicy({ policyName, policyDocument: documentText(properties['PolicyDocument']) }, context);
    return { ref: policyName, attributes: {} };
  },
  update(properties, previous, physical, _place, context) {
    if (properties['PolicyName'] !== previous['PolicyName']) return 'replace';
    putResourcePolicy({ policyName: physical.ref, policyDocument: documentText(properties['PolicyDocument']) }, context);
    return physical;
  },
  delete(physical, _properties, context) {
    if (context.state.policies.has(physical.ref)) deleteResourcePolicy({ policyName: physical.ref }, context);
  },
};
