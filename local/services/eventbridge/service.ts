import type { EventBridge } from '@aws-sdk/client-eventbridge';
import type { OperationsOf, Service } from '../../kernel/service.ts';
import { accessOf } from './access.ts';
import { receive } from './delivery.ts';
import { createEventBus, deleteEventBus, describeEventBus, listEventBuses, putPermission, removePermission, updateEventBus } from './operations/event-buses.ts';
import { putEvents } from './operations/put-events.ts';
import { deleteRule, describeRule, disableRule, enableRule, listRuleNamesByTarget, listRules, putRule } from './operations/rules.ts';
import { listTagsForResource, tagResource, untagResource } from './operations/tags.ts';
import { listTargetsByRule, putTargets, removeTargets } from './operations/targets.ts';
import { testEventPattern } from './operations/test-event-pattern.ts';
import { busPolicyResource, busResource, ruleResource } from './resources.ts';
import { fireSchedule } from './schedule.ts';
import { createState, type EventsState } from './state.ts';

const operations: Partial<OperationsOf<EventBridge, EventsState>> = {
  CreateEventBus: createEventBus,
  DeleteEventBus: deleteEventBus,
  DeleteRule: deleteRule,
  DescribeEventBus: describeEventBus,
  DescribeRule: describeRule,
  DisableRule: disableRule,
  EnableRule: enableRule,
  ListEventBuses: listEventBuses,
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
  TagResource: tagResource,
  TestEventPattern: testEventPattern,
  UntagResource: untagResource,
  UpdateEventBus: updateEventBus,
};

/** EventBridge: event buses, rules and targets. */
export const eventbridge: Service<EventsState> = {
  name: 'eventbridge',
  arnService: 'events',
  createState: (kernel) => createState(kernel, fireSchedule),
  operations,
  access: accessOf,
  resourceTypes: {
    'AWS::Events::EventBus': busResource,
    'AWS::Events::EventBusPolicy': busPolicyResource,
    'AWS::Events::Rule': ruleResource,
  },
  delivery: receive,
};
