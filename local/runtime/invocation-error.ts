import { types } from 'node:util';
import type { InvocationResult } from '../kernel/function-runner.ts';

/** Lambda's error object. @see https://docs.aws.amazon.com/lambda/latest/dg/nodejs-exceptions.html */
export interface ErrorObject {
  readonly errorType: string;
  readonly errorMessage: string;
  readonly trace?: readonly string[];
}

/** The synchronous response may have 6 MB. @see https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
export const RESPONSE_BYTES_MAX = 6_291_556;

function isErrorLike(value: unknown): value is Error {
  return types.isNativeError(value) || (typeof value === 'object' && value !== null && 'name' in value && 'message' in value && 'stack' in value);
}

/** What the Node.js runtime makes of a thrown value. */
export function errorObjectOf(error: unknown): ErrorObject {
  if (!isErrorLike(error)) return { errorType: typeof error, errorMessage: String(error), trace: [] };
  return { errorType: String(error.name), errorMessage: String(error.message), trace: String(error.stack ?? '').split('\n') };
}

/** The line under which the runtime logs the error of an invocation. */
export function errorLine(error: unknown): string {
  const { errorType, errorMessage, trace = [] } = errorObjectOf(error);
  const members = isErrorLike(error) ? { ...error } : {};
  let text: string;
  try {
    text = JSON.stringify({ errorType, errorMessage, ...members, stack: trace });
  } catch {
    text = JSON.stringify({ errorType, errorMessage, stack: trace });
  }
  return `Invoke Error \t${text}`;
}

/** An error of the load: the type is the runtime's where the runtime found the fault, the error's own where the module threw it. */
export function initErrorObject(error: unknown): ErrorObject {
  const { errorType, errorMessage, trace = [] } = errorObjectOf(error);
  const code = isErrorLike(error) ? (error as NodeJS.ErrnoException).code : undefined;
  if (code === 'MODULE_NOT_FOUND') return { errorType: 'Runtime.ImportModuleError', errorMessage: `Error: ${errorMessage}`, trace };
  if (errorType === 'SyntaxError') return { errorType: 'Runtime.UserCodeSyntaxError', errorMessage: `SyntaxError: ${errorMessage}`, trace };
  return { errorType, errorMessage, trace };
}

/** What `Invoke` answers when the time is up. */
export const timedOut = (requestId: string, timeoutMs: number): ErrorObject => ({
  errorType: 'Sandbox.Timedout',
  errorMessage: `RequestId: ${requestId} Error: Task timed out after ${(timeoutMs / 1000).toFixed(2)} seconds`,
});

/** What `Invoke` answers when the process of the function has gone. */
export const exited = (requestId: string, reason: string): ErrorObject => ({
  errorType: 'Runtime.ExitError',
  errorMessage: `RequestId: ${requestId} Error: ${reason}`,
});

export const responseTooLarge = (bytes: number): ErrorObject => ({
  errorType: 'Function.ResponseSizeTooLarge',
  errorMessage: `Response payload size (${bytes} bytes) exceeded maximum allowed payload size (${RESPONSE_BYTES_MAX} bytes).`,
});

/** How an invocation ended, before the runner adds what it alone knows. */
export type Ending = Pick<InvocationResult, 'outcome' | 'payload'>;

export const endedWith = (outcome: InvocationResult['outcome'], error: ErrorObject): Ending => ({ outcome, payload: JSON.stringify(error) });
