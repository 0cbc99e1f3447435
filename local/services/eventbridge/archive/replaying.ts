import type { Chance } from '../../../kernel/chance.ts';
import { replayedEvent } from '../event.ts';
import { route } from '../routing.ts';
import type { EventsState } from '../state.ts';
import { type ArchivedEvent, hasArrived, keysOfMinute, MINUTE_MS, minutesOf } from './archive-store.ts';
import { endReplay, isActive, putReplay, type Replay, type ReplayRun } from './replay-store.ts';

/** Events of one step, and the time between steps: 10,000 events a second, the rate of `PutEvents`. @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html */
const STEP_EVENTS_MAX = 1000;
const STEP_MS = 100;

/** Has a replay go on as soon as the present transition has ended. */
export function beginReplay(state: EventsState, { name }: Replay): void {
  state.kernel.soon(`replay ${name}`, () => step(state, name));
}

/** Takes up the replays that were active when the plane went down. */
export function resumeReplays(state: EventsState): void {
  for (const replay of state.replays.records.values()) if (isActive(replay)) beginReplay(state, replay);
}

function step(state: EventsState, name: string): void {
  const { kernel, replays } = state;
  const replay = replays.records.get(name);
  if (!replay || !isActive(replay)) return;
  if (replay.state === 'CANCELLING') {
    end(state, replay, { state: 'CANCELLED' });
    return;
  }
  const archive = state.archives.archives.get(replay.archiveName);
  if (!archive || !state.buses.has(replay.busName)) {
    end(state, replay, { state: 'FAILED', stateReason: archive ? 'The event bus does not exist any more.' : 'The archive does not exist any more.' });
    return;
  }
  let run = replays.runs.get(name);
  if (!run) {
    run = openRun(state, replay, minutesOf(state.archives, archive));
    replays.runs.set(name, run);
  }
  const after = replaySome(state, replay, run);
  if (after === undefined) {
    end(state, replay, { state: 'COMPLETED' });
    return;
  }
  putReplay(replays, after);
  kernel.at(kernel.nowMs() + STEP_MS, `replay ${name}`, () => step(state, name));
}

function openRun({ kernel }: EventsState, { arn, startedMs, startMs, endMs, minute: from }: Replay, minutes: readonly number[]): ReplayRun {
  const isWithin = (minute: number): boolean => minute >= from && minute * MINUTE_MS <= endMs && (minute + 1) * MINUTE_MS > startMs;
  return { chance: kernel.chance.fork(`${arn}/${startedMs}`), minutes: minutes.filter(isWithin).reverse(), slice: [] };
}

/** Replays the next events, minute by minute; `undefined` where none is left. */
function replaySome(state: EventsState, replay: Replay, run: ReplayRun): Replay | undefined {
  const filter = replay.filterArns && new Set(replay.filterArns);
  let { minute, lastReplayedMs } = replay;
  let count = 0;
  while (count < STEP_EVENTS_MAX) {
    const key = run.slice.pop();
    if (key === undefined) {
      const next = run.minutes.pop();
      if (next === undefined) break;
      minute = next;
      run.slice = shuffled(keysOfMinute(state.archives, replay.archiveName, next), run.chance);
      continue;
    }
    const archived = state.archives.events.get(key);
    if (!archived || !hasArrived(state.archives, archived)) continue;
    if (archived[2] < replay.startMs || archived[2] > replay.endMs) continue;
    replayEvent(state, replay, { archived, filter });
    lastReplayedMs = Math.max(lastReplayedMs ?? 0, archived[2]);
    count += 1;
  }
  return count === 0 ? undefined : { ...replay, state: 'RUNNING', minute: run.slice.length > 0 ? minute : minute + 1, lastReplayedMs };
}

/** Events that are shuffled among themselves: they lie side by side in the archive, where the first to be read makes the others cheap. */
const BLOCK_EVENTS = 256;

/** Within a minute there is no order. Blocks of events are shuffled, and the events within each. */
function shuffled(keys: readonly string[], chance: Chance): string[] {
  const blocks: string[][] = [];
  for (let start = 0; start < keys.length; start += BLOCK_EVENTS) blocks.push(keys.slice(start, start + BLOCK_EVENTS));
  return draw(blocks, chance).flatMap((block) => draw(block, chance));
}

function draw<Member>(drawn: Member[], chance: Chance): Member[] {
  for (let last = drawn.length - 1; last > 0; last -= 1) {
    const other = chance.below(last + 1);
    [drawn[last], drawn[other]] = [drawn[other] as Member, drawn[last] as Member];
  }
  return drawn;
}

function replayEvent(
  state: EventsState,
  { name, busName, busArn, arn }: Replay,
  { archived: [text], filter }: { readonly archived: ArchivedEvent; readonly filter: ReadonlySet<string> | undefined },
): void {
  const event = replayedEvent(state.kernel, text, name);
  const { id, source, detailType, detail, resources } = event;
  const facts = { id, source, detailType, detail, resources, replayName: name, replayArn: arn };
  const cause = state.kernel.journal.append({ service: 'eventbridge', kind: 'event-replayed', arn: busArn, detail: facts });
  route(state, { event, busName, cause, ruleArns: filter });
}

function end(state: EventsState, replay: Replay, ended: Pick<Replay, 'state'> & { readonly stateReason?: string }): void {
  const { kernel, replays } = state;
  endReplay(replays, { ...replay, ...ended, endedMs: kernel.nowMs() });
  kernel.journal.append({ service: 'eventbridge', kind: 'replay-ended', arn: replay.arn, detail: { replayName: replay.name, ...ended } });
}
