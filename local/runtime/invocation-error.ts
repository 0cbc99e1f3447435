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

/** An error with its own members, as it is logged: `stack` in place of `trace`. */
function loggedError(error: unknown): unknown {
  if (!isErrorLike(error)) return error;
  const { errorType, errorMessage, trace } = errorObjectOf(error);
  return { errorType, errorMessage, ...error, stack: trace };
}

/** A thrown value as the runtime logs it; what is no error stands as it is, and what is no JSON as its error object. */
function loggedText(error: unknown): string {
  try {
    return JSON.stringify(loggedError(error)) ?? 'undefined';
  } catch {
    return JSON.stringify(errorObjectOf(error));
  }
}

/** The line under which the runtime logs the error of an invocation. */
export const errorLine = (error: unknown): string => `Invoke Error \t${loggedText(error)}`;

/** The line of an error that nobody caught. */
export const uncaughtLine = (error: unknown): string => `Uncaught Exception \t${loggedText(error)}`;

/** A rejection that nobody caught: the runtime makes an error of its own of the reason. */
export function rejectionObject(reason: unknown): ErrorObject {
  const errorMessage = isErrorLike(reason) ? textOf(reason) : String(reason);
  const { trace = [] } = errorObjectOf(reason);
  const errorType = 'Runtime.UnhandledPromiseRejection';
  return { errorType, errorMessage, trace: [`${errorType}: ${errorMessage}`, ...trace.slice(1)] };
}

/** The line of a rejection that nobody caught, with its reason. */
export function rejectionLine(reason: unknown): string {
  const { errorType, errorMessage, trace } = rejectionObject(reason);
  return `Unhandled Promise Rejection \t{${JSON.stringify({ errorType, errorMessage }).slice(1, -1)},"reason":${loggedText(reason)},"promise":{},"stack":${JSON.stringify(trace)}}`;
}

const textOf = ({ name, message }: Error): string => (message === '' ? String(name) : `${name}: ${message}`);

/** An error that the runtime finds while it loads the handler: what it found stands before the stack. */
function loadError(errorType: string, errorMessage: string, stack: readonly string[]): ErrorObject {
  return { errorType, errorMessage, trace: [`${errorType}: ${errorMessage.split('\n')[0]}`, ...stack] };
}

/** An error of the load: the type is the runtime's where the runtime found the fault, the error's own where the module threw it. */
export function initErrorObject(error: unknown): ErrorObject {
  const { errorType, errorMessage, trace = [] } = errorObjectOf(error);
  const code = isErrorLike(error) ? (error as NodeJS.ErrnoException).code : undefined;
  if (code === 'MODULE_NOT_FOUND') return loadError('Runtime.ImportModuleError', `Error: ${errorMessage}`, trace.slice(1));
  if (errorType === 'SyntaxError') return loadError('Runtime.UserCodeSyntaxError', `SyntaxError: ${errorMessage}`, trace);
  return { errorType, errorMessage, trace };
}

/** The module has no such export, or one that is no function. */
export const handlerNotFound = (handler: string, isMissing: boolean): ErrorObject =>
  loadError('Runtime.HandlerNotFound', `${handler} is ${isMissing ? 'undefined or not exported' : 'not a function'}`, []);

/** The line of an error of the load. */
export function initErrorLine({ errorType, errorMessage, trace }: ErrorObject, members: unknown): string {
  const own = isErrorLike(members) ? { ...members } : {};
  return `Uncaught Exception \t${JSON.stringify({ errorType, errorMessage, ...own, stack: trace })}`;
}

/** What `Invoke` answers when the time is up. */
export const timedOut = (requestId: string, timeoutMs: number): ErrorObject => ({
  errorType: 'Sandbox.Timedout',
  errorMessage: `RequestId: ${requestId} Error: Task timed out after ${(timeoutMs / 1000).toFixed(2)} seconds`,
});

/** The process of the function has gone. */
export const EXIT_ERROR = 'Runtime.ExitError';

/** What `Invoke` answers when the process of the function has gone. */
export const exited = (requestId: string, reason: string): ErrorObject => ({
  errorType: EXIT_ERROR,
  errorMessage: `RequestId: ${requestId} Error: ${reason}`,
});

export const responseTooLarge = (bytes: number): ErrorObject => ({
  errorType: 'Function.ResponseSizeTooLarge',
  errorMessage: `Response payload size (${bytes} bytes) exceeded maximum allowed payload size (${RESPONSE_BYTES_MAX} bytes).`,
});

/** How an invocation ended, before the runner adds what it alone knows. */
export type Ending = Pick<InvocationResult, 'outcome' | 'payload'>;

export const endedWith = (outcome: InvocationResult['outcome'], error: ErrorObject): Ending => ({ outcome, payload: JSON.stringify(error) });
