import type { Timer } from '../../../kernel/scheduler.ts';
import type { Json, JsonObject } from '../../../languages/states/index.ts';
import type { HistoryRecord } from '../history/record.ts';
import type { Execution, Revision } from '../records.ts';
import { type Compiled, compile } from './compile.ts';
import type { Frame } from './frame.ts';
import type { LogSink } from './log-sink.ts';

/** An execution that is not over, with what is derived of it. */
export interface Running {
  readonly execution: Execution;
  readonly revision: Revision;
  readonly compiled: Compiled;
  readonly frames: Map<string, Frame>;
  readonly timers: Map<string, Timer>;
  /** Frames whose fields are being evaluated, or that wait for their turn. */
  readonly busy: Set<string>;
  deadline: Timer | undefined;
  /** The chunk of history that is being filled. */
  chunk: HistoryRecord[];
  /** What the context object has in the place of what it would have, where a state is only tried. */
  readonly mockedContext?: JsonObject | undefined;
  /** The execution's input, once it was read. */
  input: Json | undefined;
  /** Transitions since the execution last gave way to others. */
  transitions: number;
  /** Where it stood when it failed, by frame. */
  readonly stalled: Map<string, Frame>;
  /** Events on their way to the log. */
  log: LogSink | undefined;
}

/** An execution that begins or goes on; its frames are not there yet. */
export function createRunning(execution: Execution, revision: Revision): Running {
  return {
    execution,
    revision,
    compiled: compile(revision, execution.mapParent?.path),
    frames: new Map(),
    timers: new Map(),
    busy: new Set(),
    deadline: undefined,
    chunk: [],
    input: undefined,
    transitions: 0,
    stalled: new Map(),
    log: undefined,
  };
}
