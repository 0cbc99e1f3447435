import { UserError } from '../../local/index.ts';
import type { SagaStep } from './description.ts';

const ENDS = new Set(['COMPLETED', 'CANCELLED']);

/** An instance of a saga as it was recorded: its item in the saga's table, as far as it matters here. */
export interface RecordedInstance {
  readonly sagaId: string;
  /** `RUNNING`, `COMPENSATING`, `STUCK`, `COMPLETED` or `CANCELLED`. */
  readonly state: string;
  /** Where it stands. */
  readonly step?: string;
  readonly stuck?: { readonly direction: string };
  /** Steps that were asked for, with the time at which their undo was registered. */
  readonly registered?: Readonly<Record<string, string>>;
  /** Steps that were done, with their results. */
  readonly results?: Readonly<Record<string, unknown>>;
  /** Steps that were undone. */
  readonly undone?: Readonly<Record<string, unknown>>;
}

/** What was recorded of a saga: its instances, and the steps of the definition that they began with, where they are known. */
export interface Recording {
  readonly steps?: readonly SagaStep[];
  readonly instances: readonly RecordedInstance[];
}

/**
 * Reads recorded instances from JSON: `{steps?, instances}`, a list of instances, or what `--json` of a command printed of either.
 * @throws {UserError} naming what is wrong with the file
 */
export function recordingOf(text: string, path: string): Recording {
  let read: unknown;
  try {
    read = JSON.parse(text);
  } catch (error) {
    throw new UserError(`${path} is not JSON: ${(error as Error).message}`, { cause: error });
  }
  const held = (read as { readonly data?: unknown } | null)?.data ?? read;
  if (typeof (held as RecordedInstance | null)?.sagaId === 'string') return { instances: [held as RecordedInstance].map((one) => checked(one, path)) };
  const { steps, instances } = Array.isArray(held) ? { instances: held } : ((held ?? {}) as Partial<Recording>);
  if (!Array.isArray(instances)) throw new UserError(`${path} holds no recorded sagas: neither a list of instances nor an object with \`instances\``);
  return { ...(steps && { steps }), instances: instances.map((one) => checked(one, path)) };
}

/** What was done and what was asked for decides: a line of a list does not say it. */
function checked(instance: RecordedInstance, path: string): RecordedInstance {
  const { sagaId, state, registered } = instance;
  if (typeof sagaId !== 'string' || typeof state !== 'string') throw new UserError(`An instance in ${path} has no \`sagaId\` or no \`state\``);
  if (registered === undefined && !ENDS.has(state))
    throw new UserError(`${sagaId} in ${path} has no \`registered\`: \`saga show --json\` prints what is needed`);
  return instance;
}

/** An instance that could not go on with the new definition. */
export interface Stranded {
  readonly sagaId: string;
  readonly state: string;
  readonly step: string;
  readonly cause: string;
}

/** What a comparison needs to know of the steps: their order, who takes them, and which can be undone. */
type Steps = readonly SagaStep[];

/**
 * Replays recorded instances over a definition: each takes up its finished steps as results and goes on from there, forward or backward. Answers those that cannot. An execution
 * that runs keeps the definition it began with; the new one takes over at its next round: when it is resumed, compensated by hand, or taken up by the watchdog.
 */
export function strandedBy(steps: Steps, instances: readonly RecordedInstance[], earlier?: Steps): Stranded[] {
  return instances
    .filter(({ state }) => !ENDS.has(state))
    .flatMap((instance) => {
      const found =
        missing(steps, instance) ?? moved(steps, instance, earlier) ?? (isBackward(instance) ? backward(steps, instance) : forward(steps, instance));
      return found ? [{ sagaId: instance.sagaId, state: instance.state, ...found }] : [];
    });
}

type Finding = Pick<Stranded, 'step' | 'cause'> | undefined;

const isBackward = ({ state, stuck }: RecordedInstance): boolean => state === 'COMPENSATING' || (state === 'STUCK' && stuck?.direction === 'undo');

/** The steps that took or may have taken effect, in the order in which they were asked for. */
function begun({ registered = {}, results = {}, undone = {} }: RecordedInstance): string[] {
  const names = new Set([
    ...Object.entries(registered)
      .sort(([, a], [, b]) => a.localeCompare(b))
      .map(([name]) => name),
    ...Object.keys(results),
  ]);
  return [...names].filter((name) => !Object.hasOwn(undone, name));
}

function missing(steps: Steps, instance: RecordedInstance): Finding {
  const known = new Set(steps.map(({ name }) => name));
  const step = begun(instance).find((name) => !known.has(name));
  if (step !== undefined) return { step, cause: `${step} was asked for, and the new definition has no such step: it would neither be finished nor undone` };
  if (instance.step === undefined || known.has(instance.step)) return undefined;
  return { step: instance.step, cause: `it stands at ${instance.step}, and the new definition has no such step` };
}

/** A participant knows only what it did itself: another one would do a step again, or take its undo for that of a step that never ran. */
function moved(steps: Steps, instance: RecordedInstance, earlier: Steps | undefined): Finding {
  for (const name of begun(instance)) {
    const before = earlier?.find((step) => step.name === name)?.participant;
    const now = steps.find((step) => step.name === name)?.participant;
    if (before !== undefined && before !== now)
      return { step: name, cause: `${name} was asked of ${before}, and the new definition asks ${now}, who does not know of it` };
  }
  return undefined;
}

function backward(steps: Steps, instance: RecordedInstance): Finding {
  const names = begun(instance);
  const step = steps.find(({ name, hasUndo, isForwardOnly }) => !hasUndo && !isForwardOnly && names.includes(name));
  if (step) return { step: step.name, cause: `it has to undo ${step.name}, and the new definition has no undo for it` };
  const late = steps.find(({ name, isForwardOnly }) => isForwardOnly && Object.hasOwn(instance.results ?? {}, name));
  return late && { step: late.name, cause: `it compensates, and ${late.name}, which was done, is at or behind the pivot of the new definition` };
}

function forward(steps: Steps, instance: RecordedInstance): Finding {
  const names = begun(instance);
  const done = new Set(Object.keys(instance.results ?? {}));
  const last = steps.findLastIndex(({ name }) => names.includes(name));
  const skipped = steps.slice(0, Math.max(0, last)).find(({ name }) => !done.has(name));
  const after = steps[last]?.name;
  if (skipped && after !== undefined)
    return { step: skipped.name, cause: `${after} was asked for before ${skipped.name}, which comes first in the new definition and was not done` };
  const order = names.map((name) => steps.findIndex((step) => step.name === name));
  const swapped = order.findIndex((place, index) => index > 0 && place < (order[index - 1] ?? 0));
  if (swapped > 0) {
    const [earlier, later] = [names[swapped - 1] ?? '', names[swapped] ?? ''];
    return {
      step: later,
      cause: `${earlier} was done before ${later}; the new definition has them the other way round, and would undo them in the wrong order`,
    };
  }
  const bare = steps.find(({ name, hasUndo, isForwardOnly }) => !hasUndo && !isForwardOnly && names.includes(name));
  return bare && { step: bare.name, cause: `${bare.name} was asked for, and the new definition has no undo for it, should a later step fail` };
}
