import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PackedValues } from '../../../../local/kernel/packed/packed-values.ts';
import { SlabPool } from '../../../../local/kernel/packed/slab-pool.ts';
import type { Codec, Packed } from '../../../../local/kernel/packed/slabs.ts';
import { compression } from '../../../../local/storage/compression.ts';

const asIs: Codec<Packed> = { encode: (value) => value, decode: (packed) => packed };

/** So small that slabs are closed, opened and moved all the time. */
const smallPool = (): SlabPool => new SlabPool({ compression, openBytesMax: 40_000 });

const key = fc.integer({ min: 0, max: 12 }).map((number) => `key-${number}`);
const value: fc.Arbitrary<Packed> = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.uint8Array({ maxLength: 40 }),
  fc.tuple(fc.integer({ min: 1000, max: 30_000 }), fc.constantFrom('a', 'é', '€', '\ud800')).map(([length, letter]) => letter.repeat(length)),
);

describe('packed values', () => {
  it('are what a map of the same changes holds, in its order', () => {
    const change = fc.oneof({ weight: 3, arbitrary: fc.tuple(key, value) }, { weight: 1, arbitrary: fc.tuple(key) });
    fc.assert(
      fc.property(fc.array(change, { maxLength: 120 }), (changes) => {
        const packed = new PackedValues<Packed>(smallPool(), { codec: asIs });
        const map = new Map<string, Packed>();
        for (const [changed, next] of changes) {
          if (next === undefined) expect(packed.delete(changed)).toBe(map.delete(changed));
          else {
            packed.set(changed, next);
            map.set(changed, next);
          }
          expect(packed.get(changed)).toEqual(map.get(changed));
          expect(packed.has(changed)).toBe(map.has(changed));
        }
        expect([...packed]).toEqual([...map]);
        expect([...packed.keys()]).toEqual([...map.keys()]);
        expect([...packed.values()]).toEqual([...map.values()]);
        expect(packed.size).toBe(map.size);
      }),
    );
  });

  it('take over what is there already', () => {
    const codec: Codec<number> = { encode: String, decode: Number };
    const packed = new PackedValues<number>(smallPool(), { codec, values: new Map([['one', 1]]) });
    packed.set('two', 2);
    expect([...packed]).toEqual([
      ['one', 1],
      ['two', 2],
    ]);
  });

  it('give back the memory of what was replaced', () => {
    const pool = smallPool();
    const packed = new PackedValues<Packed>(pool, { codec: asIs });
    packed.set('kept', 'stays');
    for (let round = 0; round < 5000; round += 1) packed.set(`key-${round % 10}`, `${round}`.repeat(50));
    expect(packed.get('kept')).toBe('stays');
    expect(pool.slabCount).toBeLessThan(4);
  });
});
