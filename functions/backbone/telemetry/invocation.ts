import middy from '@middy/core';
import type { Context } from 'aws-lambda';
import { InvocationCounts } from './telemetry.ts';

/** What an invocation runs: the counts are its own, for several invocations may share a process. */
export type Run<Event, Result> = (event: Event, context: Context, counts: InvocationCounts) => Promise<Result>;

/** Makes a Lambda handler that counts what it does, and writes the counts once at its end, however it ends. */
export function counted<Event, Result>(
  name: string,
  run: Run<Event, Result>,
  middlewares: readonly middy.MiddlewareObj<Event, Result, Error, Context>[] = [],
): (event: Event, context: Context) => Promise<Result> {
  // Nothing here aborts early: a batch stops starting records by itself, and one timer an invocation is saved.
  return middy<Event, Result>({ timeoutEarlyInMillis: 0 })
    .use([...middlewares])
    .handler(async (event: Event, context: Context) => {
      const counts = new InvocationCounts();
      try {
        return await run(event, context, counts);
      } finally {
        counts.publish(name);
      }
    }) as (event: Event, context: Context) => Promise<Result>;
}
