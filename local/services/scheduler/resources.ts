import type { CreateScheduleCommandInput } from '@aws-sdk/client-scheduler';
import type { Properties, ResourceType } from '../../kernel/resource.ts';
import { createScheduleGroup, deleteScheduleGroup } from './operations/groups.ts';
import { createSchedule, updateSchedule } from './operations/schedules.ts';
import { tagsOf } from './operations/tags.ts';
import { DEFAULT_GROUP, deleteSchedule, type SchedulerState } from './state.ts';

const instantOf = (value: unknown): Date | undefined => (value === undefined ? undefined : new Date(String(value)));

/** The request that says what a template says: numbers and times may be text there. */
function requestOf(properties: Properties, name: string): CreateScheduleCommandInput {
  const { Target: target, FlexibleTimeWindow: window } = properties;
  const minutes = window?.MaximumWindowInMinutes;
  const { MaximumEventAgeInSeconds: age, MaximumRetryAttempts: attempts } = target.RetryPolicy ?? {};
  const retryPolicy = {
    ...(age === undefined ? {} : { MaximumEventAgeInSeconds: Number(age) }),
    ...(attempts === undefined ? {} : { MaximumRetryAttempts: Number(attempts) }),
  };
  return {
    Name: name,
    GroupName: properties['GroupName'],
    ScheduleExpression: properties['ScheduleExpression'],
    ScheduleExpressionTimezone: properties['ScheduleExpressionTimezone'],
    StartDate: instantOf(properties['StartDate']),
    EndDate: instantOf(properties['EndDate']),
    Description: properties['Description'],
    State: properties['State'],
    FlexibleTimeWindow: { Mode: window?.Mode, ...(minutes === undefined ? {} : { MaximumWindowInMinutes: Number(minutes) }) },
    Target: { ...target, ...(target.RetryPolicy === undefined ? {} : { RetryPolicy: retryPolicy }) },
  };
}

/** @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-scheduler-schedule.html */
export const scheduleResource: ResourceType<SchedulerState> = {
  properties: [
    'Name',
    'GroupName',
    'ScheduleExpression',
    'ScheduleExpressionTimezone',
    'StartDate',
    'EndDate',
    'Description',
    'State',
    'FlexibleTimeWindow',
    'Target',
  ],
  async create(properties, place, context) {
    const name: string = properties['Name'] ?? place.generatedName({ lengthMax: 64 });
    const { ScheduleArn: arn = '' } = await createSchedule(requestOf(properties, name), context);
    return { ref: name, attributes: { Arn: arn } };
  },
  async update(properties, previous, physical, _place, context) {
    if (properties['Name'] !== previous['Name'] || properties['GroupName'] !== previous['GroupName']) return 'replace';
    await updateSchedule(requestOf(properties, physical.ref), context);
    return physical;
  },
  delete(physical, properties, { state }) {
    deleteSchedule(state, { groupName: properties['GroupName'] ?? DEFAULT_GROUP, name: physical.ref });
  },
};

/** @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-scheduler-schedulegroup.html */
export const scheduleGroupResource: ResourceType<SchedulerState> = {
  properties: ['Name', 'Tags'],
  create(properties, place, context) {
    const name: string = properties['Name'] ?? place.generatedName({ lengthMax: 64 });
    const { ScheduleGroupArn: arn = '' } = createScheduleGroup({ Name: name, Tags: properties['Tags'] }, context);
    const instant = new Date(context.kernel.nowMs()).toISOString();
    return { ref: name, attributes: { Arn: arn, State: 'ACTIVE', CreationDate: instant, LastModificationDate: instant } };
  },
  update(properties, previous, physical, _place, { kernel, state }) {
    const group = state.groups.get(physical.ref);
    if (!group || properties['Name'] !== previous['Name']) return 'replace';
    state.groups.put(group.name, { ...group, tags: tagsOf(properties['Tags']), modifiedMs: kernel.nowMs() });
    return physical;
  },
  delete(physical, _properties, context) {
    if (context.state.groups.has(physical.ref)) deleteScheduleGroup({ Name: physical.ref }, context);
  },
};
