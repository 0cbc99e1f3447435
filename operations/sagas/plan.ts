import type { SagaDescription, SagaInstance } from './instances.ts';

/** What can be done to an instance. */
export const SAGA_ACTIONS = ['retry', 'compensate', 'resume', 'skip'] as const;
export type SagaActionName = (typeof SAGA_ACTIONS)[number];

/** What an operator asks for. */
export interface SagaActionRequest {
  readonly sagaId: string;
  readonly action: SagaActionName;
  /** `resume`: the step to go on from. @default the first that has no answer */
  readonly from?: string | undefined;
  /** Why; it stands in the trail. */
  readonly reason: string;
  /** `skip`: what the step would have answered, as later steps need it. */
  readonly result?: Readonly<Record<string, unknown>> | undefined;
}

/** How an action is done. */
export type SagaWay =
  /** The machine waits for a decision, and is answered. It goes on with the definition it has. */
  | { readonly kind: 'answer'; readonly token: string }
  /** The execution failed, and is redriven from the state that failed. It goes on with the definition it has. */
  | { readonly kind: 'redrive' }
  /** The execution is stopped; the watchdog starts the next round, which undoes. */
  | { readonly kind: 'stop' }
  /** Another execution takes the saga over, on the definition that is deployed now. */
  | { readonly kind: 'round'; readonly entry: 'resume' | 'compensate'; readonly at: string; readonly results: Readonly<Record<string, unknown>> };

/** What an action would do. */
export interface SagaPlan {
  readonly saga: string;
  readonly sagaId: string;
  readonly action: SagaActionName;
  readonly way: SagaWay;
  /** What happens, in words. */
  readonly effects: readonly string[];
  /** What may be wrong with it. */
  readonly warnings: readonly string[];
}

/** The action makes no sense for the saga as it is. */
export class SagaActionError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'SagaActionError';
  }
}

type Planned = Pick<SagaPlan, 'way' | 'effects' | 'warnings'>;

/** Says what an action would do, and changes nothing. @throws {SagaActionError} */
export function planOf(description: SagaDescription, instance: SagaInstance, request: SagaActionRequest): SagaPlan {
  const { saga, sagaId, state } = instance;
  if (state === 'COMPLETED' || state === 'CANCELLED') throw new SagaActionError(`Saga ${sagaId} is ${state}: it has ended, and nothing can be done to it`);
  const planned = PLANS[request.action](description, instance, request);
  return { saga, sagaId, action: request.action, ...planned };
}

const PLANS: Readonly<Record<SagaActionName, (description: SagaDescription, instance: SagaInstance, request: SagaActionRequest) => Planned>> = {
  retry: planRetry,
  compensate: planCompensate,
  resume: planResume,
  skip: planSkip,
};

function planRetry(_: SagaDescription, { stuck, executionStatus, sagaId }: SagaInstance): Planned {
  if (!stuck) throw new SagaActionError(`Saga ${sagaId} is not stuck: it goes on by itself`);
  const what = `${stuck.direction === 'undo' ? 'the undo of ' : ''}${stuck.step}`;
  if (executionStatus === 'RUNNING' && stuck.token !== undefined)
    return { way: { kind: 'answer', token: stuck.token }, effects: [`tries ${what} again now`], warnings: [] };
  if (executionStatus === 'FAILED')
    return {
      way: { kind: 'redrive' },
      effects: ['goes on from the state that failed'],
      warnings: ['It goes on with the definition it was started with. Where the definition was wrong, `resume` takes the new one.'],
    };
  throw new SagaActionError(`The execution of saga ${sagaId} is ${executionStatus}; \`resume\` starts another`);
}

