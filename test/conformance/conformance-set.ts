/** How one case of a set ended. */
export type CaseVerdict = { readonly id: string; readonly part?: string } & (
  | { readonly verdict: 'passed' }
  | { readonly verdict: 'failed'; readonly difference: string }
  /** The case itself is wrong; `reason` says how we know. */
  | { readonly verdict: 'excepted'; readonly reason: string }
  /** A rule of scope leaves it out. */
  | { readonly verdict: 'outOfScope'; readonly rule: string }
  /** It needs something that the plane refuses by name. */
  | { readonly verdict: 'notEmulated'; readonly what: string }
);

/** A set of cases and how to try them. `folder` is the set's own, as it lies among the vectors. */
export interface ConformanceSet {
  readonly name: string;
  run(folder: string): Promise<readonly CaseVerdict[]>;
}
