import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SetCounts } from './report.ts';

const FILE = join(import.meta.dirname, 'ratchet.json');

/** How many cases of each set pass at the least: the number only goes up. */
export type Ratchet = Readonly<Record<string, number>>;

export function readRatchet(): Ratchet {
  return JSON.parse(readFileSync(FILE, 'utf8')) as Ratchet;
}

/** Raises the floor of each set to what passes now; sets that did not run keep theirs. A floor that sinks has to be edited by hand. */
export function raiseRatchet(sets: Readonly<Record<string, SetCounts>>): void {
  const floors = { ...readRatchet() };
  for (const [name, { passed }] of Object.entries(sets)) floors[name] = Math.max(floors[name] ?? 0, passed);
  const sorted = Object.fromEntries(Object.entries(floors).sort(([one], [other]) => (one < other ? -1 : 1)));
  writeFileSync(FILE, `${JSON.stringify(sorted, undefined, 2)}\n`);
}

/** The sets of which fewer cases pass than the ratchet says. */
export function belowRatchet(sets: Readonly<Record<string, SetCounts>>): string[] {
  const floors = readRatchet();
  return Object.entries(sets)
    .filter(([name, { passed }]) => passed < (floors[name] ?? 0))
    .map(([name, { passed }]) => `${name}: ${passed} passed, ${floors[name]} did before`);
}
