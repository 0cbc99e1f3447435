import { deleteRule, type EventsState, putRule, type Rule, ruleArn, ruleKey } from '../state.ts';
import type { Archive } from './archive-store.ts';

const PREFIX = 'Events-Archive-';

/** Who owns the rules of archives. */
const MANAGED_BY = 'prod.vhs.events.aws.internal';

/** The archive that a managed rule feeds. */
export function archiveNameOf({ name }: Rule): string {
  return name.slice(PREFIX.length);
}

/**
 * Makes or changes the rule that feeds an archive: the archive's pattern, and no event of a replay.
 * @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-archive.html
 */
export function putArchiveRule(state: EventsState, archive: Archive): void {
  const { kernel } = state;
  const { name: archiveName, busName, pattern } = archive;
  const name = PREFIX + archiveName;
  putRule(state, {
    name,
    busName,
    arn: ruleArn(kernel, busName, name),
    pattern: JSON.stringify({ ...(pattern === undefined ? {} : JSON.parse(pattern)), 'replay-name': [{ exists: false }] }),
    schedule: undefined,
    state: 'ENABLED',
    description: undefined,
    roleArn: undefined,
    tags: {},
    enabledMs: kernel.nowMs(),
    managedBy: MANAGED_BY,
    targets: [
      {
        Id: name,
        Arn: `arn:${kernel.partition}:events:${kernel.region}:::`,
        InputTransformer: {
          InputPathsMap: {},
          InputTemplate: `{"archive-arn":"${archive.arn}:${archive.uuid}","event":<aws.events.event.json>,"ingestion-time":<aws.events.event.ingestion-time>}`,
        },
      },
    ],
  });
}

/** Deletes the rule of an archive, where somebody has not done so already. */
export function deleteArchiveRule(state: EventsState, { name, busName }: Archive): void {
  const rule = state.rules.get(ruleKey(busName, PREFIX + name));
  if (rule) deleteRule(state, rule);
}
