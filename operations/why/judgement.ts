import type { FailedClause, Stage, Step, Verdict } from './explanation.ts';

/** A stage's judgement: what was found, and where the way ends here, the verdict. */
export interface Judgement {
  readonly steps: readonly Step[];
  readonly end?:
    | { readonly verdict: Verdict; readonly because: string; readonly advice?: string | undefined; readonly clauses?: readonly FailedClause[] }
    | undefined;
}

/** One step of an explanation. */
export const step = (stage: Stage, state: Step['state'], text: string): Step => ({ stage, state, text });

/** The way ends at a stage. */
export function stopped(stage: Stage, end: NonNullable<Judgement['end']>): Judgement {
  return { steps: [step(stage, 'stopped', end.because)], end };
}
