import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { SETS } from './sets/index.ts';

/** Vectors are not part of the repository: they lie beside it, or where `CONFORMANCE_DIR` says. */
const folder = resolve(process.env['CONFORMANCE_DIR'] ?? join(import.meta.dirname, '../../../shared/conformance'));

describe.each(SETS.map((set) => ({ name: set.name, set })))('conformance: $name', ({ name, set }) => {
  it('has no failed case', async (context) => {
    const vectors = join(folder, name);
    if (!existsSync(vectors)) context.skip(`No vectors at ${vectors}; CONFORMANCE_DIR names another folder.`);
    const verdicts = await set.run(vectors);
    expect(verdicts.filter(({ verdict }) => verdict === 'failed')).toEqual([]);
    expect(verdicts.some(({ verdict }) => verdict === 'passed')).toBe(true);
  });
});