function planCompensate(description: SagaDescription, instance: SagaInstance): Planned {
  const { stuck, failure, executionStatus, sagaId, registered } = instance;
  if (failure) throw new SagaActionError(`Saga ${sagaId} compensates already`);
  const at = lastToUndo(description, instance);
  const undone = description.steps.filter(({ name, hasUndo }) => hasUndo && registered[name] !== undefined).map(({ name }) => name);
  const effects = [undone.length === 0 ? 'nothing was begun, so nothing is undone' : `undoes ${undone.reverse().join(', then ')}`];
  const pivot = description.steps.find(({ name, isForwardOnly }) => isForwardOnly && registered[name] !== undefined);
  const warnings = pivot ? [`${pivot.name} was begun, and may have been done: it has no undo. See to it that it was not, and never will be.`] : [];
  if (stuck?.token !== undefined && executionStatus === 'RUNNING') return { way: { kind: 'answer', token: stuck.token }, effects, warnings };
  if (executionStatus === 'RUNNING' && !pivot) return { way: { kind: 'stop' }, effects: ['stops the execution', ...effects], warnings };
  return { way: { kind: 'round', entry: 'compensate', at, results: instance.results }, effects, warnings };
}

function planResume(description: SagaDescription, instance: SagaInstance, { from }: SagaActionRequest): Planned {
  const { failure, results, sagaId, executionStatus } = instance;
  const warnings = executionStatus === 'RUNNING' ? ['Its execution is running: the new one takes the saga over, and the old one is stopped.'] : [];
  if (failure) {
    if (from !== undefined) throw new SagaActionError(`Saga ${sagaId} compensates: it cannot go forward again, only on with undoing (leave out --from)`);
    const at = lastToUndo(description, instance);
    return { way: { kind: 'round', entry: 'compensate', at, results }, effects: [`goes on with undoing, on the definition of now, from ${at}`], warnings };
  }
  const at = from ?? description.steps.find(({ name }) => !(name in results))?.name ?? 'Complete';
  const index = description.steps.findIndex(({ name }) => name === at);
  if (from !== undefined && index < 0)
    throw new SagaActionError(`Saga ${instance.saga} has no step ${from}; it has ${description.steps.map(({ name }) => name).join(', ')}`);
  const before = index < 0 ? description.steps : description.steps.slice(0, index);
  const missing = before.filter(({ name }) => !(name in results)).map(({ name }) => name);
  if (missing.length > 0) throw new SagaActionError(`${missing.join(', ')} come before ${at} and have no result to import: resume from ${missing[0]}`);
  const imported = Object.fromEntries(before.map(({ name }) => [name, results[name]]));
  const effects = [
    before.length === 0 ? 'imports no results' : `imports the results of ${before.map(({ name }) => name).join(', ')}`,
    `goes on from ${at}, on the definition of now`,
  ];
  return { way: { kind: 'round', entry: 'resume', at, results: imported }, effects, warnings };
}

function planSkip(description: SagaDescription, instance: SagaInstance, { result = {} }: SagaActionRequest): Planned {
  const { stuck, executionStatus, sagaId, results } = instance;
  if (!stuck) throw new SagaActionError(`Saga ${sagaId} is not stuck: there is no step to skip`);
  const warnings = [
    stuck.direction === 'undo'
      ? `What ${stuck.step} did stays done, as far as the saga is concerned: undo it by hand.`
      : `${stuck.step} counts as done: do it by hand.`,
  ];
  const effects = [`goes on as if ${stuck.direction === 'undo' ? `${stuck.step} were undone` : `${stuck.step} were done`}`];
  if (executionStatus === 'RUNNING' && stuck.token !== undefined) return { way: { kind: 'answer', token: stuck.token }, effects, warnings };
  const index = description.steps.findIndex(({ name }) => name === stuck.step);
  if (stuck.direction === 'undo') {
    const at = description.steps.slice(0, index).findLast(({ name, hasUndo }) => hasUndo && instance.undone[name] === undefined)?.name ?? 'none';
    return { way: { kind: 'round', entry: 'compensate', at, results }, effects, warnings };
  }
  const at = description.steps[index + 1]?.name ?? 'Complete';
  return { way: { kind: 'round', entry: 'resume', at, results: { ...results, [stuck.step]: result } }, effects, warnings };
}

function lastToUndo({ steps }: SagaDescription, { registered, undone }: SagaInstance): string {
  return steps.findLast(({ name, hasUndo }) => hasUndo && registered[name] !== undefined && undone[name] === undefined)?.name ?? 'none';
}
