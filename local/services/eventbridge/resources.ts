import type { Target } from '@aws-sdk/client-eventbridge';
import type { PolicyDocument, PolicyStatement } from '../../kernel/principal.ts';
import type { Properties, ResourceType } from '../../kernel/resource.ts';
import type { Context } from '../../kernel/service.ts';
import { busNameOf, findBus } from './naming.ts';
import { createArchive, deleteArchive, updateArchive } from './operations/archives.ts';
import { setPolicy, statementsOf, withStatement } from './operations/event-buses.ts';
import { tagsOf } from './operations/tags.ts';
import { mergeTargets } from './operations/targets.ts';
import { checkTriggers } from './rules.ts';
import { DEFAULT_BUS, deleteBus, deleteRule, type EventBus, type EventsState, newBus, putBus, putRule, type Rule, ruleArn, ruleKey } from './state.ts';

const text = (value: unknown): string | undefined => (value === undefined ? undefined : typeof value === 'string' ? value : JSON.stringify(value));

function policyOf(value: unknown): PolicyDocument | undefined {
  return typeof value === 'string' ? (JSON.parse(value) as PolicyDocument) : (value as PolicyDocument | undefined);
}

function busOf(properties: Properties, bus: EventBus): EventBus {
  return {
    ...bus,
    description: properties['Description'],
    deadLetterArn: properties['DeadLetterConfig']?.Arn,
    policy: properties['Policy'] === undefined ? bus.policy : policyOf(properties['Policy']),
    tags: tagsOf(properties['Tags']),
  };
}

/** @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-events-eventbus.html */
export const busResource: ResourceType<EventsState> = {
  properties: ['Name', 'Description', 'Policy', 'Tags', 'DeadLetterConfig'],
  create(properties, _place, { kernel, state }) {
    const name: string = properties['Name'];
    const bus = busOf(properties, state.buses.get(name) ?? newBus(kernel, name));
    putBus(state, bus);
    return { ref: name, attributes: { Arn: bus.arn, Name: name } };
  },
  update(properties, previous, physical, _place, { kernel, state }) {
    if (properties['Name'] !== previous['Name']) return 'replace';
    const bus = state.buses.get(physical.ref) ?? newBus(kernel, physical.ref);
    // The statements of EventBusPolicy resources stay, unless the bus names a policy of its own.
    const hadPolicy = previous['Policy'] !== undefined;
    putBus(state, { ...busOf(properties, hadPolicy ? { ...bus, policy: undefined } : bus), modifiedMs: kernel.nowMs() });
    return physical;
  },
  delete(physical, _properties, { state }) {
    deleteBus(state, physical.ref);
  },
};

function policyStatement(properties: Properties, bus: EventBus, { kernel }: Context<EventsState>): PolicyStatement {
  const { StatementId: Sid, Statement: statement, Action, Principal: principal, Condition: condition } = properties;
  if (statement !== undefined) return { Sid, ...statement };
  return {
    Sid,
    Effect: 'Allow',
    Principal: principal === '*' ? '*' : { AWS: `arn:${kernel.partition}:iam::${principal}:root` },
    Action,
    Resource: bus.arn,
    ...(condition === undefined ? {} : { Condition: { [condition.Type]: { [condition.Key]: condition.Value } } }),
  };
}

/** One statement of a bus's policy. @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-events-eventbuspolicy.html */
export const busPolicyResource: ResourceType<EventsState> = {
  properties: ['EventBusName', 'StatementId', 'Statement', 'Action', 'Principal', 'Condition'],
  create(properties, _place, context) {
    const bus = findBus(context, properties['EventBusName']);
    setPolicy(context, bus, withStatement(bus, policyStatement(properties, bus, context)));
    return { ref: `${bus.name}|${properties['StatementId']}`, attributes: {} };
  },
  update(properties, previous, _physical, place, context) {
    if (properties['EventBusName'] !== previous['EventBusName'] || properties['StatementId'] !== previous['StatementId']) return 'replace';
    return this.create(properties, place, context);
  },
  delete(_physical, properties, context) {
    const bus = context.state.buses.get(busNameOf(properties['EventBusName']));
    if (!bus) return;
    setPolicy(context, bus, { Version: '2012-10-17', Statement: statementsOf(bus).filter(({ Sid }) => Sid !== properties['StatementId']) });
  },
};

