import type { JsonObject, Variables } from '../../../languages/states/index.ts';
import type { TaskOutcome } from '../tasks/outcome.ts';

/**
 * What a frame is doing.
 *
 *     enter ─▶ entered ─┬─▶ wait ───────────────┬─▶ result ─▶ enter the next state, or end
 *               ▲       ├─▶ task ───────────────┤
 *               │       └─▶ parallel, map(-run) ┴─▶ failed ─▶ enter the catcher's state, or end
 *               └──────── retry ◀────────────────────┘
 */
export type Step =
  /** The state is to be entered. */
  | { readonly kind: 'enter' }
  /** It was entered; its fields are to be evaluated. */
  | { readonly kind: 'entered' }
  /** `exit` was evaluated when the wait began. */
  | { readonly kind: 'wait'; readonly dueMs: number; readonly exit: Exit }
  /** The wait is over. */
  | { readonly kind: 'waited'; readonly exit: Exit }
  | { readonly kind: 'retry'; readonly dueMs: number }
  /** What the state did is done; its result is to become the output. `text` is the result as it was written, where it was. */
  | { readonly kind: 'result'; readonly value: unknown; readonly text?: string | undefined }
  /** It failed; a retrier, a catcher, or nobody takes the error. */
  | { readonly kind: 'failed'; readonly failure: Failure }
  | TaskStep
  | ParallelStep
  | MapStep
  | MapRunStep;

/** A state is left. */
export interface Exit {
  readonly kind: 'exit';
  readonly output: unknown;
  readonly text?: string | undefined;
  readonly assigned: Readonly<JsonObject> | undefined;
  /** The next state; none where the frame ends. */
  readonly next: string | undefined;
}

/** An error of a state. */
export interface Failure {
  readonly error: string | undefined;
  readonly cause: string | undefined;
  /** `States.Runtime`: nothing can take it, and the whole execution fails. */
  readonly isFatal?: boolean;
  /** A JSONata expression failed: an event of its own says where. */
  readonly evaluation?: { readonly location: string | undefined };
  /** A heartbeat did not come. */
  readonly isHeartbeat?: boolean;
  /** It came of taking an error: it is not taken again. */
  readonly isFinal?: boolean;
}

/** Where a task stands: its call is under way, or its end is awaited from elsewhere. */
export interface TaskStep {
  readonly kind: 'task';
  /** Unlike that of any other task of the execution. */
  readonly id: string;
  readonly args: unknown;
  readonly phase: 'calling' | 'queued' | 'waiting';
  readonly deadlineMs: number | undefined;
  readonly heartbeatMs: number | undefined;
  /** When the next heartbeat is due. */
  readonly beatDueMs: number | undefined;
  /** An end that was told before the call that began the task had returned. */
  readonly early: TaskOutcome | undefined;
  /** The execution whose end a `.sync` task awaits. */
  readonly awaited: string | undefined;
  readonly credentialsRoleArn: string | undefined;
}

export interface ParallelStep {
  readonly kind: 'parallel';
  readonly results: unknown[];
  pending: number;
}

/** An inline map: its iterations are frames of the same execution. */
export interface MapStep {
  readonly kind: 'map';
  readonly items: readonly unknown[];
  /** What each iteration begins with. */
  readonly inputs: readonly unknown[];
  readonly results: unknown[];
  next: number;
  running: number;
  done: number;
  failed: number;
  readonly maxConcurrency: number;
  readonly toleratedCount: number | undefined;
  readonly toleratedPercentage: number | undefined;
}

/** A distributed map: its iterations are executions. */
export interface MapRunStep {
  readonly kind: 'map-run';
  readonly mapRunArn: string;
  readonly executionType: 'STANDARD' | 'EXPRESS';
  readonly inputs: readonly unknown[];
  readonly results: unknown[];
  /** Items whose executions did not succeed. */
  readonly failures: number[];
  readonly writer: ResultWriter | undefined;
  next: number;
  running: number;
  done: number;
}

/** Where a map run writes its results. */
export interface ResultWriter {
  readonly bucket: string;
  readonly prefix: string;
}

/** Where one thread of an execution stands: the execution itself, a branch, or an iteration. */
export interface Frame {
  readonly id: string;
  readonly executionArn: string;
  readonly parent: string | undefined;
  /** Which branch or iteration it is. */
  readonly index: number;
  /** The states that lead to its own: names of Parallel and Map states, and which branch. */
  readonly path: readonly (readonly [state: string, branch: number])[];
  /** The iteration's element, for the context object. */
  readonly item: { readonly index: number; readonly value: unknown } | undefined;
  state: string;
  step: Step;
  input: unknown;
  /** The input as it was written, where it was not made here. */
  inputText: string | undefined;
  variables: Variables;
  previousEventId: number;
  enteredEventId: number;
  /** The event before: what led to the state. */
  ledById: number;
  enteredMs: number;
  /** Attempts by the place of the retrier. */
  attempts: Readonly<Record<number, number>>;
  retryCount: number;
}

/** The key of a frame in its collection. */
export const frameKey = (executionArn: string, id: string): string => `${executionArn}|${id}`;
