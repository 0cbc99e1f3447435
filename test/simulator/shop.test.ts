import { describe, expect, it } from 'vitest';
import { type Verified, verifySaga } from '../../simulator/sagas/verify.ts';
import { shopAssembly, shopVerification } from './shop.ts';
import type { Defects } from './shop-machine.ts';

/** Cases about Charge, and the refusal by which all is compensated. */
const aboutCharge = (id: string): boolean => id.startsWith('Charge') || id === 'Ship/refused' || id === 'no-fault';

function verify(defects: Defects, select: (id: string) => boolean): Promise<Verified> {
  const saga = { saga: 'Shop', verification: shopVerification };
  return verifySaga({ ...saga, assembly: shopAssembly(defects), select: ({ id }) => select(id) });
}

const red = ({ cases }: Verified): string[] =>
  cases.filter(({ passed }) => !passed).map(({ id, violations }) => `${id}: ${violations[0]?.step}: ${violations[0]?.cause}`);

describe('the verification of a saga', () => {
  it('finds nothing in one that registers before it acts and undoes each step once', async () => {
    const verified = await verify({}, () => true);
    expect(red(verified)).toEqual([]);
    expect(verified.cases).toHaveLength(107);
    const faults = new Set(verified.cases.map(({ fault }) => fault.replace(/ (after call|before its first).*|, .*|:.*/, '')));
    const expected = [
      'no fault',
      'refused',
      'time-out',
      'participant crashes',
      'fails 3 times',
      'command twice',
      'command late',
      'reply lost',
      'reply twice',
      'reply late',
    ];
    const stops = ['begins', 'when asked', 'when done'].map((when) => `execution stopped ${when === 'begins' ? 'as it begins' : when}`);
    expect([...faults].sort()).toEqual([...expected, ...stops, 'fails before its effect', 'fails after its effect'].sort());
  });

  it('crashes a participant before its first call, between any two and after the last', async () => {
    const { cases } = await verify({}, (id) => id.startsWith('Charge/crash'));
    expect(cases.map(({ fault }) => fault)).toEqual([
      'participant crashes before its first call',
      'participant crashes after call 1 (dynamodb GetItem)',
      'participant crashes after call 2 (dynamodb TransactWriteItems)',
      'participant crashes after call 3 (sfn SendTaskSuccess)',
    ]);
  });

  it('finds a compensation that was removed', async () => {
    const found = red(await verify({ withoutUndo: 'Charge' }, aboutCharge));
    expect(found).toContain('Ship/refused: Charge: Charge was done, and it has no undo');
  });

  it('finds an undo that is registered after the act', async () => {
    const found = red(await verify({ registersLate: 'Charge' }, aboutCharge));
    const cause = 'Charge was done, and its undo was never asked for';
    expect(found).toContain(`Charge/fails-after-effect-each-time: Charge: ${cause}`);
    expect(found).toContain(`Charge/reply-lost-each-time: Charge: ${cause}`);
    expect(found.some((line) => line.startsWith('Ship/refused'))).toBe(false);
  });

  it('finds an undo that takes effect twice', async () => {
    const found = red(await verify({ repeatsUndo: 'Charge' }, aboutCharge));
    const cause = 'Charge is kept -1 times, expected 0';
    expect(found).toContain(`Charge#undo/command-doubled: Charge: ${cause}`);
    expect(found).toContain(`Charge#undo/reply-lost-once: Charge: ${cause}`);
    expect(found.some((line) => line.startsWith('Ship/refused'))).toBe(false);
  });

  it('names a saga that the assembly does not have', async () => {
    const nobody = verifySaga({ assembly: shopAssembly(), saga: 'Nobody', verification: shopVerification });
    await expect(nobody).rejects.toThrow('The assembly has no saga Nobody: there is no parameter /tickertape/sagas/Nobody');
  });
});
