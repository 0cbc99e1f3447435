import { appendFileSync, cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Collection } from '../../../local/kernel/collection.ts';
import { FILE_HEADER_BYTES, fileHeader } from '../../../local/storage/frame.ts';
import { type DataFolder, openDataFolder } from '../../../local/storage/index.ts';

const newFolder = (): string => mkdtempSync(join(tmpdir(), 'tickertape-data-'));
const logOf = (directory: string): string =>
  join(
    directory,
    readdirSync(directory)
      .filter((name) => name.startsWith('log-'))
      .at(-1) ?? '',
  );

function collectionOf<Value>(folder: DataFolder, name: string): Collection<Value> {
  return new Collection<Value>(name, { values: folder.open(name) as Map<string, Value>, onChange: (where, key) => folder.changed(where, key) });
}

/** What a copy of the folder holds; a copy, because the folder is open. */
function contentsOf(directory: string, ...names: string[]): Record<string, unknown> {
  const copy = newFolder();
  cpSync(directory, copy, { recursive: true, filter: (path) => !path.endsWith('/lock') });
  const folder = openDataFolder(copy);
  const contents = Object.fromEntries(names.map((name) => [name, Object.fromEntries(folder.open(name))]));
  folder.close();
  return contents;
}

describe('a data folder', () => {
  it('keeps what was settled, with every kind of plain value', async () => {
    const directory = newFolder();
    const folder = openDataFolder(directory);
    const things = collectionOf<unknown>(folder, 'things');
    const value = { text: 'x', list: [1, 2.5, undefined, null], map: new Map([['a', new Set([1n])]]), bytes: Uint8Array.of(1, 2, 3), at: new Date(5) };
    things.put('a', value);
    things.put('b', { count: 1 });
    things.put('gone', 1);
    things.delete('gone');
    (things.get('b') as { count: number }).count = 2;
    things.touch('b');
    await folder.settled();
    expect(contentsOf(directory, 'things')).toStrictEqual({ things: { a: value, b: { count: 2 } } });
    folder.close();
  });

  it('writes the changes of one turn as one batch, and nothing where nothing changed', async () => {
    const directory = newFolder();
    const folder = openDataFolder(directory);
    const things = collectionOf<number>(folder, 'things');
    const before = statSync(logOf(directory)).size;
    things.put('a', 1);
    const first = folder.settled();
    things.put('b', 2);
    expect(statSync(logOf(directory)).size).toBe(before);
    await first;
    const after = statSync(logOf(directory)).size;
    expect(contentsOf(directory, 'things')).toStrictEqual({ things: { a: 1, b: 2 } });
    await folder.settled();
    expect(statSync(logOf(directory)).size).toBe(after);
    folder.close();
  });

  it('writes in a microtask for a virtual clock', async () => {
    const directory = newFolder();
    const folder = openDataFolder(directory, { writes: 'microtask' });
    const before = statSync(logOf(directory)).size;
    collectionOf<number>(folder, 'things').put('a', 1);
    await Promise.resolve();
    expect(statSync(logOf(directory)).size).toBeGreaterThan(before);
    folder.close();
  });

  it('compacts a long log while changes go on, and loses none', async () => {
    const directory = newFolder();
    const folder = openDataFolder(directory, { compactionBytesMin: 20_000 });
    const things = collectionOf<string>(folder, 'things');
    for (let index = 0; index < 2000; index += 1) things.put(`cold-${index}`, 'x'.repeat(20));
    for (let round = 0; round < 200; round += 1) {
      things.put(`hot-${round % 7}`, `${round}`);
      things.delete(`cold-${round}`);
      await folder.settled();
    }
    expect(readdirSync(directory).some((name) => /^snapshot-\d+$/.test(name))).toBe(true);
    expect(contentsOf(directory, 'things')).toStrictEqual({ things: Object.fromEntries(things.entries()) });
    folder.close();
    expect(readdirSync(directory).sort()).toEqual([expect.stringMatching(/^log-/), expect.stringMatching(/^snapshot-/), 'tickertape-data']);
    expect(contentsOf(directory, 'things')).toStrictEqual({ things: Object.fromEntries(things.entries()) });
  });

  it('keeps collections that no service has opened', async () => {
    const directory = newFolder();
    for (const name of ['a', 'b']) {
      const folder = openDataFolder(directory);
      collectionOf<number>(folder, name).put('k', 1);
      await folder.settled();
      folder.close();
    }
    expect(contentsOf(directory, 'a', 'b')).toStrictEqual({ a: { k: 1 }, b: { k: 1 } });
  });

  it('costs little', async () => {
    const folder = openDataFolder(newFolder());
    const things = collectionOf<object>(folder, 'things');
    const startMs = performance.now();
    for (let index = 0; index < 5000; index += 1) {
      things.put(`k${index % 100}`, { id: index, body: 'x'.repeat(200), attributes: { a: 1, b: 'two' } });
      await folder.settled();
    }
    // The aim is 20 µs; the bound leaves room for a busy machine.
    expect(((performance.now() - startMs) / 5000) * 1000).toBeLessThan(200);
    folder.close();
  });
});

