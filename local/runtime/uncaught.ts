import { contextOf } from './context.ts';

/** Runners of this thread that ask for it. */
let users = 0;

function onRejection(reason: unknown, promise: Promise<unknown>): void {
  const context = contextOf(promise) ?? contextOf(reason);
  if (context) context.crash(reason, 'Unhandled Promise Rejection');
  else if (process.listenerCount('unhandledRejection') === 1) throw reason;
}

/**
 * Brings a rejection that nobody caught to the context in whose realm it arose: the function's process ends, not the plane's. What is not a context's is
 * thrown on, unless someone else listens too. The returned function ends it.
 */
export function catchUncaught(): () => void {
  if (users === 0) process.on('unhandledRejection', onRejection);
  users += 1;
  return () => {
    users -= 1;
    if (users === 0) process.off('unhandledRejection', onRejection);
  };
}

/**
 * The same for exceptions that nobody caught, as a listener of one of Node's streams may throw them. For worker threads only: what is not a context's
 * ends the thread.
 */
export function catchExceptions(): void {
  process.on('uncaughtException', (error) => {
    const context = contextOf(error);
    if (!context) throw error;
    context.crash(error, 'Uncaught Exception');
  });
}
