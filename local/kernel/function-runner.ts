import type { Credentials } from './principal.ts';

/** All that is needed to start an execution context of a function. A change of any of it needs a new context. */
export interface FunctionCode {
  /** Identifies the code and its configuration: contexts are shared between invocations with the same key only. */
  readonly key: string;
  readonly functionName: string;
  readonly functionArn: string;
  readonly version: string;
  /** Folder with the unpacked bundle. It appears to the function as `/var/task`. */
  readonly directory: string;
  /** Folders of the layers, laid over each other in this order. They appear to the function as `/opt`. */
  readonly layerDirectories?: readonly string[] | undefined;
  /** `nodejs22.x` */
  readonly runtime?: string | undefined;
  /** `index.handler` */
  readonly handler: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly credentials: Credentials;
  readonly memoryMiB: number;
  readonly logGroup: string;
  /** Shared by all contexts of the key. */
  readonly logStream: string;
}

/** One call of a function. */
export interface Invocation {
  readonly code: FunctionCode;
  readonly requestId: string;
  /** The ARN by which it was invoked, where that is not the code's own: an alias. */
  readonly invokedArn?: string | undefined;
  /** The event, as JSON text. */
  readonly event: string;
  /** What the function may take, on the kernel's clock. */
  readonly timeoutMs: number;
  /** Journal sequence of the invocation: the cause of every call the function makes. */
  readonly cause: number;
  readonly traceHeader: string;
  readonly clientContext?: string | undefined;
}

/** One line that a function or the runtime wrote. */
export interface LogLine {
  readonly atMs: number;
  readonly text: string;
}

/** How an invocation ended. `payload` is what `Invoke` answers: the result, or Lambda's error object, as JSON text. */
export type InvocationResult = {
  readonly outcome: 'succeeded' | 'handled-error' | 'unhandled-error' | 'timed-out';
  readonly payload: string;
  readonly durationMs: number;
  /** Set where a context had to be started: a cold start. */
  readonly initDurationMs: number | undefined;
  readonly logs: readonly LogLine[];
};

/** Runs function code. `runtime/` implements it twice: in worker threads on a real clock, in the kernel's thread on a virtual one. */
export interface FunctionRunner {
  /** Invocations that run at once; a further one waits its turn. */
  readonly concurrencyMax: number;
  invoke(invocation: Invocation): Promise<InvocationResult>;
  /** Ends idle contexts started from this key and lets busy ones end after their invocation. */
  retire(key: string): void;
  close(): Promise<void>;
}
