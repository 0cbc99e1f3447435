import { expect, it } from 'vitest';
import { countSignUps } from '../../../functions/analytics/count-sign-ups.ts';
import { UserSignedUp } from '../../../schemas/index.ts';
import { consume, eventOf, newWorld } from '../use-case.ts';

it('counts sign-ups by day, in UTC', async () => {
  const world = newWorld();
  const signUp = (userId: string, signedUpAt: string) =>
    consume(world, countSignUps, eventOf(UserSignedUp.v1({ userId, email: 'a@example.org', name: 'A', signedUpAt }), userId));
  await signUp('a', '2026-03-15T10:00:00Z');
  await signUp('b', '2026-03-15T23:30:00-02:00');
  await signUp('c', '2026-03-15T23:59:59Z');
  expect(world.table.get('table', 'DAY#2026-03-15', 'SIGN_UPS')).toMatchObject({ signUps: 2 });
  expect(world.table.get('table', 'DAY#2026-03-16', 'SIGN_UPS')).toMatchObject({ signUps: 1 });
});