describe('a cut anywhere', () => {
  const change = fc.record({
    collection: fc.constantFrom('a', 'b'),
    key: fc.constantFrom('1', '2', '3'),
    value: fc.option(fc.string({ maxLength: 20 }), { nil: undefined }),
  });
  const batches = fc.array(fc.array(change, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 6 });

  it('leaves exactly the batches that were whole before it', async () => {
    await fc.assert(
      fc.asyncProperty(batches, fc.double({ min: 0, max: 1, noNaN: true }), fc.boolean(), async (rounds, share, isReopened) => {
        const directory = newFolder();
        let folder = openDataFolder(directory);
        const acknowledged: { readonly bytes: number; readonly state: unknown }[] = [{ bytes: FILE_HEADER_BYTES, state: { a: {}, b: {} } }];
        for (const [round, changes] of rounds.entries()) {
          if (isReopened && round === 3) {
            folder.close();
            folder = openDataFolder(directory);
            acknowledged.length = 0;
            acknowledged.push({ bytes: statSync(logOf(directory)).size, state: contentsOf(directory, 'a', 'b') });
          }
          for (const { collection, key, value } of changes) {
            const values = collectionOf<string>(folder, collection);
            if (value === undefined) values.delete(key);
            else values.put(key, value);
          }
          await folder.settled();
          acknowledged.push({
            bytes: statSync(logOf(directory)).size,
            state: { a: Object.fromEntries(folder.open('a')), b: Object.fromEntries(folder.open('b')) },
          });
        }
        const [least = { bytes: 0 }] = acknowledged;
        const log = logOf(directory);
        const cut = least.bytes + Math.floor((statSync(log).size - least.bytes) * share);
        const crashed = newFolder();
        cpSync(directory, crashed, { recursive: true, filter: (path) => !path.endsWith('/lock') });
        folder.close();
        truncateSync(logOf(crashed), cut);
        expect(contentsOf(crashed, 'a', 'b')).toStrictEqual(acknowledged.findLast(({ bytes }) => bytes <= cut)?.state);
      }),
      { numRuns: 150 },
    );
  });

  it('is written over by what comes next', async () => {
    const directory = newFolder();
    const first = openDataFolder(directory);
    collectionOf<number>(first, 'a').put('1', 1);
    await first.settled();
    const crashed = newFolder();
    cpSync(logOf(directory), join(crashed, 'log-000000'));
    first.close();
    appendFileSync(join(crashed, 'log-000000'), 'half');
    const second = openDataFolder(crashed);
    collectionOf<number>(second, 'a').put('2', 2);
    await second.settled();
    expect(contentsOf(crashed, 'a')).toStrictEqual({ a: { '1': 1, '2': 2 } });
    second.close();
  });
});

