import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { matchesText, PatternError, parsePattern } from '../../../local/languages/event-pattern/index.ts';
import type { CaseVerdict, ConformanceSet } from '../conformance-set.ts';

interface RulerCase {
  readonly id: string;
  readonly patternText: string;
  readonly eventText?: string;
  readonly expected: { readonly outcome: 'match' | 'no-match' | 'valid' | 'error'; readonly rulerMessage?: string };
}

/** Patterns and events whose answers AWS's own matching engine computed. Messages are compared whole, the place in the text included. */
export const eventRuler: ConformanceSet = {
  name: 'event-ruler',
  run: async (folder) => {
    const cases = JSON.parse(readFileSync(join(folder, 'visible/cases.json'), 'utf8')) as readonly RulerCase[];
    return cases.map((one): CaseVerdict => {
      const got = outcomeOf(one);
      const { outcome, rulerMessage } = one.expected;
      if (got.outcome === outcome && got.message === rulerMessage) return { id: one.id, verdict: 'passed' };
      return { id: one.id, verdict: 'failed', difference: `expected ${outcome} ${rulerMessage ?? ''}\nanswered ${got.outcome} ${got.message ?? ''}` };
    });
  },
};

function outcomeOf({ patternText, eventText }: RulerCase): { outcome: string; message: string | undefined } {
  try {
    const pattern = parsePattern(patternText);
    if (eventText === undefined) return { outcome: 'valid', message: undefined };
    return { outcome: matchesText(pattern, eventText) ? 'match' : 'no-match', message: undefined };
  } catch (error) {
    if (error instanceof PatternError) return { outcome: 'error', message: error.message };
    throw error;
  }
}
