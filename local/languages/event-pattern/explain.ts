import type { Leaf } from './clause.ts';
import { type FlatEvent, flattenEvent, flattenText } from './flat-event.ts';
import { matchesBranch, matchesField } from './match.ts';
import type { Branch, EventPattern } from './parse.ts';

/** How one field of a pattern fared. */
export interface FieldOutcome {
  /** `detail.order.total` */
  readonly path: string;
  readonly hasPassed: boolean;
  /** The alternatives, as they stand in the pattern. */
  readonly expected: readonly string[];
  /** What the event has there: nothing where the field is absent, several where it is or lies in an array. */
  readonly actual: readonly Leaf[];
}

/** How one branch of a pattern fared. */
export interface BranchOutcome {
  readonly hasMatched: boolean;
  readonly fields: readonly FieldOutcome[];
  /** Each field passed, but only by way of different elements of one array, which does not count. */
  readonly isSplitAcrossElements: boolean;
}

/** Why a pattern did or did not match. It matches where one branch does; a pattern without `$or` has one. */
export interface Explanation {
  readonly hasMatched: boolean;
  readonly branches: readonly BranchOutcome[];
}

/** Says for each field of a pattern whether it passed, and what the event has in its place. The event is parsed or, as a string, text. */
export function explain(pattern: EventPattern, event: unknown): Explanation {
  const flat = typeof event === 'string' ? flattenText(event, pattern.interest) : flattenEvent(event, pattern.interest);
  const branches = pattern.branches.map((branch) => explainBranch(branch, flat));
  return { hasMatched: branches.some(({ hasMatched }) => hasMatched), branches };
}

function explainBranch(branch: Branch, event: FlatEvent): BranchOutcome {
  const fields = branch.map((field) => {
    const found = event.get(field.path);
    const expected = field.clauses.map(({ source }) => source);
    return { path: field.path, hasPassed: matchesField(field, found), expected, actual: found?.leaves ?? [] };
  });
  const hasMatched = matchesBranch(branch, event);
  return { hasMatched, fields, isSplitAcrossElements: !hasMatched && fields.every(({ hasPassed }) => hasPassed) };
}
