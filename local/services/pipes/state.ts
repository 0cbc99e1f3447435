import type { CreatePipeRequest, PipeState, RequestedPipeState } from '@aws-sdk/client-pipes';
import type { Collection } from '../../kernel/collection.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import type { Context } from '../../kernel/service.ts';

export type Pipes = Context<PipesState>;

export type Output<T> = Omit<T, '$metadata'>;

/** What a request says of a pipe. */
export type PipeSettings = Pick<
  CreatePipeRequest,
  'Description' | 'Source' | 'SourceParameters' | 'Enrichment' | 'EnrichmentParameters' | 'Target' | 'TargetParameters' | 'RoleArn'
>;

export interface PipeRecord {
  readonly name: string;
  readonly arn: string;
  readonly settings: PipeSettings;
  readonly desiredState: RequestedPipeState;
  readonly tags: Readonly<Record<string, string>>;
  readonly createdMs: number;
  readonly modifiedMs: number;
}

/** How far a pipe has come in a shard. */
export interface Checkpoint {
  /** The last record before which all have ended; `undefined` before the first. */
  readonly sequenceNumber: string | undefined;
  readonly isClosed: boolean;
  /** Set where the pipe began with what is new and has had no record yet: what is older is none of its. */
  readonly sinceMs?: number;
}

/** A pipe at work: it reads its source until it is stopped. */
export interface RunningPipe {
  /** Why it does not get on, if so. */
  readonly problem: string | undefined;
  stop(): void;
}

export interface PipesState {
  readonly kernel: Kernel;
  readonly pipes: Collection<PipeRecord>;
  /** By `pipe/shard`. */
  readonly checkpoints: Collection<Checkpoint>;
  readonly running: Map<string, RunningPipe>;
  readonly start: (state: PipesState, pipe: PipeRecord) => RunningPipe;
}

/** Opens the pipes, and starts those that are to run. */
export function createState(kernel: Kernel, start: PipesState['start']): PipesState {
  const state: PipesState = {
    kernel,
    pipes: kernel.collection('pipes.pipes'),
    checkpoints: kernel.collection('pipes.checkpoints'),
    running: new Map(),
    start,
  };
  for (const pipe of state.pipes.values()) bringAlive(state, pipe);
  return state;
}

export function pipeArn(kernel: Kernel, name: string): string {
  return kernel.arn('pipes', `pipe/${name}`);
}

/** Stores a pipe, and starts or stops it as it desires. */
export function putPipe(state: PipesState, pipe: PipeRecord): void {
  state.pipes.put(pipe.name, pipe);
  bringAlive(state, pipe);
}

export function deletePipe(state: PipesState, name: string): void {
  stopRunning(state, name);
  state.pipes.delete(name);
  for (const key of [...state.checkpoints.keys()]) if (key.startsWith(`${name}/`)) state.checkpoints.delete(key);
}

/** What the pipe is at: a change takes effect at once. Differs from AWS: there it takes a minute or two. */
export function currentState({ desiredState }: PipeRecord): PipeState {
  return desiredState;
}

function bringAlive(state: PipesState, pipe: PipeRecord): void {
  stopRunning(state, pipe.name);
  if (pipe.desiredState === 'RUNNING') state.running.set(pipe.name, state.start(state, pipe));
}

function stopRunning(state: PipesState, name: string): void {
  state.running.get(name)?.stop();
  state.running.delete(name);
}
