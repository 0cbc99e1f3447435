import type { UserSignedUp } from '../../schemas/index.ts';
import type { ConsumerHandler } from '../backbone/consumer.ts';

/** Builds the profile that others are shown: a read model, which any replay builds again. */
export const buildProfile: ConsumerHandler<typeof UserSignedUp.v1> = ({ data: { userId, name, signedUpAt } }, work) => {
  work.put({
    pk: `PROFILE#${userId}`,
    sk: 'PROFILE',
    entity: 'PROFILE',
    userId,
    displayName: name,
    initials: initialsOf(name),
    memberSince: signedUpAt.slice(0, 10),
  });
};

/** First letters of the first and the last part of a name, in capitals. */
export function initialsOf(name: string): string {
  const parts = name.split(/\s+/).filter((part) => part !== '');
  const letters = [parts.at(0), parts.length > 1 ? parts.at(-1) : undefined].map((part) => (part === undefined ? '' : (Array.from(part)[0] ?? '')));
  return letters.join('').toUpperCase();
}
