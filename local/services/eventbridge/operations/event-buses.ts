import type {
  CreateEventBusCommandInput,
  CreateEventBusCommandOutput,
  DeleteEventBusCommandInput,
  DescribeEventBusCommandInput,
  DescribeEventBusCommandOutput,
  ListEventBusesCommandInput,
  ListEventBusesCommandOutput,
  PutPermissionCommandInput,
  RemovePermissionCommandInput,
  UpdateEventBusCommandInput,
  UpdateEventBusCommandOutput,
  EventBus as WireEventBus,
} from '@aws-sdk/client-eventbridge';
import { refuseAllBut } from '../../../kernel/errors.ts';
import type { PolicyDocument, PolicyStatement } from '../../../kernel/principal.ts';
import { readPolicyDocument } from '../../../languages/policy/document.ts';
import { busExists, busHasRules, cannotDeleteDefaultBus, invalidPolicy, limitExceeded, policyTooLong, statementDoesNotExist } from '../errors.ts';
import { busNameOf, type Events, findBus, type Output, page } from '../naming.ts';
import { BUSES_MAX, POLICY_CHARACTERS_MAX } from '../rules.ts';
import { DEFAULT_BUS, deleteBus, type EventBus, newBus, putBus, rulesOf } from '../state.ts';
import { tagsOf } from './tags.ts';

function wireBus(bus: EventBus): WireEventBus {
  return {
    Name: bus.name,
    Arn: bus.arn,
    Description: bus.description,
    Policy: bus.policy && JSON.stringify(bus.policy),
    CreationTime: new Date(bus.createdMs),
    LastModifiedTime: new Date(bus.modifiedMs),
  };
}

export function createEventBus(input: CreateEventBusCommandInput, { kernel, state }: Events): Output<CreateEventBusCommandOutput> {
  refuseAllBut(['Name', 'Description', 'DeadLetterConfig', 'Tags'], input, { operation: 'CreateEventBus', page: 'eventbridge' });
  const { Name: name = '', Description: description, DeadLetterConfig: deadLetterConfig } = input;
  if (state.buses.has(name)) throw busExists(name);
  if (state.buses.size >= BUSES_MAX) throw limitExceeded();
  const bus = { ...newBus(kernel, name), description, deadLetterArn: deadLetterConfig?.Arn, tags: tagsOf(input.Tags) };
  putBus(state, bus);
  return { EventBusArn: bus.arn, Description: description, DeadLetterConfig: deadLetterConfig };
}

export function describeEventBus(input: DescribeEventBusCommandInput, context: Events): Output<DescribeEventBusCommandOutput> {
  const bus = findBus(context, input.Name);
  return { ...wireBus(bus), ...(bus.deadLetterArn === undefined ? {} : { DeadLetterConfig: { Arn: bus.deadLetterArn } }) };
}

export function listEventBuses(input: ListEventBusesCommandInput, { state }: Events): Output<ListEventBusesCommandOutput> {
  const { NamePrefix: prefix = '', Limit: limit, NextToken: token } = input;
  const buses = [...state.buses.values()].filter(({ name }) => name.startsWith(prefix)).sort((a, b) => (a.name < b.name ? -1 : 1));
  const { items, nextToken } = page(buses, ({ name }) => name, { limit, token });
  return { EventBuses: items.map(wireBus), NextToken: nextToken };
}

/** Deletes a bus that has no rules; a bus that does not exist is deleted already. */
export function deleteEventBus(input: DeleteEventBusCommandInput, { state }: Events): Record<string, never> {
  const name = busNameOf(input.Name);
  if (name === DEFAULT_BUS) throw cannotDeleteDefaultBus();
  if (state.buses.has(name) && rulesOf(state, name).length > 0) throw busHasRules(name);
  deleteBus(state, name);
  return {};
}

export function updateEventBus(input: UpdateEventBusCommandInput, context: Events): Output<UpdateEventBusCommandOutput> {
  refuseAllBut(['Name', 'Description', 'DeadLetterConfig'], input, { operation: 'UpdateEventBus', page: 'eventbridge' });
  const bus = findBus(context, input.Name);
  const { Description: description = bus.description, DeadLetterConfig: deadLetterConfig } = input;
  const updated = { ...bus, description, deadLetterArn: deadLetterConfig?.Arn ?? bus.deadLetterArn, modifiedMs: context.kernel.nowMs() };
  putBus(context.state, updated);
  return { Arn: bus.arn, Name: bus.name, Description: updated.description, DeadLetterConfig: deadLetterConfig };
}

/** Adds a statement to a bus's policy, in place of one with its id, or sets the whole policy. */
export function putPermission(input: PutPermissionCommandInput, context: Events): Record<string, never> {
  const bus = findBus(context, input.EventBusName);
  setPolicy(context, bus, input.Policy === undefined ? withStatement(bus, statementOf(input, bus, context)) : parsePolicy(input.Policy));
  return {};
}

function statementOf(input: PutPermissionCommandInput, bus: EventBus, { kernel }: Events): PolicyStatement {
  const { StatementId: sid, Action: action, Principal: principal = '', Condition: condition } = input;
  return {
    ...(sid === undefined ? {} : { Sid: sid }),
    Effect: 'Allow',
    Principal: principal === '*' ? '*' : { AWS: `arn:${kernel.partition}:iam::${principal}:root` },
    ...(action === undefined ? {} : { Action: action }),
    Resource: bus.arn,
    ...(condition ? { Condition: { [condition.Type ?? '']: { [condition.Key ?? '']: condition.Value } } } : {}),
  };
}

function parsePolicy(text: string): PolicyDocument {
  if (text.length > POLICY_CHARACTERS_MAX) throw policyTooLong();
  const policy = readPolicyDocument(text);
  if (!policy) throw invalidPolicy();
  return policy;
}

/** A bus's statements, whether its policy has a list of them or one. */
export function statementsOf({ policy }: EventBus): readonly PolicyStatement[] {
  return policy === undefined ? [] : [policy.Statement].flat();
}

/** The bus's policy with a statement added, in place of the one that has its id. */
export function withStatement(bus: EventBus, statement: PolicyStatement): PolicyDocument {
  const others = statementsOf(bus).filter(({ Sid }) => Sid === undefined || Sid !== statement.Sid);
  return { Version: '2012-10-17', Statement: [...others, statement] };
}

/** Stores a bus's policy; one without statements is none. */
export function setPolicy({ kernel, state }: Pick<Events, 'kernel' | 'state'>, bus: EventBus, policy: PolicyDocument): void {
  if (JSON.stringify(policy).length > POLICY_CHARACTERS_MAX) throw policyTooLong();
  const isEmpty = [policy.Statement].flat().length === 0;
  putBus(state, { ...bus, policy: isEmpty ? undefined : policy, modifiedMs: kernel.nowMs() });
}

export function removePermission(input: RemovePermissionCommandInput, context: Events): Record<string, never> {
  const bus = findBus(context, input.EventBusName);
  const { StatementId: sid, RemoveAllPermissions: isAll = false } = input;
  const left = isAll ? [] : statementsOf(bus).filter(({ Sid }) => Sid !== sid);
  if (!isAll && left.length === statementsOf(bus).length) throw statementDoesNotExist();
  setPolicy(context, bus, { Version: '2012-10-17', Statement: left });
  return {};
}
