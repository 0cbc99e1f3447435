import type {
  CancelReplayCommandInput,
  CancelReplayCommandOutput,
  DescribeReplayCommandInput,
  DescribeReplayCommandOutput,
  ListReplaysCommandInput,
  ListReplaysCommandOutput,
  StartReplayCommandInput,
  StartReplayCommandOutput,
  Replay as WireReplay,
} from '@aws-sdk/client-eventbridge';
import { parseArn } from '../../../kernel/arn.ts';
import { refuseAllBut } from '../../../kernel/errors.ts';
import type { Archive } from '../archive/archive-store.ts';
import { isActive, putReplay, type Replay } from '../archive/replay-store.ts';
import { beginReplay } from '../archive/replaying.ts';
import {
  archiveArnRequired,
  busArnRequired,
  crossBusReplay,
  endBeforeStart,
  limitExceeded,
  noArchiveToReplay,
  oneFilterOnly,
  replayDoesNotExist,
  replayExists,
  replayNotActive,
  ruleDoesNotExist,
} from '../errors.ts';
import { type Events, findBus, findTagged, type Output, page } from '../naming.ts';
import type { EventBus } from '../state.ts';

/** @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html */
const ACTIVE_REPLAYS_MAX = 10;

const dateOf = (ms: number | undefined): Date | undefined => (ms === undefined ? undefined : new Date(ms));

function findReplay({ state }: Pick<Events, 'state'>, name = ''): Replay {
  const replay = state.replays.records.get(name);
  if (!replay) throw replayDoesNotExist(name);
  return replay;
}

function wireReplay(replay: Replay): WireReplay {
  return {
    ReplayName: replay.name,
    EventSourceArn: replay.archiveArn,
    State: replay.state,
    StateReason: replay.stateReason,
    EventStartTime: new Date(replay.startMs),
    EventEndTime: new Date(replay.endMs),
    EventLastReplayedTime: dateOf(replay.lastReplayedMs),
    ReplayStartTime: new Date(replay.startedMs),
    ReplayEndTime: dateOf(replay.endedMs),
  };
}

/** The archive and the bus that a replay names. */
function checkEnds(
  { EventSourceArn: sourceArn = '', Destination: destination, EventStartTime: start, EventEndTime: end }: StartReplayCommandInput,
  context: Events,
) {
  const busArn = destination?.Arn ?? '';
  if (!parseArn(busArn)?.resource.startsWith('event-bus/')) throw busArnRequired();
  const bus: EventBus = findBus(context, busArn);
  const [kind, archiveName = ''] = (parseArn(sourceArn)?.resource ?? '').split('/');
  if (kind !== 'archive') throw archiveArnRequired();
  const archive: Archive | undefined = context.state.archives.archives.get(archiveName);
  if (!archive) throw noArchiveToReplay(archiveName);
  if ((start?.getTime() ?? 0) >= (end?.getTime() ?? 0)) throw endBeforeStart();
  if (archive.busName !== bus.name) throw crossBusReplay();
  for (const arn of destination?.FilterArns ?? []) {
    const found = findTagged(context, arn);
    if (!('rule' in found) || found.rule.busName !== bus.name) throw ruleDoesNotExist(arn, bus.name);
  }
  return { archive, bus };
}

/** Starts to bring archived events to their bus again. */
export function startReplay(input: StartReplayCommandInput, context: Events): Output<StartReplayCommandOutput> {
  const members = ['ReplayName', 'Description', 'EventSourceArn', 'EventStartTime', 'EventEndTime', 'Destination'];
  refuseAllBut(members, input, { operation: 'StartReplay', page: 'eventbridge' });
  const { kernel, state } = context;
  const { ReplayName: name = '' } = input;
  const { archive, bus } = checkEnds(input, context);
  if (state.replays.records.has(name)) throw replayExists(name);
  if ([...state.replays.records.values()].filter(isActive).length >= ACTIVE_REPLAYS_MAX) throw limitExceeded();
  const replay: Replay = {
    name,
    arn: kernel.arn('events', `replay/${name}`),
    description: input.Description,
    archiveName: archive.name,
    archiveArn: archive.arn,
    busName: bus.name,
    busArn: bus.arn,
    filterArns: input.Destination?.FilterArns?.length ? input.Destination.FilterArns : undefined,
    startMs: input.EventStartTime?.getTime() ?? 0,
    endMs: input.EventEndTime?.getTime() ?? 0,
    state: 'STARTING',
    stateReason: undefined,
    startedMs: kernel.nowMs(),
    endedMs: undefined,
    lastReplayedMs: undefined,
    minute: 0,
  };
  putReplay(state.replays, replay);
  beginReplay(state, replay);
  return { ReplayArn: replay.arn, State: replay.state, ReplayStartTime: new Date(replay.startedMs) };
}

export function describeReplay(input: DescribeReplayCommandInput, context: Events): Output<DescribeReplayCommandOutput> {
  const replay = findReplay(context, input.ReplayName);
  const destination = { Arn: replay.busArn, ...(replay.filterArns ? { FilterArns: [...replay.filterArns] } : {}) };
  return { ...wireReplay(replay), ReplayArn: replay.arn, Description: replay.description, Destination: destination };
}

export function listReplays(input: ListReplaysCommandInput, { state }: Events): Output<ListReplaysCommandOutput> {
  const { NamePrefix: prefix, EventSourceArn: archiveArn, State: replayState, Limit: limit, NextToken: token } = input;
  if ([prefix, archiveArn, replayState].filter((filter) => filter !== undefined).length > 1) throw oneFilterOnly('ListReplays');
  const replays = [...state.replays.records.values()]
    .filter((replay) => replay.name.startsWith(prefix ?? ''))
    .filter((replay) => (archiveArn ?? replay.archiveArn) === replay.archiveArn && (replayState ?? replay.state) === replay.state)
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  const { items, nextToken } = page(replays, ({ name }) => name, { limit, token });
  return { Replays: items.map(wireReplay), NextToken: nextToken };
}

/** Stops a replay before its next step; what has reached the bus stays there. */
export function cancelReplay(input: CancelReplayCommandInput, context: Events): Output<CancelReplayCommandOutput> {
  const replay = findReplay(context, input.ReplayName);
  if (replay.state !== 'STARTING' && replay.state !== 'RUNNING') throw replayNotActive(replay.name);
  putReplay(context.state.replays, { ...replay, state: 'CANCELLING' });
  return { ReplayArn: replay.arn, State: 'CANCELLING' };
}
