import { describe, expect, it } from 'vitest';
import { buildProfile, initialsOf } from '../../../functions/users/build-profile.ts';
import { signUpUser } from '../../../functions/users/sign-up-user.ts';
import { UserSignedUp } from '../../../schemas/index.ts';
import { consume, eventOf, execute, newWorld } from '../use-case.ts';

describe('signing up', () => {
  it('makes an account, and announces it', async () => {
    const { answer, events } = await execute(newWorld(), signUpUser, { email: 'Ada@example.org', name: 'Ada Lovelace' });
    expect(answer.status).toBe(202);
    expect(events).toMatchObject([{ type: 'UserSignedUp', data: { ...(answer.body as object), email: 'Ada@example.org', name: 'Ada Lovelace' } }]);
  });

  it('gives an address to one user', async () => {
    const world = newWorld();
    await execute(world, signUpUser, { email: 'ada@example.org', name: 'Ada' }, 'first');
    await expect(execute(world, signUpUser, { email: 'ADA@example.org', name: 'Eve' }, 'second')).rejects.toMatchObject({ status: 409 });
  });

  it('does not refuse its own repetition, which gets as far as the commit, where the first answer is found', async () => {
    const world = newWorld();
    const signUp = () => execute(world, signUpUser, { email: 'ada@example.org', name: 'Ada' }, 'key');
    expect((await signUp()).answer.status).toBe(202);
    await expect(signUp()).rejects.toMatchObject({ name: 'ConflictError' });
  });
});

describe('the profile', () => {
  it('is built from the event alone', async () => {
    const world = newWorld();
    await consume(
      world,
      buildProfile,
      eventOf(UserSignedUp.v1({ userId: 'u1', email: 'ada@example.org', name: 'Ada King Lovelace', signedUpAt: '2026-03-15T23:00:00Z' })),
    );
    expect(world.table.get('table', 'PROFILE#u1', 'PROFILE')).toMatchObject({ displayName: 'Ada King Lovelace', initials: 'AL', memberSince: '2026-03-15' });
  });

  it.each([
    ['Ada', 'A'],
    ['ada lovelace', 'AL'],
    ['  Ada   King  ', 'AK'],
    ['𝒜da', '𝒜'],
  ])('%s has the initials %s', (name, initials) => {
    expect(initialsOf(name)).toBe(initials);
  });
});
