import type { Json } from '../json.ts';

/** A parsed path. `isDefinite` paths lead to one value; the others to a list of those found. */
export interface Path {
  readonly text: string;
  readonly root: Root;
  readonly segments: readonly Segment[];
  readonly isDefinite: boolean;
}

/** Where a path begins: `$`, `$$`, `$name` or, inside a filter, `@`. */
export type Root = { readonly kind: 'input' | 'context' | 'current' } | { readonly kind: 'variable'; readonly name: string };

/** One step of a path. */
export type Segment =
  | { readonly kind: 'names'; readonly names: readonly string[] }
  | { readonly kind: 'indexes'; readonly indexes: readonly number[] }
  | { readonly kind: 'slice'; readonly from?: number; readonly to?: number; readonly step: number }
  | { readonly kind: 'wildcard' }
  | { readonly kind: 'descend'; readonly next: Segment }
  | { readonly kind: 'filter'; readonly condition: Condition }
  | { readonly kind: 'function'; readonly name: PathFunction };

/** The functions that may end a path. */
export const PATH_FUNCTIONS = ['length', 'size', 'min', 'max', 'avg', 'sum', 'stddev', 'keys', 'first', 'last'] as const;

/** One of {@link PATH_FUNCTIONS}. */
export type PathFunction = (typeof PATH_FUNCTIONS)[number];

/** The comparisons of a filter. */
export type Comparison = '==' | '!=' | '<' | '<=' | '>' | '>=' | '=~' | 'in' | 'nin' | 'subsetof' | 'anyof' | 'noneof' | 'size' | 'empty' | 'contains';

/** The condition of a filter `[?(…)]`. */
export type Condition =
  | { readonly kind: 'and' | 'or'; readonly left: Condition; readonly right: Condition }
  | { readonly kind: 'not'; readonly condition: Condition }
  | { readonly kind: 'exists'; readonly path: Path }
  | { readonly kind: 'compare'; readonly comparison: Comparison; readonly left: Operand; readonly right: Operand };

/** What a filter compares. */
export type Operand =
  | { readonly kind: 'path'; readonly path: Path }
  | { readonly kind: 'value'; readonly value: Json }
  | { readonly kind: 'pattern'; readonly pattern: RegExp };

/** A text that is not a path. */
export class PathSyntaxError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'PathSyntaxError';
  }
}
