import type { Call } from './call.ts';
import { Fault } from './errors.ts';

/** One hop between two parties, before it takes place. */
export interface Hop {
  readonly kind: 'request' | 'delivery';
  readonly service: string;
  readonly operation: string;
  /** Where a delivery goes; empty for a request. */
  readonly arn: string;
  readonly input: object;
  readonly principal: Call['principal'];
  /** Journal entry that led to it: of a function's call, the invocation. */
  readonly cause: number | undefined;
}

/**
 * What goes wrong on a hop. `request-lost`: the effect does not take place; `response-lost`: it does, and the caller is told it did not;
 * `duplicate`: it takes place twice, as at-least-once delivery allows; `delay`: it takes place `delayMs` later; `answer`: it does not take place, and
 * the caller is given `output`; `unanswered`: the caller never hears of it, for it has crashed before the effect or after it.
 */
export type Interposition =
  | { readonly kind: 'none' }
  | { readonly kind: 'request-lost' }
  | { readonly kind: 'response-lost' }
  | { readonly kind: 'duplicate' }
  | { readonly kind: 'delay'; readonly delayMs: number }
  | { readonly kind: 'answer'; readonly output: object }
  | { readonly kind: 'unanswered'; readonly takesPlace: boolean };

/** Decides what happens on each hop: how the simulator and `load --duplicate` break things. */
export type Interposer = (hop: Hop) => Interposition;

/** Lets a hop take place as it was decided. Throws `InternalFailure` where the caller is told that it failed. */
export async function interpose(
  interposed: Interposition,
  hop: { readonly attempt: () => Promise<unknown>; readonly wait: (ms: number) => Promise<void> },
): Promise<unknown> {
  switch (interposed.kind) {
    case 'none':
      return hop.attempt();
    case 'request-lost':
      throw new Fault('InternalFailure', 'The request was lost (injected).', { status: 500 });
    case 'response-lost':
      await hop.attempt();
      throw new Fault('InternalFailure', 'The response was lost (injected).', { status: 500 });
    case 'duplicate':
      await hop.attempt();
      return hop.attempt();
    case 'delay':
      await hop.wait(interposed.delayMs);
      return hop.attempt();
    case 'answer':
      return interposed.output;
    case 'unanswered':
      if (interposed.takesPlace) await hop.attempt();
      return new Promise(() => {});
  }
}