describe('a folder that cannot be used is refused and left as it is', () => {
  async function folderWithThreeBatches(): Promise<string> {
    const directory = newFolder();
    const folder = openDataFolder(directory);
    for (const key of ['1', '2', '3']) {
      collectionOf<string>(folder, 'a').put(key, 'x'.repeat(50));
      await folder.settled();
    }
    const copy = newFolder();
    cpSync(logOf(directory), join(copy, 'log-000000'));
    folder.close();
    return copy;
  }

  function damage(file: string, offset: number): Buffer {
    const bytes = readFileSync(file);
    bytes.writeUInt8(bytes.readUInt8(offset) ^ 0xff, offset);
    writeFileSync(file, bytes);
    return bytes;
  }

  it('for every damaged byte before the end', async () => {
    const directory = await folderWithThreeBatches();
    const log = logOf(directory);
    const whole = readFileSync(log);
    for (let offset = 0; offset < whole.length; offset += 1) {
      writeFileSync(log, whole);
      const damaged = damage(log, offset);
      expect(() => openDataFolder(directory), `byte ${offset}`).toThrow(/log-000000 (is damaged at byte \d+: .*Restore the folder|has version)/);
      expect(readFileSync(log)).toEqual(damaged);
      expect(existsSync(join(directory, 'lock'))).toBe(false);
    }
  });

  it('for a newer version', async () => {
    const directory = await folderWithThreeBatches();
    writeFileSync(logOf(directory), fileHeader(3));
    expect(() => openDataFolder(directory)).toThrow(/has version 3; this program knows versions up to 2/);
  });

  it('but not one of an older version, whose log is read and left as it is, and followed by one of the present version', async () => {
    const directory = await folderWithThreeBatches();
    const old = Buffer.concat([fileHeader(1), readFileSync(logOf(directory)).subarray(FILE_HEADER_BYTES)]);
    writeFileSync(join(directory, 'log-000000'), old);
    const folder = openDataFolder(directory);
    expect(readFileSync(join(directory, 'log-000000'))).toEqual(old);
    expect(logOf(directory)).toMatch(/log-000001$/);
    expect(readFileSync(logOf(directory))).toEqual(fileHeader());
    collectionOf<string>(folder, 'a').put('4', 'new');
    await folder.settled();
    const x = 'x'.repeat(50);
    expect(contentsOf(directory, 'a')).toEqual({ a: { 1: x, 2: x, 3: x, 4: 'new' } });
    folder.close();
  });

  it.each([0, 1, FILE_HEADER_BYTES - 1])('for a log of %i bytes, which no crash leaves', async (bytes) => {
    const directory = await folderWithThreeBatches();
    truncateSync(logOf(directory), bytes);
    expect(() => openDataFolder(directory)).toThrow(new RegExp(`log-000000 has ${bytes} bytes, .*Restore the folder from a copy, or delete the folder`));
    expect(statSync(logOf(directory)).size).toBe(bytes);
  });

  it('for a log that is missing where there was no snapshot yet', async () => {
    const directory = newFolder();
    const folder = openDataFolder(directory);
    collectionOf<number>(folder, 'a').put('1', 1);
    await folder.settled();
    const copy = newFolder();
    cpSync(directory, copy, { recursive: true, filter: (path) => !path.endsWith('/lock') });
    folder.close();
    rmSync(logOf(copy));
    expect(() => openDataFolder(copy)).toThrow(/was used before and has no log and no snapshot/);
    expect(readdirSync(copy)).toEqual(['tickertape-data']);
  });

  it('for files of something else, among which nothing is put', () => {
    const directory = newFolder();
    writeFileSync(join(directory, 'package.json'), '{}');
    expect(() => openDataFolder(directory)).toThrow(/holds other files \(package\.json\) and no state of a plane/);
    expect(readdirSync(directory)).toEqual(['package.json']);
  });

  it('for a place where no folder can be made, at once', () => {
    expect(() => openDataFolder('/proc/nowhere/below')).toThrow(/cannot be made \(E[A-Z]+\)/);
    const file = join(newFolder(), 'file');
    writeFileSync(file, '');
    expect(() => openDataFolder(join(file, 'below'))).toThrow(/cannot be made \(E[A-Z]+\)/);
    expect(() => openDataFolder(file)).toThrow(/cannot be made \(EEXIST\)/);
  });

  it('but not a folder whose first start was broken off', () => {
    const directory = newFolder();
    writeFileSync(join(directory, 'log-000000.part'), '');
    openDataFolder(directory).close();
    expect(existsSync(join(directory, 'log-000000.part'))).toBe(false);
  });

  it('for a log that is missing', async () => {
    const directory = newFolder();
    const folder = openDataFolder(directory);
    collectionOf<number>(folder, 'a').put('1', 1);
    folder.close();
    const copy = newFolder();
    for (const name of readdirSync(directory)) if (name.startsWith('snapshot-')) cpSync(join(directory, name), join(copy, name));
    expect(() => openDataFolder(copy)).toThrow(/lacks log-000001/);
  });

  it('for a snapshot that was cut', () => {
    const directory = newFolder();
    const folder = openDataFolder(directory);
    collectionOf<number>(folder, 'a').put('1', 1);
    folder.close();
    const snapshot = join(directory, 'snapshot-000001');
    truncateSync(snapshot, statSync(snapshot).size - 1);
    expect(() => openDataFolder(directory)).toThrow(/snapshot-000001 ends at byte \d+ before it is complete/);
  });

  it('while it is open', () => {
    const directory = newFolder();
    const folder = openDataFolder(directory);
    expect(() => openDataFolder(directory)).toThrow(`is in use by process ${process.pid}`);
    folder.close();
    openDataFolder(directory).close();
  });

  it('but not for the lock of a process that is gone', () => {
    const directory = newFolder();
    writeFileSync(join(directory, 'lock'), JSON.stringify({ pid: 2 ** 22 + 1 }));
    openDataFolder(directory).close();
    writeFileSync(join(directory, 'lock'), JSON.stringify({ pid: process.pid, started: '1' }));
    const folder = openDataFolder(directory);
    expect(JSON.parse(readFileSync(join(directory, 'lock'), 'utf8'))).toMatchObject({ pid: process.pid });
    folder.close();
  });

  it('once it is closed: what is still under way is not acknowledged', async () => {
    const directory = newFolder();
    const folder = openDataFolder(directory);
    folder.close();
    collectionOf<number>(folder, 'a').put('late', 1);
    const first = await Promise.race([
      folder.settled().then(() => 'acknowledged'),
      new Promise((resolve) => setImmediate(() => setImmediate(resolve, 'not acknowledged'))),
    ]);
    expect(first).toBe('not acknowledged');
    expect(contentsOf(directory, 'a')).toStrictEqual({ a: {} });
  });

  it('once a value cannot be written: nothing is acknowledged any more', async () => {
    const directory = newFolder();
    const folder = openDataFolder(directory);
    const things = collectionOf<unknown>(folder, 'a');
    things.put('1', 1);
    await folder.settled();
    things.put('2', () => {});
    await expect(folder.settled()).rejects.toThrow(/cannot be written/);
    things.put('3', 3);
    await expect(folder.settled()).rejects.toThrow(/cannot be written/);
    folder.close();
    expect(contentsOf(directory, 'a')).toStrictEqual({ a: { '1': 1 } });
  });
});
