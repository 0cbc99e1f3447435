import type { FunctionCode, LogLine } from '../kernel/function-runner.ts';
import type { HttpRequest, HttpResponse } from '../kernel/http.ts';
import type { ContextInvocation, ContextResult } from './context.ts';

/** What a worker is told when it starts. */
export interface WorkerSettings {
  readonly region: string;
  /** The kernel's clock at one moment of the machine's, and how many times as fast it runs. */
  readonly clock: { readonly kernelMs: number; readonly machineMs: number; readonly factor: number };
  readonly endpoint: string | undefined;
}

/** From the kernel's thread to a worker. */
export type ToWorker =
  /** Runs an invocation; `code` comes with a context's first. */
  | {
      readonly type: 'invoke';
      readonly call: number;
      readonly context: number;
      readonly code: FunctionCode | undefined;
      readonly invocation: ContextInvocation;
    }
  /** Time is up: ends the context in the middle of `call`. */
  | { readonly type: 'discard'; readonly call: number; readonly context: number }
  /** Ends an idle context. */
  | { readonly type: 'stop'; readonly context: number }
  /** Forgets compiled code. */
  | { readonly type: 'drop'; readonly key: string }
  | { readonly type: 'response'; readonly request: number; readonly response: HttpResponse | undefined; readonly error: string | undefined }
  | { readonly type: 'endpoint'; readonly endpoint: string };

/** From a worker to the kernel's thread. */
export type FromWorker =
  | { readonly type: 'ended'; readonly call: number; readonly result: ContextResult }
  | { readonly type: 'discarded'; readonly call: number; readonly logs: readonly LogLine[] }
  | { readonly type: 'request'; readonly request: number; readonly http: Omit<HttpRequest, 'signal'> }
  | { readonly type: 'abort'; readonly request: number };
