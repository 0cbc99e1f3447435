import { COMMIT_RETENTION_SECONDS } from '../../commit-record.ts';
import type { ConsumerOptions } from '../declaration.ts';

/** What a replay is for: read models again, effects again, or a comparison without any effect. */
export type ReplayMode = 'rebuild' | 'reprocess' | 'shadow';

/** A replay that brought an event. `mode` is undefined where somebody else than we started it: then each consumer does as it declares. */
export interface Replay {
  /** Names it, and is its epoch in idempotency keys. */
  readonly id: string;
  readonly mode: ReplayMode | undefined;
}

/** A rewind of a consumer group, as its operator wrote it down beside the group's parked keys. */
export interface Rewind extends Replay {
  readonly mode: ReplayMode;
  /** When the group was stopped for it. */
  readonly atMs: number;
}

/** Epoch of what is delivered for the first time. */
export const FIRST_EPOCH = '0';

/**
 * What a consumer does with an event. `handle`: once in this epoch. `skip`: nothing. `shadow`: handle it without any effect, and compare with what was done in `epoch`; what was not done then is
 * left (`orElse: 'leave'`) or, where it could be the first delivery, handled now.
 */
export type Treatment =
  | { readonly kind: 'handle'; readonly epoch: string }
  | { readonly kind: 'skip'; readonly replay: Replay }
  | { readonly kind: 'shadow'; readonly epoch: string; readonly replay: Replay; readonly orElse: 'leave' | 'handle' };

type OnReplay = ConsumerOptions<never>['onReplay'];

const LIVE: Treatment = { kind: 'handle', epoch: FIRST_EPOCH };

/** Reads the name of an archive replay: `<id>--<mode>`. */
export function readReplayName(name: string): Replay {
  const [, id, mode] = /^(.+)--(rebuild|reprocess|shadow)$/.exec(name) ?? [];
  return id === undefined ? { id: name, mode: undefined } : { id, mode: mode as ReplayMode };
}

/** Whether a consumer that declares `onReplay` handles events again in a replay of that mode. */
const takesPart = (onReplay: OnReplay, mode: ReplayMode | undefined): boolean =>
  onReplay !== 'skip' && mode !== 'shadow' && (mode !== 'rebuild' || onReplay === 'rebuild');

/**
 * What is to be done with an event that a replay brought.
 *
 * | the consumer declares | `reprocess` | `rebuild` | `shadow` |
 * |---|---|---|---|
 * | `skip` | nothing | nothing | compare |
 * | `reprocess` | once more | nothing | compare |
 * | `rebuild` | once more | once more | compare |
 */
export function treatmentOfReplay(onReplay: OnReplay, replay: Replay): Treatment {
  if (replay.mode === 'shadow') return { kind: 'shadow', epoch: FIRST_EPOCH, replay, orElse: 'leave' };
  if (!takesPart(onReplay, replay.mode)) return { kind: 'skip', replay };
  return { kind: 'handle', epoch: replay.id };
}

/**
 * What is to be done with a record of a stream, or with one that comes back to a consumer group. The newest rewind in which the group takes part is its epoch, for good: so what was not handled before the
 * rewind and what comes after it are handled once, like all the rest. Where it takes no part its epoch stays: what was done is a duplicate, and what was not is handled.
 */
export function treatmentInGroup(
  onReplay: OnReplay,
  { rewinds, arrivedMs, nowMs }: { readonly rewinds: readonly Rewind[]; readonly arrivedMs: number | undefined; readonly nowMs: number },
): Treatment {
  const newest = rewinds.at(-1);
  if (!newest) return LIVE;
  const own = rewinds.findLast(({ mode }) => takesPart(onReplay, mode));
  const epoch = own?.id ?? FIRST_EPOCH;
  const isOfWindow = arrivedMs !== undefined && arrivedMs < newest.atMs;
  if (isOfWindow && newest.mode === 'shadow') return { kind: 'shadow', epoch, replay: newest, orElse: 'handle' };
  // So old that a commit would be forgotten by now: what is not remembered cannot be told from what was never done.
  if (isOfWindow && newest !== own && arrivedMs < nowMs - COMMIT_RETENTION_SECONDS * 1000) return { kind: 'skip', replay: newest };
  return { kind: 'handle', epoch };
}
