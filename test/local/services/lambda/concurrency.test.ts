import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ACCOUNT_CONCURRENCY, Concurrency } from '../../../../local/services/lambda/concurrency/concurrency.ts';

type Step = { readonly name: string } & (
  | { readonly kind: 'enter' }
  | { readonly kind: 'leave' }
  | { readonly kind: 'reserve'; readonly to: number | undefined }
);

const names = fc.constantFrom('one', 'two', 'three');
const steps: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('enter' as const), name: names }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('leave' as const), name: names }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('reserve' as const), name: names, to: fc.option(fc.nat({ max: 499 }), { nil: undefined }) }) },
);

/** The rules counted anew for each question. */
function refusalOf(name: string, running: ReadonlyMap<string, number>, reservations: ReadonlyMap<string, number>): string | undefined {
  const own = reservations.get(name);
  if (own !== undefined) return (running.get(name) ?? 0) < own ? undefined : 'ReservedFunctionConcurrentInvocationLimitExceeded';
  let free = ACCOUNT_CONCURRENCY;
  for (const reserved of reservations.values()) free -= reserved;
  for (const [other, count] of running) if (!reservations.has(other)) free -= count;
  return free > 0 ? undefined : 'ConcurrentInvocationLimitExceeded';
}

describe('concurrency', () => {
  it('is refused as if it were counted anew, whatever was reserved while functions ran', () => {
    fc.assert(
      fc.property(fc.array(steps, { maxLength: 60 }), (all) => {
        const concurrency = new Concurrency();
        const running = new Map<string, number>();
        const reservations = new Map<string, number>();
        for (const step of all) {
          const { name } = step;
          const count = running.get(name) ?? 0;
          if (step.kind === 'enter') {
            // A hundred at once, so that limits are reached.
            for (let n = 0; n < 100; n += 1) concurrency.entered(name);
            running.set(name, count + 100);
          } else if (step.kind === 'leave' && count > 0) {
            concurrency.left(name);
            running.set(name, count - 1);
          } else if (step.kind === 'reserve') {
            concurrency.reserve(name, step.to);
            if (step.to === undefined) reservations.delete(name);
            else reservations.set(name, step.to);
          }
          for (const asked of ['one', 'two', 'three']) expect(concurrency.refusal(asked)).toBe(refusalOf(asked, running, reservations));
          expect(concurrency.running).toBe([...running.values()].reduce((sum, one) => sum + one, 0));
        }
      }),
    );
  });
});
