import { describe, expect, it } from 'vitest';
import { type RecordedInstance, recordingOf, strandedBy } from '../../simulator/sagas/stranded.ts';

const step = (name: string, more: object = {}) => ({ name, participant: name.toLowerCase(), hasUndo: true, isForwardOnly: false, ...more });
const SHIP = step('Ship', { hasUndo: false, isForwardOnly: true });
const BEFORE = [step('Reserve'), step('Charge'), SHIP];

/** Reserved, and asked to charge. */
const CHARGING: RecordedInstance = {
  sagaId: 's1',
  state: 'RUNNING',
  step: 'Charge',
  registered: { Reserve: '2026-01-05T08:00:00Z', Charge: '2026-01-05T08:00:01Z' },
  results: { Reserve: {} },
};
const SHIPPING: RecordedInstance = { ...CHARGING, step: 'Ship', results: { Reserve: {}, Charge: {} } };

const CASES: readonly { readonly name: string; readonly steps: typeof BEFORE; readonly instance: RecordedInstance; readonly cause?: RegExp }[] = [
  { name: 'the same definition', steps: BEFORE, instance: CHARGING },
  { name: 'a step more behind where it stands', steps: [...BEFORE, step('Thank', { hasUndo: false, isForwardOnly: true })], instance: CHARGING },
  { name: 'a step less that nobody came to', steps: [step('Reserve'), step('Charge')], instance: CHARGING },
  {
    name: 'a step less that was done',
    steps: [step('Charge'), SHIP],
    instance: SHIPPING,
    cause: /^Reserve was asked for, and the new definition has no such step/,
  },
  {
    name: 'a step more before where it stands',
    steps: [step('Reserve'), step('Check'), step('Charge'), SHIP],
    instance: CHARGING,
    cause: /^Charge was asked for before Check/,
  },
  {
    name: 'two steps the other way round, one done',
    steps: [step('Charge'), step('Reserve'), SHIP],
    instance: CHARGING,
    cause: /^Reserve was asked for before Charge/,
  },
  {
    name: 'two steps the other way round, both done',
    steps: [step('Charge'), step('Reserve'), SHIP],
    instance: SHIPPING,
    cause: /^Reserve was done before Charge/,
  },
  {
    name: 'an undo less',
    steps: [step('Reserve', { hasUndo: false }), step('Charge'), SHIP],
    instance: CHARGING,
    cause: /^Reserve was asked for, and the new definition has no undo/,
  },
  {
    name: 'an undo less that it needs now',
    steps: [step('Reserve', { hasUndo: false }), step('Charge'), SHIP],
    instance: { ...CHARGING, state: 'COMPENSATING', undone: { Charge: 'x' } },
    cause: /^it has to undo Reserve/,
  },
  {
    name: 'an undo less that it has had',
    steps: [step('Reserve'), step('Charge', { hasUndo: false }), SHIP],
    instance: { ...CHARGING, state: 'COMPENSATING', undone: { Charge: 'x' } },
  },
  {
    name: 'another participant',
    steps: [step('Reserve', { participant: 'warehouse' }), step('Charge'), SHIP],
    instance: CHARGING,
    cause: /^Reserve was asked of reserve, and the new definition asks warehouse/,
  },
  { name: 'an ended one', steps: [SHIP], instance: { ...CHARGING, state: 'CANCELLED' } },
];

describe('a recorded instance on another definition', () => {
  it.each(CASES)('$name', ({ steps, instance, cause }) => {
    const found = strandedBy(steps, [instance], BEFORE);
    if (cause) expect(found).toMatchObject([{ sagaId: 's1', cause: expect.stringMatching(cause) }]);
    else expect(found).toEqual([]);
  });

  it('is read from a list, an object, or what a command printed', () => {
    for (const held of [[CHARGING], { instances: [CHARGING] }, { data: CHARGING }, { data: { steps: BEFORE, instances: [CHARGING] } }])
      expect(recordingOf(JSON.stringify(held), 'f.json').instances).toEqual([CHARGING]);
    expect(() => recordingOf('{"data":{}}', 'f.json')).toThrow('f.json holds no recorded sagas');
    expect(() => recordingOf('[{"sagaId":"s1"}]', 'f.json')).toThrow('An instance in f.json has no `sagaId` or no `state`');
    expect(() => recordingOf('[{"sagaId":"s1","state":"RUNNING"}]', 'f.json')).toThrow('s1 in f.json has no `registered`');
    expect(() => recordingOf('[', 'f.json')).toThrow('f.json is not JSON');
  });
});
