import type { CaseVerdict, ConformanceSet } from '../conformance-set.ts';
import type { FunctionHandlers } from './functions.ts';
import { isUntraced } from './player.ts';
import { outOfScope } from './scope.ts';
import { playAtAnyPace, playAtOnce } from './timing.ts';
import { readTraces, type Trace } from './trace.ts';

/** A case that is wrong, and how we know. */
export interface Exception {
  readonly id: string;
  readonly reason: string;
}

/** What a set of recorded traces is made of. */
export interface TraceSetOptions {
  /** The folder's name among the vectors. */
  readonly name: string;
  readonly exceptions?: readonly Exception[];
  /** By the file that the trace names. Traces whose functions are not here are out of scope. */
  readonly handlers?: FunctionHandlers;
  /** A trace as it can be played: what stands in the recording's place. */
  readonly adapt?: (trace: Trace) => Trace;
  /** The part of the set that a trace belongs to, by its id: each part is reported by itself too. */
  readonly partOf?: (id: string) => string;
}

/** A set whose cases are recorded traces: each is played on a plane of its own, in virtual time. */
export function traceSet({ name, exceptions = [], handlers = new Map(), adapt = (trace) => trace, partOf }: TraceSetOptions): ConformanceSet {
  const reasons = new Map(exceptions.map(({ id, reason }) => [id, reason]));
  return {
    name,
    run: async (folder) => {
      const verdicts: CaseVerdict[] = [];
      for (const trace of readTraces(folder)) {
        const verdict = await tryTrace(adapt(trace), { reason: reasons.get(trace.id), handlers });
        verdicts.push(partOf ? { ...verdict, part: partOf(trace.id) } : verdict);
      }
      return verdicts;
    },
  };
}

async function tryTrace(
  trace: Trace,
  { reason, handlers }: { readonly reason: string | undefined; readonly handlers: FunctionHandlers },
): Promise<CaseVerdict> {
  const { id } = trace;
  const rule = outOfScope(trace, new Set(handlers.keys())) ?? (isWithoutAnswers(trace) ? 'no recorded answer to a traced request' : undefined);
  if (rule !== undefined) return { id, verdict: 'outOfScope', rule };
  // What is known to be wrong is not tried at every pace.
  const played = await (reason === undefined ? playAtAnyPace : playAtOnce)(trace, handlers);
  if (played.outcome === 'agrees') return { id, verdict: 'passed' };
  if (reason !== undefined) return { id, verdict: 'excepted', reason };
  if (played.outcome === 'notEmulated') return { id, verdict: 'notEmulated', what: played.what };
  return { id, verdict: 'failed', difference: played.difference };
}

const isWithoutAnswers = ({ expect }: Trace): boolean =>
  expect.every(({ response, composed, recorded }) => response === undefined && isUntraced(composed, recorded));
