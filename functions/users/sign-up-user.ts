import { type SignUpUserV1, UserSignedUp } from '../../schemas/index.ts';
import type { CommandHandler } from '../backbone/http/command.ts';
import { HttpProblem } from '../backbone/http/http.ts';
import type { Key } from '../backbone/work.ts';

/** Keeps an address for one user. */
interface AddressItem extends Key {
  readonly userId: string;
}

/** Makes an account. An address has one account. */
export const signUpUser: CommandHandler<SignUpUserV1> = async ({ data: { email, name } }, work) => {
  const userId = work.id('user');
  const address = { pk: `EMAIL#${email.toLowerCase()}`, sk: 'EMAIL' };
  const holder = await work.get<AddressItem>(address);
  // The holder is this very user where the command is repeated: the commit then finds the first answer.
  if (holder && holder.userId !== userId) throw new HttpProblem(409, 'Address taken', 'There is an account with this address');
  work.put({ ...address, entity: 'EMAIL', userId }, { condition: { expression: 'attribute_not_exists(pk)' } });
  work.put({ pk: `USER#${userId}`, sk: 'USER', entity: 'USER', userId, email, name, signedUpAt: work.now });
  work.emit(UserSignedUp.v1({ userId, email, name, signedUpAt: work.now }));
  return { status: 202, body: { userId } };
};
