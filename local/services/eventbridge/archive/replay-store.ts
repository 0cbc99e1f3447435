import type { ReplayState } from '@aws-sdk/client-eventbridge';
import type { Chance } from '../../../kernel/chance.ts';
import type { Collection } from '../../../kernel/collection.ts';
import type { Kernel } from '../../../kernel/kernel.ts';

/**
 *     STARTING ─▶ RUNNING ─▶ COMPLETED
 *        └─────────┴─▶ CANCELLING ─▶ CANCELLED
 *     any of the first three ─▶ FAILED, where archive or bus is gone
 */
export interface Replay {
  readonly name: string;
  readonly arn: string;
  readonly description: string | undefined;
  readonly archiveName: string;
  readonly archiveArn: string;
  readonly busName: string;
  readonly busArn: string;
  /** The only rules that see the events, where they are named. */
  readonly filterArns: readonly string[] | undefined;
  /** Events with a time from here to `endMs`, both included. */
  readonly startMs: number;
  readonly endMs: number;
  readonly state: ReplayState;
  readonly stateReason: string | undefined;
  readonly startedMs: number;
  readonly endedMs: number | undefined;
  /** Time of the latest event replayed. */
  readonly lastReplayedMs: number | undefined;
  /** The minute of event time that is replayed now. A restart begins it anew: a few of its events can come twice. */
  readonly minute: number;
}

/** What an active replay has still to do. */
export interface ReplayRun {
  readonly chance: Chance;
  /** Minutes left, the next one last. */
  readonly minutes: number[];
  /** Keys left of the present minute, the next one last. */
  slice: string[];
}

export interface ReplayStore {
  readonly records: Collection<Replay>;
  readonly runs: Map<string, ReplayRun>;
}

export function openReplays(kernel: Kernel): ReplayStore {
  return { records: kernel.collection('events.replays'), runs: new Map() };
}

const ACTIVE: ReadonlySet<ReplayState> = new Set<ReplayState>(['STARTING', 'RUNNING', 'CANCELLING']);

export function isActive({ state }: Replay): boolean {
  return ACTIVE.has(state);
}

/** Replays that are over and still listed. Differs from AWS: the oldest beyond these are forgotten. */
const ENDED_MAX = 1000;

/** Stores a replay's new state. */
export function putReplay({ records }: ReplayStore, replay: Replay): void {
  records.put(replay.name, replay);
}

/** Ends a replay. */
export function endReplay({ records, runs }: ReplayStore, replay: Replay): void {
  runs.delete(replay.name);
  records.put(replay.name, replay);
  if (records.size <= ENDED_MAX) return;
  for (const old of records.values()) {
    if (isActive(old)) continue;
    records.delete(old.name);
    return;
  }
}
