import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { watchFolders } from '../../operations/embedded/watch.ts';

const cleanUp: (() => void)[] = [];
afterEach(() => {
  for (const end of cleanUp.splice(0)) end();
});

/** A folder that is watched, and a promise of its next change. */
function watched(): { readonly directory: string; next(): Promise<readonly string[]> } {
  const directory = mkdtempSync(join(tmpdir(), 'tickertape-watch-'));
  mkdirSync(join(directory, 'src/deep'), { recursive: true });
  writeFileSync(join(directory, 'src/deep/a.ts'), '1');
  let tell = (_paths: readonly string[]): void => {};
  const end = watchFolders(directory, ['src', 'absent'], (paths) => tell(paths));
  cleanUp.push(end, () => rmSync(directory, { recursive: true }));
  return {
    directory,
    next: () =>
      new Promise((resolve) => {
        tell = resolve;
      }),
  };
}

describe('watched folders', () => {
  it('tell of a file that was replaced, and of later changes of the replacement', async () => {
    const { directory, next } = watched();
    const replaced = next();
    writeFileSync(join(directory, 'src/deep/a.new'), '2');
    renameSync(join(directory, 'src/deep/a.new'), join(directory, 'src/deep/a.ts'));
    expect(await replaced).toContain('src/deep/a.ts');
    const written = next();
    writeFileSync(join(directory, 'src/deep/a.ts'), '3');
    expect(await written).toEqual(['src/deep/a.ts']);
  });

  it('follow folders that come later', async () => {
    const { directory, next } = watched();
    const made = next();
    mkdirSync(join(directory, 'src/new'));
    await made;
    const written = next();
    writeFileSync(join(directory, 'src/new/b.ts'), '1');
    expect(await written).toEqual(['src/new/b.ts']);
  });
});
