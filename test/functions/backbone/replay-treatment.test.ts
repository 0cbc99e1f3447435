import { describe, expect, it } from 'vitest';
import { type ReplayMode, readReplayName, treatmentInGroup, treatmentOfReplay } from '../../../functions/backbone/delivery/replays/replay.ts';

type OnReplay = 'skip' | 'reprocess' | 'rebuild';

describe('an event of an archive replay', () => {
  it.each<{ onReplay: OnReplay; mode: ReplayMode | undefined; kind: string; epoch?: string }>([
    { onReplay: 'skip', mode: 'reprocess', kind: 'skip' },
    { onReplay: 'skip', mode: 'rebuild', kind: 'skip' },
    { onReplay: 'skip', mode: undefined, kind: 'skip' },
    { onReplay: 'skip', mode: 'shadow', kind: 'shadow', epoch: '0' },
    { onReplay: 'reprocess', mode: 'reprocess', kind: 'handle', epoch: 'r_1' },
    { onReplay: 'reprocess', mode: 'rebuild', kind: 'skip' },
    { onReplay: 'reprocess', mode: undefined, kind: 'handle', epoch: 'r_1' },
    { onReplay: 'reprocess', mode: 'shadow', kind: 'shadow', epoch: '0' },
    { onReplay: 'rebuild', mode: 'reprocess', kind: 'handle', epoch: 'r_1' },
    { onReplay: 'rebuild', mode: 'rebuild', kind: 'handle', epoch: 'r_1' },
    { onReplay: 'rebuild', mode: 'shadow', kind: 'shadow', epoch: '0' },
  ])('is met with $kind where the consumer declares $onReplay and the mode is $mode', ({ onReplay, mode, kind, epoch }) => {
    const name = mode === undefined ? 'r_1' : `r_1--${mode}`;
    expect(readReplayName(name)).toEqual({ id: 'r_1', mode });
    expect(treatmentOfReplay(onReplay, readReplayName(name))).toMatchObject({ kind, ...(epoch !== undefined && { epoch }) });
  });
});

describe('a record of a rewound group', () => {
  const DAY_MS = 86_400_000;
  const nowMs = 100 * DAY_MS;
  const rewinds = (...modes: ReplayMode[]) => modes.map((mode, index) => ({ id: `w_${index + 1}`, mode, atMs: nowMs - (modes.length - index) * 1_000 }));
  const old = nowMs - DAY_MS;

  it.each<{ title: string; onReplay: OnReplay; modes: ReplayMode[]; arrivedMs: number | undefined; expected: object }>([
    { title: 'is live without a rewind', onReplay: 'reprocess', modes: [], arrivedMs: old, expected: { kind: 'handle', epoch: '0' } },
    { title: 'is of the newest epoch', onReplay: 'reprocess', modes: ['reprocess', 'reprocess'], arrivedMs: old, expected: { kind: 'handle', epoch: 'w_2' } },
    {
      title: 'is of that epoch after the rewind, too',
      onReplay: 'reprocess',
      modes: ['reprocess'],
      arrivedMs: nowMs,
      expected: { kind: 'handle', epoch: 'w_1' },
    },
    {
      title: 'is of that epoch where it was redriven',
      onReplay: 'reprocess',
      modes: ['reprocess'],
      arrivedMs: undefined,
      expected: { kind: 'handle', epoch: 'w_1' },
    },
    {
      title: 'keeps its epoch in a rewind that is not for it',
      onReplay: 'reprocess',
      modes: ['reprocess', 'rebuild'],
      arrivedMs: old,
      expected: { kind: 'handle', epoch: 'w_1' },
    },
    { title: 'keeps the first epoch of a group that skips', onReplay: 'skip', modes: ['reprocess'], arrivedMs: old, expected: { kind: 'handle', epoch: '0' } },
    {
      title: 'is left where no commit could be remembered',
      onReplay: 'skip',
      modes: ['reprocess'],
      arrivedMs: nowMs - 31 * DAY_MS,
      expected: { kind: 'skip' },
    },
    {
      title: 'is compared with its own epoch in a shadow',
      onReplay: 'reprocess',
      modes: ['reprocess', 'shadow'],
      arrivedMs: old,
      expected: { kind: 'shadow', epoch: 'w_1', orElse: 'handle' },
    },
    { title: 'is live after a shadow', onReplay: 'skip', modes: ['shadow'], arrivedMs: nowMs, expected: { kind: 'handle', epoch: '0' } },
  ])('$title', ({ onReplay, modes, arrivedMs, expected }) => {
    expect(treatmentInGroup(onReplay, { rewinds: rewinds(...modes), arrivedMs, nowMs })).toMatchObject(expected);
  });
});
