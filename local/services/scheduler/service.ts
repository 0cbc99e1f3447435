import type { Scheduler } from '@aws-sdk/client-scheduler';
import type { OperationsOf, Service } from '../../kernel/service.ts';
import { accessOf } from './access.ts';
import { resumeInvocations, startInvocation } from './invoking/invocations.ts';
import { createScheduleGroup, deleteScheduleGroup, getScheduleGroup, listScheduleGroups } from './operations/groups.ts';
import { createSchedule, deleteSchedule, getSchedule, listSchedules, updateSchedule } from './operations/schedules.ts';
import { listTagsForResource, tagResource, untagResource } from './operations/tags.ts';
import { scheduleGroupResource, scheduleResource } from './resources.ts';
import { createState, type SchedulerState } from './state.ts';

const operations: Partial<OperationsOf<Scheduler, SchedulerState>> = {
  CreateSchedule: createSchedule,
  CreateScheduleGroup: createScheduleGroup,
  DeleteSchedule: deleteSchedule,
  DeleteScheduleGroup: deleteScheduleGroup,
  GetSchedule: getSchedule,
  GetScheduleGroup: getScheduleGroup,
  ListScheduleGroups: listScheduleGroups,
  ListSchedules: listSchedules,
  ListTagsForResource: listTagsForResource,
  TagResource: tagResource,
  UntagResource: untagResource,
  UpdateSchedule: updateSchedule,
};

/** EventBridge Scheduler: schedule groups and schedules. */
export const scheduler: Service<SchedulerState> = {
  name: 'scheduler',
  arnService: 'scheduler',
  createState(kernel) {
    const state = createState(kernel, startInvocation);
    resumeInvocations(state);
    return state;
  },
  operations,
  access: accessOf,
  resourceTypes: {
    'AWS::Scheduler::Schedule': scheduleResource,
    'AWS::Scheduler::ScheduleGroup': scheduleGroupResource,
  },
};
