import middy from '@middy/core';
import type { Context } from 'aws-lambda';
import { InvocationCounts } from './telemetry.ts';

/** The part of an invocation that its middlewares share. */
interface Internal extends Record<string, unknown> {
  counts: InvocationCounts;
}

/** Makes a Lambda handler that counts what it does, and writes the counts once at its end, however it ends. */
export function counted<Event, Result>(
  name: string,
  run: (event: Event, context: Context, counts: InvocationCounts) => Promise<Result>,
): (event: Event, context: Context) => Promise<Result> {
  // Each invocation has its own: several may share a process.
  const byContext = new WeakMap<Context, InvocationCounts>();
  const publish = ({ context }: { context: Context }): void => byContext.get(context)?.publish(name);
  const middleware: middy.MiddlewareObj<Event, Result, Error, Context, Internal> = {
    before: ({ context }) => {
      byContext.set(context, new InvocationCounts());
    },
    after: publish,
    onError: publish,
  };
  return middy<Event, Result>({ timeoutEarlyInMillis: 0 })
    .use(middleware)
    .handler((event: Event, context: Context) => run(event, context, byContext.get(context) ?? new InvocationCounts())) as (
    event: Event,
    context: Context,
  ) => Promise<Result>;
}
