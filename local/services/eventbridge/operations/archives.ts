import type {
  CreateArchiveCommandInput,
  CreateArchiveCommandOutput,
  DeleteArchiveCommandInput,
  DescribeArchiveCommandInput,
  DescribeArchiveCommandOutput,
  ListArchivesCommandInput,
  ListArchivesCommandOutput,
  UpdateArchiveCommandInput,
  UpdateArchiveCommandOutput,
  Archive as WireArchive,
} from '@aws-sdk/client-eventbridge';
import { refuseAllBut } from '../../../kernel/errors.ts';
import { type Archive, deleteArchiveWithEvents, measureArchive } from '../archive/archive-store.ts';
import { deleteArchiveRule, putArchiveRule } from '../archive/managed-rule.ts';
import { archiveDoesNotExist, archiveExists, oneFilterOnly } from '../errors.ts';
import { busNameOf, type Events, findBus, type Output, page } from '../naming.ts';
import { checkPattern } from '../rules.ts';

export function archiveArn({ kernel }: Pick<Events, 'kernel'>, name: string): string {
  return kernel.arn('events', `archive/${name}`);
}

function findArchive({ state }: Pick<Events, 'state'>, name = ''): Archive {
  const archive = state.archives.archives.get(name);
  if (!archive) throw archiveDoesNotExist(name);
  return archive;
}

function wireArchive(archive: Archive, { state }: Pick<Events, 'state'>): WireArchive {
  const { count, sizeBytes } = measureArchive(state.archives, archive);
  return {
    ArchiveName: archive.name,
    EventSourceArn: archive.busArn,
    State: 'ENABLED',
    RetentionDays: archive.retentionDays,
    SizeBytes: sizeBytes,
    EventCount: count,
    CreationTime: new Date(archive.createdMs),
  };
}

/** Makes an archive. It takes events from now on. */
export function createArchive(input: CreateArchiveCommandInput, context: Events): Output<CreateArchiveCommandOutput> {
  const members = ['ArchiveName', 'EventSourceArn', 'Description', 'EventPattern', 'RetentionDays'];
  refuseAllBut(members, input, { operation: 'CreateArchive', page: 'eventbridge' });
  const { kernel, state } = context;
  const { ArchiveName: name = '', EventPattern: pattern, RetentionDays: retentionDays = 0 } = input;
  const bus = findBus(context, input.EventSourceArn);
  if (state.archives.archives.has(name)) throw archiveExists(name);
  if (pattern) checkPattern(pattern);
  const archive: Archive = {
    name,
    arn: archiveArn(context, name),
    uuid: kernel.uuid(),
    busName: bus.name,
    busArn: bus.arn,
    description: input.Description,
    pattern: pattern || undefined,
    retentionDays,
    createdMs: kernel.nowMs(),
  };
  state.archives.archives.put(name, archive);
  putArchiveRule(state, archive);
  return { ArchiveArn: archive.arn, State: 'ENABLED', CreationTime: new Date(archive.createdMs) };
}

export function describeArchive(input: DescribeArchiveCommandInput, context: Events): Output<DescribeArchiveCommandOutput> {
  const archive = findArchive(context, input.ArchiveName);
  return { ArchiveArn: archive.arn, ...wireArchive(archive, context), Description: archive.description, EventPattern: archive.pattern };
}

export function listArchives(input: ListArchivesCommandInput, context: Events): Output<ListArchivesCommandOutput> {
  const { NamePrefix: prefix, EventSourceArn: busArn, State: state, Limit: limit, NextToken: token } = input;
  if ([prefix, busArn, state].filter((filter) => filter !== undefined).length > 1) throw oneFilterOnly('ListArchives');
  if (busArn !== undefined) findBus(context, busNameOf(busArn));
  const archives = [...context.state.archives.archives.values()]
    .filter((archive) => archive.name.startsWith(prefix ?? '') && (busArn ?? archive.busArn) === archive.busArn && (state ?? 'ENABLED') === 'ENABLED')
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  const { items, nextToken } = page(archives, ({ name }) => name, { limit, token });
  return { Archives: items.map((archive) => wireArchive(archive, context)), NextToken: nextToken };
}

/** Changes what is given; the rest stays. A shorter retention drops what is too old for it. */
export function updateArchive(input: UpdateArchiveCommandInput, context: Events): Output<UpdateArchiveCommandOutput> {
  refuseAllBut(['ArchiveName', 'Description', 'EventPattern', 'RetentionDays'], input, { operation: 'UpdateArchive', page: 'eventbridge' });
  const archive = findArchive(context, input.ArchiveName);
  const {
    Description: description = archive.description,
    EventPattern: pattern = archive.pattern,
    RetentionDays: retentionDays = archive.retentionDays,
  } = input;
  if (pattern) checkPattern(pattern);
  const updated = { ...archive, description, pattern: pattern || undefined, retentionDays };
  context.state.archives.archives.put(archive.name, updated);
  putArchiveRule(context.state, updated);
  return { ArchiveArn: archive.arn, State: 'ENABLED', CreationTime: new Date(archive.createdMs) };
}

export function deleteArchive(input: DeleteArchiveCommandInput, context: Events): Record<string, never> {
  const archive = findArchive(context, input.ArchiveName);
  deleteArchiveRule(context.state, archive);
  deleteArchiveWithEvents(context.state.archives, archive.name);
  return {};
}
