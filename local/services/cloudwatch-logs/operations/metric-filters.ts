import type {
  DeleteMetricFilterCommandInput,
  DescribeMetricFiltersCommandInput,
  DescribeMetricFiltersCommandOutput,
  PutMetricFilterCommandInput,
  StandardUnit,
  TestMetricFilterCommandInput,
  TestMetricFilterCommandOutput,
  MetricTransformation as WireTransformation,
} from '@aws-sdk/client-cloudwatch-logs';
import { refuseAllBut } from '../../../kernel/errors.ts';
import type { Context } from '../../../kernel/service.ts';
import { matches } from '../../../languages/filter-pattern/match.ts';
import { type FieldsPattern, fieldsOf } from '../../../languages/filter-pattern/space-delimited.ts';
import { invalidParameter, metricFilterNotFound } from '../errors.ts';
import { readPattern } from '../rules.ts';
import { findGroup, groupName, type LogsState, type MetricFilter, type MetricTransformation } from '../state.ts';

type Logs = Context<LogsState>;
type Output<T> = Omit<T, '$metadata'>;

/** Filters a group may have. @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html */
const FILTERS_MAX = 100;

function readTransformation(given: WireTransformation): MetricTransformation {
  const { metricName = '', metricNamespace = '', metricValue = '', defaultValue, dimensions = {}, unit = 'None' } = given;
  if (!metricName || !metricNamespace || !metricValue) throw invalidParameter('A metric transformation needs metricName, metricNamespace and metricValue.');
  if (defaultValue !== undefined && Object.keys(dimensions).length > 0) {
    throw invalidParameter('Invalid metric transformation: dimensions and default value are mutually exclusive properties.');
  }
  return { metricName, metricNamespace, metricValue, defaultValue, dimensions, unit };
}

export function putMetricFilter(input: PutMetricFilterCommandInput, { kernel, state }: Logs): Record<string, never> {
  refuseAllBut(['logGroupName', 'filterName', 'filterPattern', 'metricTransformations'], input, { operation: 'PutMetricFilter', page: 'cloudwatch-logs' });
  const { filterName: name = '', filterPattern: pattern = '', metricTransformations: given = [] } = input;
  const group = findGroup(state, groupName(input.logGroupName));
  if (!name) throw invalidParameter('filterName must be given.');
  if (!group.filters[name] && Object.keys(group.filters).length >= FILTERS_MAX)
    throw invalidParameter(`A log group has at most ${FILTERS_MAX} metric filters.`);
  const filter: MetricFilter = { name, pattern, parsed: readPattern(pattern), transformations: given.map(readTransformation), createdMs: kernel.nowMs() };
  state.groups.put(group.name, { ...group, filters: { ...group.filters, [name]: filter } });
  return {};
}

export function deleteMetricFilter(input: DeleteMetricFilterCommandInput, { state }: Logs): Record<string, never> {
  const group = findGroup(state, groupName(input.logGroupName));
  const { [input.filterName ?? '']: removed, ...filters } = group.filters;
  if (!removed) throw metricFilterNotFound();
  state.groups.put(group.name, { ...group, filters });
  return {};
}

export function describeMetricFilters(input: DescribeMetricFiltersCommandInput, { state }: Logs): Output<DescribeMetricFiltersCommandOutput> {
  const members = ['logGroupName', 'filterNamePrefix', 'metricName', 'metricNamespace'];
  refuseAllBut(members, input, { operation: 'DescribeMetricFilters', page: 'cloudwatch-logs' });
  const { filterNamePrefix: prefix = '', metricName, metricNamespace } = input;
  const groups = input.logGroupName === undefined ? [...state.groups.values()] : [findGroup(state, input.logGroupName)];
  const found = groups.flatMap(({ name: logGroupName, filters }) => Object.values(filters).map((filter) => ({ logGroupName, filter })));
  const wanted = found.filter(
    ({ filter }) =>
      filter.name.startsWith(prefix) &&
      filter.transformations.some(
        (each) => (metricName === undefined || each.metricName === metricName) && (metricNamespace === undefined || each.metricNamespace === metricNamespace),
      ),
  );
  return {
    metricFilters: wanted.map(({ logGroupName, filter }) => ({
      filterName: filter.name,
      filterPattern: filter.pattern,
      logGroupName,
      creationTime: filter.createdMs,
      metricTransformations: filter.transformations.map(({ metricName: name, metricNamespace: namespace, metricValue, defaultValue, dimensions, unit }) => ({
        metricName: name,
        metricNamespace: namespace,
        metricValue,
        ...(defaultValue !== undefined && { defaultValue }),
        ...(Object.keys(dimensions).length > 0 && { dimensions }),
        unit: unit as StandardUnit,
      })),
    })),
  };
}

export function testMetricFilter(input: TestMetricFilterCommandInput): Output<TestMetricFilterCommandOutput> {
  const pattern = readPattern(input.filterPattern);
  const all = (input.logEventMessages ?? []).map((eventMessage, index) => ({
    eventNumber: index + 1,
    eventMessage,
    extractedValues: pattern.kind === 'fields' ? extractedValuesOf(pattern, eventMessage) : {},
  }));
  return { matches: all.filter(({ eventMessage }) => matches(pattern, eventMessage)) };
}

/** A field's value is named as a metric filter names it, `$status`. */
function extractedValuesOf(pattern: FieldsPattern, message: string): Record<string, string> {
  return Object.fromEntries(Object.entries(fieldsOf(pattern, message) ?? {}).map(([name, value]) => [`$${name}`, value]));
}
