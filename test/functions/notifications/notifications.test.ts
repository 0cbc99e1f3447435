import { describe, expect, it } from 'vitest';
import { letterOf } from '../../../functions/notifications/letters.ts';
import type { Letter } from '../../../functions/notifications/mailer.ts';
import { notifyCustomer } from '../../../functions/notifications/notify-customer.ts';
import { sesMailer } from '../../../functions/notifications/ses-mailer.ts';
import { welcomeUser } from '../../../functions/notifications/welcome-user.ts';
import { OrderCancelled, OrderPlaced, PaymentRefunded, ShipmentPrepared, UserSignedUp } from '../../../schemas/index.ts';
import { FakeClient } from '../backbone/world.ts';
import { consume, eventOf, newWorld } from '../use-case.ts';

const of = { orderId: 'o1', customerId: 'c1', email: 'ada@example.org' };
const at = '2026-03-15T14:00:00Z';
const lines = [{ sku: 'cd', quantity: 2 }];
const [orderPlaced, shipmentPrepared, paymentRefunded, orderCancelled] = [
  OrderPlaced.v1({ ...of, lines, totalCents: 1905, currency: 'EUR', cardToken: 'tok_visa', orderedAt: at }),
  ShipmentPrepared.v1({ ...of, shipmentId: 's1', lines, preparedAt: at }),
  PaymentRefunded.v1({ ...of, paymentId: 'p1', amountCents: 1905, currency: 'EUR', reason: 'no stock', refundedAt: at }),
  OrderCancelled.v1({ ...of, reason: 'no stock', cancelledAt: at }),
] as const;

describe('letters', () => {
  it.each([
    { payload: orderPlaced, subject: 'We have your order o1', text: /2 × cd\n\nfor 19\.05 EUR/ },
    { payload: shipmentPrepared, subject: 'Your order o1 is ready to leave', text: /s1/ },
    { payload: paymentRefunded, subject: 'Your money for order o1 is on its way back', text: /19\.05 EUR.*no stock/ },
    { payload: orderCancelled, subject: 'Your order o1 was cancelled', text: /no stock/ },
  ])('$payload.type: $subject', ({ payload, subject, text }) => {
    const letter = letterOf(eventOf(payload));
    expect(letter).toMatchObject({ to: 'ada@example.org', subject });
    expect(letter.text).toMatch(text);
    expect(letter.text).not.toContain('tok_visa');
  });
});

describe('notifying', () => {
  it('writes, and announces that it did without saying what', async () => {
    const letters: Letter[] = [];
    const mailer = { send: async (letter: Letter) => void letters.push(letter) };
    const notified = await consume(newWorld(), notifyCustomer(mailer), eventOf(shipmentPrepared, 'event-1'));
    const welcomed = await consume(
      newWorld(),
      welcomeUser(mailer),
      eventOf(UserSignedUp.v1({ userId: 'u1', email: 'bo@example.org', name: 'Bo', signedUpAt: at }), 'event-2'),
    );
    expect(letters.map(({ to }) => to)).toEqual(['ada@example.org', 'bo@example.org']);
    expect([...notified, ...welcomed].map(({ data }) => data)).toEqual([
      { notificationId: expect.any(String), customerId: 'c1', causeId: 'event-1' },
      { notificationId: expect.any(String), customerId: 'u1', causeId: 'event-2' },
    ]);
  });

  it('announces nothing where the letter did not leave', async () => {
    const world = newWorld();
    const mailer = { send: () => Promise.reject(new Error('no mail today')) };
    await expect(consume(world, notifyCustomer(mailer), eventOf(orderPlaced))).rejects.toThrow('no mail today');
    expect(world.table.items()).toEqual([]);
  });
});

describe('SES', () => {
  const letter = { to: 'ada@example.org', subject: 'Hello', text: 'Dear Ada' };
  const mailer = (client: FakeClient) => sesMailer({ environment: { MAIL_FROM: 'shop@example.org' } }, () => client);

  it('sends from the address of the environment', async () => {
    const client = new FakeClient();
    await mailer(client).send(letter);
    expect(client.inputs('SendEmail')).toMatchObject([
      {
        FromEmailAddress: 'shop@example.org',
        Destination: { ToAddresses: ['ada@example.org'] },
        Content: { Simple: { Subject: { Data: 'Hello' }, Body: { Text: { Data: 'Dear Ada' } } } },
      },
    ]);
  });

  it.each([
    { name: 'MessageRejected', becomes: 'TerminalError' },
    { name: 'BadRequestException', becomes: 'TerminalError' },
    { name: 'TooManyRequestsException', becomes: 'ThrottledError' },
    { name: 'SendingPausedException', becomes: 'RetryableError' },
    { name: 'SomethingElse', becomes: 'SomethingElse' },
  ])('$name is a $becomes', async ({ name, becomes }) => {
    const client = new FakeClient();
    client.answer = () => {
      throw Object.assign(new Error('no'), { name });
    };
    await expect(mailer(client).send(letter)).rejects.toMatchObject({ name: becomes });
  });
});
