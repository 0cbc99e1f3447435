import type { FunctionHandlers } from './functions.ts';
import { type Played, playTrace } from './player.ts';
import type { Trace } from './trace.ts';

/** As fast as a test is that does not sleep. */
const NATURAL_MS = 100;

/** Slower all through: the third makes a record older than a minute while others are not, the last outlives a visibility timeout and the minute between two purges. */
const PACES_MS: readonly number[] = [1500, 6000, 20_000, 65_000];

/** Pauses that a test may have made before one step. */
const PAUSES_MS: readonly number[] = [1200, 2500, 5500, 11_000, 35_000, 65_000, 310_000];

/** Attempts at one trace. */
const ATTEMPTS_MAX = 40;

/** Plays a trace once, as fast as a test is that does not sleep. */
export function playAtOnce(trace: Trace, handlers: FunctionHandlers): Promise<Played> {
  return playTrace(trace, { handlers, timing: { paceMs: NATURAL_MS, pauses: new Map() } });
}

/**
 * Plays a trace until it agrees: the recorder kept requests and answers, not how long the test slept between them. First without pauses; then with a pause
 * before the step that differed, longer and longer, which stays where it brings the trace further; then slower all through. Answers with the
 * first difference where none agrees.
 */
export async function playAtAnyPace(trace: Trace, handlers: FunctionHandlers): Promise<Played> {
  const pauses = new Map<number, number>();
  const play = (paceMs: number): Promise<Played> => playTrace(trace, { handlers, timing: { paceMs, pauses } });
  const first = await play(NATURAL_MS);
  let last = first;
  for (let attempt = 0; attempt < ATTEMPTS_MAX && last.outcome === 'differs'; ) {
    const { step } = last;
    let further: Played | undefined;
    for (const pauseMs of PAUSES_MS) {
      attempt += 1;
      pauses.set(step, pauseMs);
      const played = await play(NATURAL_MS);
      if (played.outcome === 'differs' && played.step <= step) continue;
      further = played;
      break;
    }
    if (!further) break;
    last = further;
  }
  pauses.clear();
  for (const paceMs of PACES_MS) if (last.outcome === 'differs') last = await play(paceMs);
  return last.outcome === 'differs' ? first : last;
}
