import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { belowRatchet } from './ratchet.ts';
import { countVerdicts } from './report.ts';
import { SETS } from './sets/index.ts';

/** Vectors are not part of the repository: they lie beside it, or where `CONFORMANCE_DIR` says. */
const folder = resolve(process.env['CONFORMANCE_DIR'] ?? join(import.meta.dirname, '../../../shared/conformance'));

/** Traces are played at several paces where they fail. */
const TIMEOUT_MS = 300_000;

describe.each(SETS.map((set) => ({ name: set.name, set })))('conformance: $name', ({ name, set }) => {
  it('passes as many cases as before', { timeout: TIMEOUT_MS }, async (context) => {
    const vectors = join(folder, name);
    if (!existsSync(vectors)) context.skip(`No vectors at ${vectors}; CONFORMANCE_DIR names another folder.`);
    const counts = countVerdicts(await set.run(vectors));
    expect(belowRatchet({ [name]: counts })).toEqual([]);
  });
});
