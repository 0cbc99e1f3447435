/** One hop between two parties, before it takes place. */
export interface Hop {
  readonly kind: 'request' | 'delivery';
  readonly service: string;
  readonly operation: string;
  readonly arn: string;
}

/**
 * What goes wrong on a hop. `request-lost`: the effect does not take place; `response-lost`: it does, and the caller is told it did not;
 * `duplicate`: it takes place twice, as at-least-once delivery allows; `delay`: it takes place `delayMs` later.
 */
export type Interposition =
  | { readonly kind: 'none' }
  | { readonly kind: 'request-lost' }
  | { readonly kind: 'response-lost' }
  | { readonly kind: 'duplicate' }
  | { readonly kind: 'delay'; readonly delayMs: number };

/** Decides what happens on each hop: how the simulator and `load --duplicate` break things. */
export type Interposer = (hop: Hop) => Interposition;
