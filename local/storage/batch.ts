import { deserialize, serialize } from 'node:v8';
import type { Values } from '../kernel/collection.ts';

/** The values of all collections, by collection and key. */
export type Collections = Map<string, Values<unknown>>;

/** Changes that survive together or not at all, flat: collection, key, value, collection, … and collection, key, collection, … */
type Batch = readonly [puts: readonly unknown[], deletes: readonly string[]];

/** The present values of changed keys, as bytes. */
export function encodeBatch(collections: Collections, changed: ReadonlyMap<string, ReadonlySet<string>>): Buffer {
  const puts: unknown[] = [];
  const deletes: string[] = [];
  for (const [name, keys] of changed) {
    const values = collections.get(name);
    for (const key of keys) {
      const value = values?.get(key);
      if (value !== undefined || values?.has(key)) puts.push(name, key, value);
      else deletes.push(name, key);
    }
  }
  return serialize([puts, deletes] satisfies Batch);
}

/** Entries of one collection, as bytes. */
export function encodeEntries(name: string, entries: readonly (readonly [string, unknown])[]): Buffer {
  return serialize([entries.flatMap(([key, value]) => [name, key, value]), []] satisfies Batch);
}

/** Makes the changes of a batch. */
export function applyBatch(collections: Collections, payload: Buffer): void {
  const [puts, deletes] = deserialize(payload) as Batch;
  for (let index = 0; index < puts.length; index += 3) valuesOf(collections, puts[index] as string).set(puts[index + 1] as string, puts[index + 2]);
  for (let index = 0; index < deletes.length; index += 2) valuesOf(collections, deletes[index] as string).delete(deletes[index + 1] as string);
}

/** The values of a collection, which is made where there is none. */
export function valuesOf(collections: Collections, name: string): Values<unknown> {
  let values = collections.get(name);
  if (!values) {
    values = new Map();
    collections.set(name, values);
  }
  return values;
}
