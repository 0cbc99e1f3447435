import type { Answer } from './answer.ts';
import { differenceOf } from './compare.ts';
import { hasPath, referencesOf } from './references.ts';
import type { Expectation, Step, Trace } from './trace.ts';

/** Operations that change nothing, or that a poller repeats: asking again is what the recorded test did. */
const READS = /^(get|describe|list|receive|scan|query|filter|batch_get|lookup|test)_?/;

export const isRead = ({ op }: Step): boolean => READS.test(op);

/** What lists a poller collects over several answers. */
export const POLLED_LISTS: Readonly<Record<string, string>> = { receive_message: 'Messages', get_records: 'Records' };

/** What the rest of a trace needs of the answers to its steps. */
export class Needs {
  readonly #trace: Trace;
  readonly #expectations: readonly Expectation[];
  readonly #paths = new Map<number, Set<string>>();

  constructor(trace: Trace) {
    this.#trace = trace;
    this.#expectations = trace.expect.map((one) => ('composed' in one ? { ...one, composed: expanded(ofBefore(one, trace), one.recorded) } : one));
    for (const { step, path } of referencesOf([...trace.steps.map(({ params }) => params), ...this.#expectations.map(({ composed }) => composed)])) {
      this.#paths.set(step, (this.#paths.get(step) ?? new Set()).add(path));
    }
  }

  /** The expectations, with the lists of polled answers as long as they were recorded. */
  get expectations(): readonly Expectation[] {
    return this.#expectations;
  }

  /** Whether nobody looks at the answer to a step. */
  isUnused({ n }: Step): boolean {
    return !this.#paths.has(n) && !this.#expectations.some(({ response }) => response === n);
  }

  /** Whether an answer is what the rest of the trace, and the recording, need; where it is not, the recorded test waited. */
  isSatisfied(step: Step, answer: Answer, bound: ReadonlyMap<string, string>): boolean {
    if (answer.notEmulated !== undefined) return true;
    const paths = [...(this.#paths.get(step.n) ?? [])];
    if (!paths.every((path) => hasPath(answer, path))) return !isRead(step) && answer.errorText === undefined;
    const direct = this.#expectations.filter(({ response }) => response === step.n);
    const agrees = (one: Expectation): boolean =>
      differenceOf(one.recorded, answer.body, { bindings: this.#trace.bindings, bound: new Map(bound) }) === undefined;
    return direct.every(agrees);
  }
}

/** What was put together by then is of answers before: a reference to a later step is to the last one like it that was before. */
function ofBefore({ composed, afterStep }: Expectation, { steps }: Trace): unknown {
  const later = referencesOf(composed).filter(({ step }) => step > afterStep);
  let text = JSON.stringify(composed);
  for (const { step } of later) {
    const one = steps.find(({ n }) => n === step);
    const before = steps.findLast(({ n, op, params }) => n <= afterStep && op === one?.op && JSON.stringify(params) === JSON.stringify(one.params));
    if (before) text = text.replaceAll(`\${${step}:`, `\${${before.n}:`);
  }
  return later.length === 0 ? composed : (JSON.parse(text) as unknown);
}

/** A test that polled ran its loop once for the trace: `["${6:Messages.0}"]` stands for as many messages as were recorded. */
function expanded(composed: unknown, recorded: unknown): unknown {
  if (Array.isArray(composed) && Array.isArray(recorded)) {
    const [only] = composed;
    const isPolled = composed.length === 1 && recorded.length > 1 && typeof only === 'string' && /^\$\{\d+:.*\.0\}$/.test(only);
    if (isPolled) return recorded.map((_item, index) => only.replace(/\.0\}$/, `.${index}}`));
    return composed.map((item, index) => expanded(item, recorded[index]));
  }
  if (typeof composed !== 'object' || composed === null || typeof recorded !== 'object' || recorded === null) return composed;
  return Object.fromEntries(Object.entries(composed).map(([name, member]) => [name, expanded(member, (recorded as Record<string, unknown>)[name])]));
}
