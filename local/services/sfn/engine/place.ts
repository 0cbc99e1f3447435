import type { Kernel } from '../../../kernel/kernel.ts';
import type { Ports } from '../../../languages/states/index.ts';
import type { Ending, MapParent, Revision } from '../records.ts';
import type { StatesState } from '../state.ts';
import type { Exit, Failure, Frame } from './frame.ts';
import type { Running } from './running.ts';

/** A value that is there, or a promise of it: JSONata answers promises, everything else is synchronous. */
export type Maybe<Value> = Value | Promise<Value>;

/** What an execution is started with. */
export interface StartRequest {
  readonly arn: string;
  readonly name: string;
  readonly revision: Revision;
  readonly stateMachineArn: string;
  readonly versionArn?: string | undefined;
  readonly aliasArn?: string | undefined;
  readonly type: Revision['type'];
  readonly input: string;
  readonly traceHeader?: string | undefined;
  readonly cause: number | undefined;
  readonly mapParent?: MapParent | undefined;
  /** Its caller waits: nothing of it is kept. */
  readonly isSynchronous?: boolean;
}

/** What states may ask of the engine that runs them. */
export interface Engine {
  readonly kernel: Kernel;
  readonly state: StatesState;
  /** What the language takes from outside. */
  readonly ports: Ports;
  /** Goes on with a frame whose step has changed. */
  drive(running: Running, frame: Frame): void;
  start(request: StartRequest): Running;
  /** Ends an execution; its last event follows on `previousEventId`. */
  end(running: Running, ending: Ending, previousEventId: number): void;
  /** Tells what a frame waited for elsewhere that nobody waits any more. */
  interrupt(running: Running, frame: Frame): void;
}

/** A frame at its state. */
export interface Place {
  readonly engine: Engine;
  readonly running: Running;
  readonly frame: Frame;
}

/** What comes of a step: the frame waits (`began` are frames that may go), its step has changed, the state is left, or it has failed. */
export type Outcome =
  | { readonly kind: 'blocked'; readonly began?: readonly Frame[] }
  | { readonly kind: 'again' }
  | Exit
  | { readonly kind: 'failed'; readonly failure: Failure };

export const BLOCKED: Outcome = { kind: 'blocked' };

export const AGAIN: Outcome = { kind: 'again' };

/** How states of one type work: fields are evaluated first, then the step is done at once. */
export interface Handler<Value> {
  evaluate(place: Place): Maybe<Value>;
  apply(place: Place, value: Value): Outcome;
}
