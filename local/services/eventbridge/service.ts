import type { EventBridge } from '@aws-sdk/client-eventbridge';
import type { OperationsOf, Service } from '../../kernel/service.ts';
import { accessOf } from './access.ts';
import { resumeReplays } from './archive/replaying.ts';
import { receive } from './delivery.ts';
import { createArchive, deleteArchive, describeArchive, listArchives, updateArchive } from './operations/archives.ts';
import { createEventBus, deleteEventBus, describeEventBus, listEventBuses, putPermission, removePermission, updateEventBus } from './operations/event-buses.ts';
import { putEvents } from './operations/put-events.ts';
import { cancelReplay, describeReplay, listReplays, startReplay } from './operations/replays.ts';
import { deleteRule, describeRule, disableRule, enableRule, listRuleNamesByTarget, listRules, putRule } from './operations/rules.ts';
import { listTagsForResource, tagResource, untagResource } from './operations/tags.ts';
import { listTargetsByRule, putTargets, removeTargets } from './operations/targets.ts';
import { testEventPattern } from './operations/test-event-pattern.ts';
import { archiveResource, busPolicyResource, busResource, ruleResource } from './resources.ts';
import { fireSchedule } from './schedule.ts';
import { createState, type EventsState } from './state.ts';

const operations: Partial<OperationsOf<EventBridge, EventsState>> = {
  CancelReplay: cancelReplay,
  CreateArchive: createArchive,
  CreateEventBus: createEventBus,
  DeleteArchive: deleteArchive,
  DeleteEventBus: deleteEventBus,
  DeleteRule: deleteRule,
  DescribeArchive: describeArchive,
  DescribeEventBus: describeEventBus,
  DescribeReplay: describeReplay,
  DescribeRule: describeRule,
  DisableRule: disableRule,
  EnableRule: enableRule,
  ListArchives: listArchives,
  ListEventBuses: listEventBuses,
  ListReplays: listReplays,
  ListRuleNamesByTarget: listRuleNamesByTarget,
  ListRules: listRules,
  ListTagsForResource: listTagsForResource,
  ListTargetsByRule: listTargetsByRule,
  PutEvents: putEvents,
  PutPermission: putPermission,
  PutRule: putRule,
  PutTargets: putTargets,
  RemovePermission: removePermission,
  RemoveTargets: removeTargets,
  StartReplay: startReplay,
  TagResource: tagResource,
  TestEventPattern: testEventPattern,
  UntagResource: untagResource,
  UpdateArchive: updateArchive,
  UpdateEventBus: updateEventBus,
};

/** EventBridge: event buses, rules, targets, archives and replays. */
export const eventbridge: Service<EventsState> = {
  name: 'eventbridge',
  arnService: 'events',
  createState(kernel) {
    const state = createState(kernel, fireSchedule);
    resumeReplays(state);
    return state;
  },
  operations,
  access: accessOf,
  resourceTypes: {
    'AWS::Events::Archive': archiveResource,
    'AWS::Events::EventBus': busResource,
    'AWS::Events::EventBusPolicy': busPolicyResource,
    'AWS::Events::Rule': ruleResource,
  },
  delivery: receive,
};
