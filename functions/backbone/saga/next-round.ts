import type { SagaItem } from './instance.ts';
import type { SagaInput } from './machine.ts';

/** What has to be known of a step to go on without its machine. */
export interface StepFacts {
  readonly name: string;
  readonly hasUndo: boolean;
  /** Whether the saga only goes forward once it was begun. */
  readonly isForwardOnly: boolean;
}

/**
 * How a saga goes on whose execution was stopped: what an instance says is all that is known, and what it says is that a step was begun, never that it was not done.
 *
 * | instance | next round |
 * |---|---|
 * | none | from the start: nothing was begun |
 * | completed, cancelled | says so again |
 * | the pivot was begun, and it did not turn back | forward, from the first step without an answer: asked again, it answers as it did |
 * | otherwise | undoes, from the last step that was begun and is not undone |
 */
export function nextRound(
  before: SagaInput,
  item: SagaItem | undefined,
  steps: readonly StepFacts[],
  why: { readonly error: string; readonly reason: string },
): SagaInput {
  const { sagaId, correlationid, causationid, traceparent, data } = before;
  const round = (item?.round ?? before.round) + 1;
  const common = { sagaId, correlationid, causationid, traceparent, data, round };
  if (!item) return { ...common, entry: 'start' };
  const results = Object.fromEntries(Object.entries(item.results).map(([step, text]) => [step, JSON.parse(text) as unknown]));
  const failure = item.failure ?? { step: item.step ?? steps[0]?.name ?? '', ...why };
  const taken = { ...common, previous: item.execution, results };
  if (item.state === 'COMPLETED') return { ...taken, entry: 'resume', at: 'Complete' };
  if (item.state === 'CANCELLED') return { ...taken, entry: 'resume', at: 'Cancel', failure };
  const isForward = item.failure === undefined && steps.some(({ name, isForwardOnly }) => isForwardOnly && item.registered[name] !== undefined);
  if (isForward) return { ...taken, entry: 'resume', at: steps.find(({ name }) => !(name in item.results))?.name ?? 'Complete' };
  return { ...taken, entry: 'compensate', at: lastToUndo(item, steps), failure };
}

/** The last step that was begun, has an undo and is not undone; `none` where there is none. */
export function lastToUndo({ registered, undone }: Pick<SagaItem, 'registered' | 'undone'>, steps: readonly StepFacts[]): string {
  return steps.findLast(({ name, hasUndo }) => hasUndo && registered[name] !== undefined && undone[name] === undefined)?.name ?? 'none';
}
