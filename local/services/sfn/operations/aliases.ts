import type {
  CreateStateMachineAliasInput,
  CreateStateMachineAliasOutput,
  DeleteStateMachineAliasInput,
  DeleteStateMachineAliasOutput,
  DescribeStateMachineAliasInput,
  DescribeStateMachineAliasOutput,
  ListStateMachineAliasesInput,
  ListStateMachineAliasesOutput,
  RoutingConfigurationListItem,
  UpdateStateMachineAliasInput,
  UpdateStateMachineAliasOutput,
} from '@aws-sdk/client-sfn';
import { conflictException, referencedResourceNotFound, stateMachineDoesNotExist, validationException } from '../errors.ts';
import { isVersionNumber, readArnOf } from '../naming.ts';
import type { Alias } from '../records.ts';
import type { States, StatesState } from '../state.ts';
import { page } from './paging.ts';

const WEIGHT_SUM = 100;

function readRouting(items: readonly RoutingConfigurationListItem[], state: StatesState): Alias['routing'] {
  const routing = items.map(({ stateMachineVersionArn = '', weight = 0 }) => ({ versionArn: stateMachineVersionArn, weight }));
  const arns = routing.map(({ versionArn }) => versionArn);
  const received = `[${arns.join(', ')}]`;
  const qualifiers = arns.map((arn) => readArnOf(arn, 'stateMachine').qualifier);
  if (qualifiers.some((qualifier) => qualifier === undefined || !isVersionNumber(qualifier))) {
    throw validationException(`Routing configuration must contain state machine version ARNs. Received: ${received}`);
  }
  if (new Set(arns).size < arns.length)
    throw validationException(`Routing configuration must contain distinct state machine version ARNs. Received: ${received}`);
  const weights = routing.map(({ weight }) => weight);
  if (weights.reduce((sum, weight) => sum + weight, 0) !== WEIGHT_SUM) {
    throw validationException(`Sum of routing configuration weights must equal 100. Received: [${weights.join(', ')}]`);
  }
  for (const arn of arns) if (!state.versions.has(arn)) throw referencedResourceNotFound(arn);
  if (new Set(arns.map((arn) => readArnOf(arn, 'stateMachine').arn)).size > 1) {
    throw validationException(`Routing configuration must contain versions of the same state machine. Received: ${received}`);
  }
  return routing;
}

const sameRouting = (a: Alias['routing'], b: Alias['routing']): boolean => JSON.stringify(a) === JSON.stringify(b);

/** Idempotent where name, description and routing are the same. */
export function createStateMachineAlias(input: CreateStateMachineAliasInput, { kernel, state }: States): CreateStateMachineAliasOutput {
  const routing = readRouting(input.routingConfiguration ?? [], state);
  const stateMachineArn = readArnOf(routing[0]?.versionArn ?? '', 'stateMachine').arn;
  const { name = '', description } = input;
  const arn = `${stateMachineArn}:${name}`;
  const existing = state.aliases.get(arn);
  if (existing && (existing.description !== description || !sameRouting(existing.routing, routing))) {
    throw conflictException('Failed to create alias because an alias with the same name and a different routing configuration already exists.');
  }
  const nowMs = kernel.nowMs();
  const alias = existing ?? { arn, stateMachineArn, name, description, routing, createdMs: nowMs, updatedMs: nowMs };
  if (!existing) state.aliases.put(arn, alias);
  return { stateMachineAliasArn: arn, creationDate: new Date(alias.createdMs) };
}

function aliasOf(state: StatesState, arn: string): Alias {
  readArnOf(arn, 'stateMachine');
  const alias = state.aliases.get(arn);
  if (!alias) throw referencedResourceNotFound(arn);
  return alias;
}

export function updateStateMachineAlias(input: UpdateStateMachineAliasInput, { kernel, state }: States): UpdateStateMachineAliasOutput {
  const alias = aliasOf(state, input.stateMachineAliasArn ?? '');
  const { description = alias.description, routingConfiguration } = input;
  const routing = routingConfiguration ? readRouting(routingConfiguration, state) : alias.routing;
  const updatedMs = kernel.nowMs();
  state.aliases.put(alias.arn, { ...alias, description, routing, updatedMs });
  return { updateDate: new Date(updatedMs) };
}

export function describeStateMachineAlias(input: DescribeStateMachineAliasInput, { state }: States): DescribeStateMachineAliasOutput {
  const { arn, name, description, routing, createdMs, updatedMs } = aliasOf(state, input.stateMachineAliasArn ?? '');
  return {
    stateMachineAliasArn: arn,
    name,
    ...(description !== undefined && { description }),
    routingConfiguration: routing.map(({ versionArn, weight }) => ({ stateMachineVersionArn: versionArn, weight })),
    creationDate: new Date(createdMs),
    updateDate: new Date(updatedMs),
  };
}

export function deleteStateMachineAlias(input: DeleteStateMachineAliasInput, { state }: States): DeleteStateMachineAliasOutput {
  const arn = input.stateMachineAliasArn ?? '';
  readArnOf(arn, 'stateMachine');
  state.aliases.delete(arn);
  return {};
}

export function listStateMachineAliases(input: ListStateMachineAliasesInput, { state }: States): ListStateMachineAliasesOutput {
  const asked = input.stateMachineArn ?? '';
  const { arn, qualifier } = readArnOf(asked, 'stateMachine');
  if (!state.machines.has(arn)) throw stateMachineDoesNotExist(asked);
  const ofMachine = [...state.aliases.values()].filter(({ stateMachineArn }) => stateMachineArn === arn);
  const aliases = qualifier === undefined ? ofMachine : ofMachine.filter(({ routing }) => routing.some(({ versionArn }) => versionArn === asked));
  const { elements, nextToken } = page(aliases, input);
  return {
    stateMachineAliases: elements.map((alias) => ({ stateMachineAliasArn: alias.arn, creationDate: new Date(alias.createdMs) })),
    ...(nextToken !== undefined && { nextToken }),
  };
}
