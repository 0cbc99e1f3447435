import { type ArchiveState, DescribeArchiveCommand, type EventBridgeClient, ListArchivesCommand } from '@aws-sdk/client-eventbridge';
import type { System } from '../system.ts';

/** An archive of the system's bus. */
export interface ArchiveStatus {
  readonly name: string;
  readonly arn: string;
  readonly state: ArchiveState | string;
  /** 0 is for ever. */
  readonly retentionDays: number;
  /** As EventBridge counts: up to a day late on AWS. */
  readonly events: number;
  readonly sizeBytes: number;
  readonly createdAt: string;
  /** What it takes; undefined: every event of the bus. */
  readonly pattern: string | undefined;
}

/** The bus has no archive of that name, or none at all. */
export class NoSuchArchiveError extends Error {
  constructor(busName: string, name: string | undefined, known: readonly string[]) {
    super(
      known.length === 0
        ? `The bus ${busName} has no archive: nothing can be replayed`
        : `${name === undefined ? 'The bus has several archives: say which' : `There is no archive "${name}" of the bus ${busName}`}. There are: ${known.join(', ')}`,
    );
    this.name = 'NoSuchArchiveError';
  }
}

const PAGES_MAX = 20;

/** The archives of the system's bus, by name. */
export async function listArchives(eventbridge: EventBridgeClient, { busArn }: System): Promise<ArchiveStatus[]> {
  const names: string[] = [];
  let NextToken: string | undefined;
  for (let page = 0; page < PAGES_MAX; page += 1) {
    const answer = await eventbridge.send(new ListArchivesCommand({ EventSourceArn: busArn, ...(NextToken && { NextToken }) }));
    names.push(...(answer.Archives ?? []).map(({ ArchiveName }) => ArchiveName ?? ''));
    NextToken = answer.NextToken;
    if (!NextToken) break;
  }
  return Promise.all(names.sort().map((name) => describe(eventbridge, name)));
}

async function describe(eventbridge: EventBridgeClient, name: string): Promise<ArchiveStatus> {
  const { ArchiveArn, State, RetentionDays, EventCount, SizeBytes, CreationTime, EventPattern } = await eventbridge.send(
    new DescribeArchiveCommand({ ArchiveName: name }),
  );
  return {
    name,
    arn: ArchiveArn ?? '',
    state: State ?? 'unknown',
    retentionDays: RetentionDays ?? 0,
    events: EventCount ?? 0,
    sizeBytes: SizeBytes ?? 0,
    createdAt: new Date(CreationTime ?? 0).toISOString(),
    pattern: EventPattern,
  };
}

/** The archive of that name; without one, the bus's only archive. @throws {NoSuchArchiveError} */
export async function findArchive(eventbridge: EventBridgeClient, system: System, name: string | undefined): Promise<ArchiveStatus> {
  const archives = await listArchives(eventbridge, system);
  const found = name === undefined && archives.length === 1 ? archives[0] : archives.find((archive) => archive.name === name);
  if (!found) {
    throw new NoSuchArchiveError(
      system.busName,
      name,
      archives.map((archive) => archive.name),
    );
  }
  return found;
}
