import { type AslCase, readCases } from '../asl/asl-case.ts';
import { playCase } from '../asl/play.ts';
import type { CaseVerdict, ConformanceSet } from '../conformance-set.ts';

/** Cases that are wrong, and how we know. */
const EXCEPTIONS: ReadonlyMap<string, string> = new Map([]);

/** Executions, tried states and refused definitions, recorded from the service. */
export const asl: ConformanceSet = {
  name: 'asl',
  run: async (folder) => {
    const verdicts: CaseVerdict[] = [];
    for (const one of readCases(folder)) verdicts.push({ ...(await tryCase(one)), part: one.tier });
    return verdicts;
  },
};

function outOfScope(one: AslCase): string | undefined {
  if (!one.awsValidated) return 'awsValidated: false';
  return one.tier === 'manual' ? 'a helper program takes part' : undefined;
}

async function tryCase(one: AslCase): Promise<CaseVerdict> {
  const { id } = one;
  const rule = outOfScope(one);
  if (rule !== undefined) return { id, verdict: 'outOfScope', rule };
  const played = await playCase(one);
  if (played.outcome === 'agrees') return { id, verdict: 'passed' };
  const reason = EXCEPTIONS.get(id);
  if (reason !== undefined) return { id, verdict: 'excepted', reason };
  if (played.outcome === 'notEmulated') return { id, verdict: 'notEmulated', what: played.what };
  return { id, verdict: 'failed', difference: played.difference };
}
