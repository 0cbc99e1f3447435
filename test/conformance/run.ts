import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { belowRatchet, raiseRatchet } from './ratchet.ts';
import { countVerdicts, renderSet, type SetCounts } from './report.ts';
import { SETS } from './sets/index.ts';

/**
 * `npm run conformance -- --dir <folder> [--set NAME] [--json] [--ratchet] [--update-ratchet]`: tries the plane against vectors recorded from AWS.
 * Ends with 1 where a case failed (with `--ratchet`: where fewer pass than before), with 2 where the arguments are wrong.
 */
async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      dir: { type: 'string' },
      set: { type: 'string', multiple: true },
      json: { type: 'boolean', default: false },
      ratchet: { type: 'boolean', default: false },
      'update-ratchet': { type: 'boolean', default: false },
    },
  });
  const known = SETS.map(({ name }) => name);
  const unknown = values.set?.filter((name) => !known.includes(name)) ?? [];
  if (values.dir === undefined || unknown.length > 0) {
    const problem = values.dir === undefined ? 'Say where the vectors are: --dir <folder>.' : `There is no set ${unknown.join(', ')}.`;
    process.stderr.write(`${problem}\nSets: ${known.join(', ')}\n`);
    return 2;
  }
  const sets: Record<string, SetCounts> = {};
  for (const set of SETS) {
    if (values.set && !values.set.includes(set.name)) continue;
    const folder = join(resolve(values.dir), set.name);
    if (!existsSync(folder)) {
      process.stderr.write(`There is no folder ${folder}.\n`);
      return 2;
    }
    const verdicts = await set.run(folder);
    sets[set.name] = countVerdicts(verdicts);
    if (!values.json) process.stdout.write(`${renderSet(set.name, verdicts)}\n`);
  }
  if (values.json) process.stdout.write(`${JSON.stringify({ data: { sets } })}\n`);
  if (values['update-ratchet']) raiseRatchet(sets);
  const below = belowRatchet(sets);
  for (const line of below) process.stderr.write(`${line}\n`);
  if (values.ratchet) return below.length > 0 ? 1 : 0;
  return Object.values(sets).some(({ failed }) => failed > 0) ? 1 : 0;
}

process.exitCode = await main();
