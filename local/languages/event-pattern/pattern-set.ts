import { type FlatEvent, flattenEvent } from './flat-event.ts';
import { matchesBranch } from './match.ts';
import type { Branch, EventPattern, FieldPattern } from './parse.ts';

interface Entry {
  readonly id: string;
  readonly order: number;
  readonly branch: Branch;
}

/** Fields that most rules pin to a value, the most telling first. */
const PREFERRED_ANCHORS = ['detail-type', 'source'];

/**
 * Patterns of many rules, matched against an event at once. A branch that pins a field to listed strings is looked at only where the event has one
 * of them there (its anchor), so that an event meets few of some hundred patterns.
 */
export class PatternSet {
  readonly #patterns = new Map<string, EventPattern>();
  readonly #anchored = new Map<string, Map<string, Entry[]>>();
  readonly #interest = new Map<string, number>();
  #unanchored: Entry[] = [];
  #order = 0;

  get size(): number {
    return this.#patterns.size;
  }

  /** Adds a pattern, or replaces the one under that id. */
  set(id: string, pattern: EventPattern): void {
    this.delete(id);
    this.#order += 1;
    this.#patterns.set(id, pattern);
    for (const path of pattern.interest) this.#interest.set(path, (this.#interest.get(path) ?? 0) + 1);
    for (const branch of pattern.branches) this.#add({ id, order: this.#order, branch });
  }

  delete(id: string): void {
    const pattern = this.#patterns.get(id);
    if (!pattern) return;
    this.#patterns.delete(id);
    for (const path of pattern.interest) {
      const count = (this.#interest.get(path) ?? 0) - 1;
      if (count > 0) this.#interest.set(path, count);
      else this.#interest.delete(path);
    }
    const others = (entries: Entry[]): Entry[] => entries.filter((entry) => entry.id !== id);
    this.#unanchored = others(this.#unanchored);
    for (const byValue of this.#anchored.values()) {
      for (const [value, entries] of byValue) byValue.set(value, others(entries));
    }
  }

  /** Flattens a parsed event as far as the patterns here need it. */
  flatten(event: unknown): FlatEvent {
    return flattenEvent(event, this.#interest);
  }

  /** The ids of the patterns that match, in the order in which they were set. */
  matching(event: FlatEvent): string[] {
    const found = new Map<string, number>();
    const tryEntries = (entries: readonly Entry[]): void => {
      for (const { id, order, branch } of entries) if (!found.has(id) && matchesBranch(branch, event)) found.set(id, order);
    };
    tryEntries(this.#unanchored);
    for (const [path, byValue] of this.#anchored) {
      for (const leaf of event.get(path)?.leaves ?? []) {
        const entries = typeof leaf === 'string' ? byValue.get(leaf) : undefined;
        if (entries) tryEntries(entries);
      }
    }
    return [...found].sort(([, a], [, b]) => a - b).map(([id]) => id);
  }

  #add(entry: Entry): void {
    const anchor = anchorOf(entry.branch);
    if (!anchor) {
      this.#unanchored.push(entry);
      return;
    }
    const byValue = this.#anchored.get(anchor.path) ?? new Map<string, Entry[]>();
    this.#anchored.set(anchor.path, byValue);
    for (const value of anchor.values as ReadonlySet<string>) {
      const entries = byValue.get(value) ?? [];
      byValue.set(value, entries);
      entries.push(entry);
    }
  }
}

function anchorOf(branch: Branch): FieldPattern | undefined {
  const candidates = branch.filter(({ clauses, values }) => {
    return clauses.every(({ kind }) => kind === 'equals') && [...values].every((value) => typeof value === 'string');
  });
  for (const path of PREFERRED_ANCHORS) {
    const preferred = candidates.find((field) => field.path === path);
    if (preferred) return preferred;
  }
  return candidates[0];
}