/** What a template says of a rule, and when a rate began to count. */
function ruleOf(properties: Properties, { busName, name }: { readonly busName: string; readonly name: string }, { kernel, state }: Context<EventsState>): Rule {
  const pattern = text(properties['EventPattern']);
  const schedule: string | undefined = properties['ScheduleExpression'];
  checkTriggers({ busName, pattern, schedule });
  const previous = state.rules.get(ruleKey(busName, name));
  const ruleState = properties['State'] === 'DISABLED' ? 'DISABLED' : 'ENABLED';
  const isAsScheduled = previous !== undefined && previous.schedule === schedule && previous.state === ruleState;
  return {
    name,
    busName,
    arn: ruleArn(kernel, busName, name),
    pattern,
    schedule,
    state: ruleState,
    description: properties['Description'],
    roleArn: properties['RoleArn'],
    tags: tagsOf(properties['Tags']),
    enabledMs: isAsScheduled ? previous.enabledMs : kernel.nowMs(),
    targets: mergeTargets([], (properties['Targets'] as readonly Target[] | undefined) ?? [], kernel),
  };
}

/** A rule with its targets. @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-events-rule.html */
export const ruleResource: ResourceType<EventsState> = {
  properties: ['Name', 'Description', 'EventBusName', 'EventPattern', 'ScheduleExpression', 'State', 'RoleArn', 'Targets', 'Tags'],
  create(properties, place, context) {
    const { name: busName } = findBus(context, properties['EventBusName']);
    const name: string = properties['Name'] ?? place.generatedName({ lengthMax: 64 });
    const rule = ruleOf(properties, { busName, name }, context);
    putRule(context.state, rule);
    return { ref: busName === DEFAULT_BUS ? name : `${busName}|${name}`, attributes: { Arn: rule.arn } };
  },
  update(properties, previous, physical, _place, context) {
    if (properties['Name'] !== previous['Name'] || properties['EventBusName'] !== previous['EventBusName']) return 'replace';
    const name = physical.ref.slice(physical.ref.indexOf('|') + 1);
    putRule(context.state, ruleOf(properties, { busName: busNameOf(properties['EventBusName']), name }, context));
    return physical;
  },
  delete(physical, properties, { state }) {
    const rule = state.rules.get(ruleKey(busNameOf(properties['EventBusName']), physical.ref.slice(physical.ref.indexOf('|') + 1)));
    if (rule) deleteRule(state, rule);
  },
};

function archiveInput(properties: Properties) {
  const { Description, RetentionDays } = properties;
  return { Description, EventPattern: text(properties['EventPattern']) ?? '', RetentionDays: Number(RetentionDays ?? 0) };
}

/** @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-events-archive.html */
export const archiveResource: ResourceType<EventsState> = {
  properties: ['ArchiveName', 'Description', 'EventPattern', 'RetentionDays', 'SourceArn'],
  create(properties, place, context) {
    const name: string = properties['ArchiveName'] ?? place.generatedName({ lengthMax: 48 });
    const { ArchiveArn: arn = '' } = createArchive({ ...archiveInput(properties), ArchiveName: name, EventSourceArn: properties['SourceArn'] }, context);
    return { ref: name, attributes: { Arn: arn, ArchiveName: name } };
  },
  update(properties, previous, physical, _place, context) {
    if (properties['ArchiveName'] !== previous['ArchiveName'] || properties['SourceArn'] !== previous['SourceArn']) return 'replace';
    updateArchive({ ...archiveInput(properties), ArchiveName: physical.ref }, context);
    return physical;
  },
  delete(physical, _properties, context) {
    if (context.state.archives.archives.has(physical.ref)) deleteArchive({ ArchiveName: physical.ref }, context);
  },
};
