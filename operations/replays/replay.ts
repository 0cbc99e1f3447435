import { CancelReplayCommand, DescribeReplayCommand, type EventBridgeClient, ListReplaysCommand, StartReplayCommand } from '@aws-sdk/client-eventbridge';
import type { ReplayMode, ReplayPlan } from './plan.ts';

/** A replay that runs or has run, as EventBridge knows it. */
export interface ReplayStatus {
  readonly name: string;
  /** Its id without its mode: the epoch in the idempotency keys of what is done in it. */
  readonly epoch: string;
  /** Undefined where it was not started from here: then each consumer does as it declares. */
  readonly mode: ReplayMode | undefined;
  /** `STARTING`, `RUNNING`, `CANCELLING`, `COMPLETED`, `CANCELLED` or `FAILED`. */
  readonly state: string;
  readonly because: string | undefined;
  readonly archive: string;
  readonly from: string | undefined;
  readonly to: string | undefined;
  readonly startedAt: string | undefined;
  readonly endedAt: string | undefined;
  /** How far it is, in the time of the events. */
  readonly lastReplayedAt: string | undefined;
  /** ARNs of the rules that get events; all where absent. Only where one replay was asked for. */
  readonly ruleArns: readonly string[] | undefined;
}

/** No replay has that name. */
export class NoSuchReplayError extends Error {
  constructor(name: string) {
    super(`There is no replay "${name}"`);
    this.name = 'NoSuchReplayError';
  }
}

/** The replay has ended: there is nothing to cancel. */
export class ReplayEndedError extends Error {
  constructor({ name, state, endedAt }: ReplayStatus, options: { cause: unknown }) {
    super(`The replay "${name}" has ended${endedAt === undefined ? '' : ` at ${endedAt}`} (${state}): there is nothing to cancel`, options);
    this.name = 'ReplayEndedError';
  }
}

const iso = (date: Date | undefined): string | undefined => (date === undefined ? undefined : new Date(date).toISOString());
const lastOf = (arn: string | undefined): string => (arn ?? '').slice((arn ?? '').lastIndexOf('/') + 1);

/** Reads what a replay's name says. @see `functions/backbone/delivery/replays/replay.ts` */
function readName(name: string): Pick<ReplayStatus, 'name' | 'epoch' | 'mode'> {
  const [, epoch, mode] = /^(.+)--(rebuild|reprocess|shadow)$/.exec(name) ?? [];
  return epoch === undefined ? { name, epoch: name, mode: undefined } : { name, epoch, mode: mode as ReplayMode };
}

/** The epoch of a replay or a rewind, by its name. */
export const epochOf = (name: string): string => readName(name).epoch;

/** Starts a planned replay. Its name is the plan's id, the moment, so that a plan can be run again, and the mode, which handlers read from it. */
export async function startReplay(eventbridge: EventBridgeClient, plan: ReplayPlan, nowMs: number): Promise<ReplayStatus> {
  const name = `${plan.id}-${Math.floor(nowMs / 1000)}--${plan.mode}`;
  await eventbridge.send(
    new StartReplayCommand({
      ReplayName: name,
      EventSourceArn: plan.archiveArn,
      EventStartTime: new Date(plan.from),
      EventEndTime: new Date(plan.to),
      Destination: { Arn: plan.busArn, ...(plan.ruleArns && { FilterArns: [...plan.ruleArns] }) },
    }),
  );
  return describeReplay(eventbridge, name);
}

/** A replay as it stands. @throws {NoSuchReplayError} */
export async function describeReplay(eventbridge: EventBridgeClient, name: string): Promise<ReplayStatus> {
  const replay = await found(name, eventbridge.send(new DescribeReplayCommand({ ReplayName: name })));
  return {
    ...readName(name),
    state: replay.State ?? 'unknown',
    because: replay.StateReason,
    archive: lastOf(replay.EventSourceArn),
    from: iso(replay.EventStartTime),
    to: iso(replay.EventEndTime),
    startedAt: iso(replay.ReplayStartTime),
    endedAt: iso(replay.ReplayEndTime),
    lastReplayedAt: iso(replay.EventLastReplayedTime),
    ruleArns: replay.Destination?.FilterArns,
  };
}

const PAGES_MAX = 20;

/** The replays that EventBridge remembers, the newest first. */
export async function listReplays(eventbridge: EventBridgeClient): Promise<ReplayStatus[]> {
  const replays: ReplayStatus[] = [];
  let NextToken: string | undefined;
  for (let page = 0; page < PAGES_MAX; page += 1) {
    const answer = await eventbridge.send(new ListReplaysCommand({ ...(NextToken && { NextToken }) }));
    for (const replay of answer.Replays ?? []) {
      replays.push({
        ...readName(replay.ReplayName ?? ''),
        state: replay.State ?? 'unknown',
        because: replay.StateReason,
        archive: lastOf(replay.EventSourceArn),
        from: iso(replay.EventStartTime),
        to: iso(replay.EventEndTime),
        startedAt: iso(replay.ReplayStartTime),
        endedAt: iso(replay.ReplayEndTime),
        lastReplayedAt: iso(replay.EventLastReplayedTime),
        ruleArns: undefined,
      });
    }
    NextToken = answer.NextToken;
    if (!NextToken) break;
  }
  return replays.sort((a, b) => (b.startedAt ?? '').localeCompare(a.startedAt ?? ''));
}

const ENDED = new Set(['COMPLETED', 'CANCELLED', 'FAILED']);

/** Stops a replay; what has reached the bus stays there. @throws {NoSuchReplayError} @throws {ReplayEndedError} */
export async function cancelReplay(eventbridge: EventBridgeClient, name: string): Promise<ReplayStatus> {
  try {
    await found(name, eventbridge.send(new CancelReplayCommand({ ReplayName: name })));
  } catch (error) {
    if ((error as Error).name !== 'IllegalStatusException') throw error;
    const replay = await describeReplay(eventbridge, name);
    // One that is being cancelled already is on its way to what was asked for.
    if (ENDED.has(replay.state)) throw new ReplayEndedError(replay, { cause: error });
    if (replay.state !== 'CANCELLING') throw error;
    return replay;
  }
  return describeReplay(eventbridge, name);
}

async function found<Answer>(name: string, answer: Promise<Answer>): Promise<Answer> {
  try {
    return await answer;
  } catch (error) {
    if ((error as Error).name === 'ResourceNotFoundException') throw new NoSuchReplayError(name);
    throw error;
  }
}
