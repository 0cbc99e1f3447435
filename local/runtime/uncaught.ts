import { contextOf } from './context.ts';

/**
 * Brings what nobody caught to the context in whose realm it arose, where that is known: the function's process ends, not the plane's. What is
 * not a context's is thrown on, unless someone else listens too. The returned function ends it.
 */
export function catchUncaught(): () => void {
  const onRejection = (reason: unknown, promise: Promise<unknown>): void => {
    const context = contextOf(promise) ?? contextOf(reason);
    if (context) context.crash(reason, 'Unhandled Promise Rejection');
    else if (process.listenerCount('unhandledRejection') === 1) throw reason;
  };
  process.on('unhandledRejection', onRejection);
  return () => process.off('unhandledRejection', onRejection);
}
