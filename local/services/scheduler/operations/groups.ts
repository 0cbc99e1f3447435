import type {
  CreateScheduleGroupCommandInput,
  CreateScheduleGroupCommandOutput,
  DeleteScheduleGroupCommandInput,
  GetScheduleGroupCommandInput,
  GetScheduleGroupCommandOutput,
  ListScheduleGroupsCommandInput,
  ListScheduleGroupsCommandOutput,
} from '@aws-sdk/client-scheduler';
import { cannotDeleteDefaultGroup, groupExists, tooManyGroups, tooManyTags } from '../errors.ts';
import { findGroup, type Output, page } from '../naming.ts';
import { GROUPS_MAX, TAGS_MAX } from '../rules.ts';
import { DEFAULT_GROUP, newGroup, deleteGroup as removeGroup, type ScheduleGroup, type Scheduling } from '../state.ts';
import { tagsOf } from './tags.ts';

function wireGroup({ name, arn, createdMs, modifiedMs }: ScheduleGroup) {
  return { Name: name, Arn: arn, State: 'ACTIVE', CreationDate: new Date(createdMs), LastModificationDate: new Date(modifiedMs) } as const;
}

export function createScheduleGroup(input: CreateScheduleGroupCommandInput, { kernel, state }: Scheduling): Output<CreateScheduleGroupCommandOutput> {
  const { Name: name = '', ClientToken: clientToken } = input;
  const existing = state.groups.get(name);
  if (existing && clientToken !== undefined && existing.clientToken === clientToken) return { ScheduleGroupArn: existing.arn };
  if (existing) throw groupExists(name);
  if (state.groups.size >= GROUPS_MAX) throw tooManyGroups();
  const group = newGroup(kernel, { name, clientToken, tags: tagsOf(input.Tags) });
  if (Object.keys(group.tags).length > TAGS_MAX) throw tooManyTags();
  state.groups.put(name, group);
  return { ScheduleGroupArn: group.arn };
}

export function getScheduleGroup(input: GetScheduleGroupCommandInput, { state }: Scheduling): Output<GetScheduleGroupCommandOutput> {
  return wireGroup(findGroup(state, input.Name));
}

export function listScheduleGroups(input: ListScheduleGroupsCommandInput, { state }: Scheduling): Output<ListScheduleGroupsCommandOutput> {
  const { NamePrefix: prefix = '', MaxResults: limit, NextToken: token } = input;
  const groups = [...state.groups.values()].filter(({ name }) => name.startsWith(prefix)).sort((a, b) => (a.name < b.name ? -1 : 1));
  const { items, nextToken } = page(groups, ({ name }) => name, { limit, token });
  return { ScheduleGroups: items.map(wireGroup), NextToken: nextToken };
}

export function deleteScheduleGroup(input: DeleteScheduleGroupCommandInput, { state }: Scheduling): Record<string, never> {
  const { name } = findGroup(state, input.Name);
  if (name === DEFAULT_GROUP) throw cannotDeleteDefaultGroup();
  removeGroup(state, name);
  return {};
}
