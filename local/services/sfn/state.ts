import type { Collection } from '../../kernel/collection.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import type { Context } from '../../kernel/service.ts';
import type { Frame } from './engine/frame.ts';
import type { Engine } from './engine/place.ts';
import type { Running } from './engine/running.ts';
import { type ActivityQueue, createActivityQueue } from './engine/waiting/activity-queue.ts';
import type { HistoryRecord } from './history/record.ts';
import type { Activity, Alias, Execution, MapRun, Revision, StateMachine, Version } from './records.ts';

/** Executions are remembered this long after they ended, and so are their names. @see https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html */
export const RETENTION_MS = 90 * 86_400_000;

export interface StatesState {
  readonly kernel: Kernel;
  readonly engine: Engine;
  readonly machines: Collection<StateMachine>;
  readonly revisions: Collection<Revision>;
  readonly versions: Collection<Version>;
  readonly aliases: Collection<Alias>;
  readonly activities: Collection<Activity>;
  readonly executions: Collection<Execution>;
  /** Where each running execution stands, by `<execution>|<frame>`. */
  readonly frames: Collection<Frame>;
  /** History events in chunks, by `<execution>|<chunk>`. */
  readonly history: Collection<HistoryRecord[]>;
  readonly mapRuns: Collection<MapRun>;
  /** Derived: executions that run. */
  readonly running: Map<string, Running>;
  /** Derived: ARNs of executions by whose they are (machine or map run), oldest first. */
  readonly byOwner: Map<string, string[]>;
  /** Derived: executions that ended, in that order. */
  readonly ended: string[];
  /** Derived: tasks that wait for workers, and workers that wait for tasks. */
  readonly queue: ActivityQueue;
  /** Derived: who waits for the end of an execution. */
  readonly waiters: Map<string, ((execution: Execution) => void)[]>;
}

export type States = Context<StatesState>;

/** Opens the collections and rebuilds what is derived of them; what ran is taken up by `resume`. */
export function createState(kernel: Kernel, createEngine: (state: StatesState) => Engine): StatesState {
  const state: StatesState = {
    kernel,
    get engine() {
      return engine;
    },
    machines: kernel.collection('sfn.state-machines'),
    revisions: kernel.collection('sfn.revisions'),
    versions: kernel.collection('sfn.versions'),
    aliases: kernel.collection('sfn.aliases'),
    activities: kernel.collection('sfn.activities'),
    executions: kernel.collection('sfn.executions'),
    frames: kernel.collection('sfn.frames'),
    history: kernel.collection('sfn.history'),
    mapRuns: kernel.collection('sfn.map-runs'),
    running: new Map(),
    byOwner: new Map(),
    ended: [],
    queue: createActivityQueue(),
    waiters: new Map(),
  };
  const engine = createEngine(state);
  const executions = [...state.executions.values()];
  for (const execution of executions.sort((a, b) => a.startMs - b.startMs)) indexExecution(state, execution);
  const ended = executions.filter(({ stopMs }) => stopMs !== undefined).sort((a, b) => (a.stopMs ?? 0) - (b.stopMs ?? 0));
  for (const { arn } of ended) state.ended.push(arn);
  return state;
}

/** Whose list an execution stands in: its map run's, or its machine's. Express executions are in none. */
export function indexExecution(state: StatesState, { arn, stateMachineArn, mapParent, type }: Execution): void {
  if (type === 'EXPRESS' && mapParent === undefined) return;
  const owner = mapParent?.mapRunArn ?? stateMachineArn;
  const arns = state.byOwner.get(owner);
  if (arns) arns.push(arn);
  else state.byOwner.set(owner, [arn]);
}

/** Forgets executions that ended long enough ago: a few at each start, so that none waits for a sweep. */
export function forgetOld(state: StatesState, nowMs: number): void {
  for (let count = 0; count < 4; count += 1) {
    const [arn] = state.ended;
    const execution = arn === undefined ? undefined : state.executions.get(arn);
    if (arn !== undefined && execution === undefined) state.ended.shift();
    if (!execution || execution.stopMs === undefined || nowMs - execution.stopMs < RETENTION_MS) return;
    state.ended.shift();
    forgetExecution(state, execution);
  }
}

/** The execution, where it is there and not too old to be remembered. */
export function rememberedExecution(state: StatesState, arn: string): Execution | undefined {
  const execution = state.executions.get(arn);
  if (!execution) return undefined;
  const isOld = execution.stopMs !== undefined && state.kernel.nowMs() - execution.stopMs >= RETENTION_MS;
  if (!isOld) return execution;
  forgetExecution(state, execution);
  return undefined;
}

function forgetExecution(state: StatesState, execution: Execution): void {
  const { arn, stateMachineArn, mapParent } = execution;
  state.executions.delete(arn);
  for (let chunk = 0; state.history.delete(`${arn}|${chunk}`); chunk += 1);
  const arns = state.byOwner.get(mapParent?.mapRunArn ?? stateMachineArn);
  const place = arns?.indexOf(arn) ?? -1;
  if (place >= 0) arns?.splice(place, 1);
}
