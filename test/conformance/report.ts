import type { CaseVerdict } from './conformance-set.ts';

/** Counts of one set, as `--json` prints them. */
export interface SetCounts {
  readonly passed: number;
  readonly failed: number;
  readonly excepted: number;
  readonly outOfScope: number;
  readonly notEmulated: number;
}

export function countVerdicts(verdicts: readonly CaseVerdict[]): SetCounts {
  const count = (verdict: CaseVerdict['verdict']): number => verdicts.filter((one) => one.verdict === verdict).length;
  return {
    passed: count('passed'),
    failed: count('failed'),
    excepted: count('excepted'),
    outOfScope: count('outOfScope'),
    notEmulated: count('notEmulated'),
  };
}

/** The set's counts and, below, each failure and exception, and each rule of scope and missing feature with the number of cases it takes away. */
export function renderSet(name: string, verdicts: readonly CaseVerdict[]): string {
  const { passed, failed, excepted, outOfScope, notEmulated } = countVerdicts(verdicts);
  const lines = [`${name}: ${passed} passed, ${failed} failed, ${excepted} excepted, ${outOfScope} out of scope, ${notEmulated} not emulated`];
  lines.push(...renderParts(verdicts));
  const byReason = new Map<string, number>();
  for (const verdict of verdicts) {
    if (verdict.verdict === 'failed') lines.push(`  failed  ${verdict.id}\n    ${verdict.difference.replaceAll('\n', '\n    ')}`);
    if (verdict.verdict === 'excepted') lines.push(`  excepted  ${verdict.id}: ${verdict.reason}`);
    if (verdict.verdict === 'outOfScope') countReason(byReason, `  out of scope  ${verdict.rule}`);
    if (verdict.verdict === 'notEmulated') countReason(byReason, `  not emulated  ${verdict.what}`);
  }
  for (const [reason, count] of byReason) lines.push(`${reason}: ${count}`);
  return lines.join('\n');
}

/** How many of the cases in scope pass in each part of a set that has parts: what is excepted or not emulated has not passed. */
function renderParts(verdicts: readonly CaseVerdict[]): string[] {
  const parts = new Set(verdicts.flatMap(({ part }) => (part === undefined ? [] : [part])));
  return [...parts].map((part) => {
    const { passed, failed, excepted, notEmulated } = countVerdicts(verdicts.filter((verdict) => verdict.part === part));
    const inScope = passed + failed + excepted + notEmulated;
    const rate = inScope === 0 ? '' : ` (${((passed / inScope) * 100).toFixed(1)} %)`;
    return `  ${part}: ${passed} of ${inScope} in scope passed${rate}, ${failed} failed, ${excepted} excepted, ${notEmulated} not emulated`;
  });
}

function countReason(counts: Map<string, number>, reason: string): void {
  counts.set(reason, (counts.get(reason) ?? 0) + 1);
}
