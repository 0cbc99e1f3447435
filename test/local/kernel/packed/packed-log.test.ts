import { describe, expect, it } from 'vitest';
import { PackedLog } from '../../../../local/kernel/packed/packed-log.ts';
import { SlabPool } from '../../../../local/kernel/packed/slab-pool.ts';
import type { Codec } from '../../../../local/kernel/packed/slabs.ts';
import { compression } from '../../../../local/storage/compression.ts';

interface Entry {
  readonly text: string;
}

const codec: Codec<Entry> = { encode: ({ text }) => text, decode: (packed) => ({ text: packed as string }) };

const entryOf = (number: number): Entry => ({ text: `${number} ${'x'.repeat(number % 700)}` });

function filled(count: number): { readonly log: PackedLog<Entry>; readonly pool: SlabPool } {
  const pool = new SlabPool({ compression, openBytesMax: 40_000 });
  const log = new PackedLog(pool, codec);
  for (let number = 0; number < count; number += 1) expect(log.append(entryOf(number))).toBe(number);
  return { log, pool };
}

describe('a packed log', () => {
  it('answers its entries by number, in any order, though most of it is compressed', () => {
    const { log } = filled(3000);
    for (let number = 2999; number >= 0; number -= 7) expect(log.at(number)).toEqual(entryOf(number));
    expect(log.at(3000)).toBeUndefined();
    expect([...log.from(2990)]).toEqual(Array.from({ length: 10 }, (_, index) => entryOf(2990 + index)));
  });

  it('keeps the numbers of what is left where its front is cut', () => {
    const { log, pool } = filled(3000);
    const before = pool.slabCount;
    log.dropBefore(2500);
    expect([log.first, log.end, log.size]).toEqual([2500, 3000, 500]);
    expect(log.at(2499)).toBeUndefined();
    expect([...log.from()]).toEqual(Array.from({ length: 500 }, (_, index) => entryOf(2500 + index)));
    expect(pool.slabCount).toBeLessThan(before / 4);
    log.dropBefore(9999);
    expect([log.size, [...log.from()]]).toEqual([0, []]);
    expect(log.append(entryOf(1))).toBe(3000);
    expect(log.at(3000)).toEqual(entryOf(1));
  });
});
