import type { UserSignedUp } from '../../schemas/index.ts';
import type { ConsumerHandler } from '../backbone/consumer.ts';

/** Counts sign-ups by day (UTC). The count is in the transaction of the event's claim, so that an event that comes twice counts once. */
export const countSignUps: ConsumerHandler<typeof UserSignedUp.v1> = ({ data: { signedUpAt } }, work) => {
  const day = new Date(signedUpAt).toISOString().slice(0, 10);
  work.update(
    { pk: `DAY#${day}`, sk: 'SIGN_UPS' },
    {
      expression: 'SET entity = :entity, #day = :day, signUps = if_not_exists(signUps, :none) + :one',
      names: { '#day': 'day' },
      values: { ':entity': 'SIGN_UPS', ':day': day, ':none': 0, ':one': 1 },
    },
  );
};
