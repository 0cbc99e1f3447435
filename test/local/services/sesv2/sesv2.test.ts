import { describe, expect, it } from 'vitest';
import { Kernel } from '../../../../local/kernel/kernel.ts';
import type { AccessCheck } from '../../../../local/kernel/principal.ts';
import type { ResourcePlace } from '../../../../local/kernel/resource.ts';
import type { Context } from '../../../../local/kernel/service.ts';
import { sesv2 } from '../../../../local/services/sesv2/service.ts';
import { type SesState, sentCount } from '../../../../local/services/sesv2/state.ts';

function world(identities: readonly string[] = ['shop.example']) {
  const kernel = new Kernel({ accountId: '111111111111', region: 'us-east-1', clock: { kind: 'virtual', startMs: 1_000 }, seed: 1, journalCapacity: 100 });
  const state = kernel.install(sesv2);
  const type = sesv2.resourceTypes?.['AWS::SES::EmailIdentity'];
  const context = kernel.contextFor('sesv2') as Context<SesState>;
  for (const EmailIdentity of identities) void type?.create({ EmailIdentity }, {} as ResourcePlace, context);
  const checks: AccessCheck[] = [];
  kernel.setAuthorizer((_, check) => checks.push(check));
  const call = (operation: string, input: object): Promise<Record<string, unknown>> =>
    kernel.request({ service: 'sesv2', operation, input, principal: { type: 'root' }, cause: 7 });
  return { kernel, state, call, checks, context };
}

const simple = (more: object = {}) => ({
  FromEmailAddress: '"The Shop" <orders@shop.example>',
  Destination: { ToAddresses: ['ann@mail.example'], CcAddresses: ['bob@mail.example'] },
  Content: { Simple: { Subject: { Data: 'Thank you' }, Body: { Text: { Data: 'Your order is placed.' }, Html: { Data: '<p>Placed</p>' } } } },
  ...more,
});

describe('SendEmail', () => {
  it('keeps the message and journals who wrote what to whom', async () => {
    const { kernel, state, call, checks } = world();
    const { MessageId: messageId } = await call('SendEmail', simple({ EmailTags: [{ Name: 'order', Value: '1' }], ReplyToAddresses: ['help@shop.example'] }));
    expect(messageId).toMatch(/^0100[0-9a-f]{12}-[0-9a-f-]{36}-000000$/);
    expect([...state.outbox.values()]).toEqual([
      {
        messageId,
        sentMs: 1_000,
        from: '"The Shop" <orders@shop.example>',
        to: ['ann@mail.example'],
        cc: ['bob@mail.example'],
        bcc: [],
        replyTo: ['help@shop.example'],
        subject: 'Thank you',
        text: 'Your order is placed.',
        html: '<p>Placed</p>',
        raw: undefined,
        tags: { order: '1' },
      },
    ]);
    expect([...kernel.journal.since(0)].find(({ kind }) => kind === 'email-sent')).toMatchObject({
      arn: 'arn:aws:ses:us-east-1:111111111111:identity/shop.example',
      cause: 7,
      detail: { messageId, to: ['ann@mail.example', 'bob@mail.example'], subject: 'Thank you', text: 'Your order is placed.' },
    });
    expect(checks).toMatchObject([{ action: 'ses:SendEmail', resource: 'arn:aws:ses:us-east-1:111111111111:identity/shop.example' }]);
  });

  it.each([
    ['the address itself', ['orders@shop.example'], 'orders@shop.example'],
    ['a domain above', ['example'], 'example'],
    ['the address rather than its domain', ['shop.example', 'orders@shop.example'], 'orders@shop.example'],
  ])('sends under %s', async (_name, identities, used) => {
    const { call, checks } = world(identities);
    await call('SendEmail', simple());
    expect(checks[0]?.resource).toBe(`arn:aws:ses:us-east-1:111111111111:identity/${used}`);
  });

  it('rejects a sender that is not verified', async () => {
    const { call, state } = world([]);
    const message = 'Email address is not verified. The following identities failed the check in region US-EAST-1: orders@shop.example';
    await expect(call('SendEmail', simple())).rejects.toMatchObject({ code: 'MessageRejected', message });
    await call('CreateEmailIdentity', { EmailIdentity: 'orders@shop.example' });
    await expect(call('SendEmail', simple())).rejects.toMatchObject({ code: 'MessageRejected', message });
    expect(state.outbox.size).toBe(0);
  });

  it('reads a raw message', async () => {
    const { call, state, checks } = world();
    const raw = [
      'From: =?utf-8?Q?Caf=C3=A9?= <orders@shop.example>',
      'To: ann@mail.example, "Doe, Bob" <bob@mail.example>',
      'Subject: =?utf-8?B?R3LDvMOfZQ==?=',
      'Content-Type: multipart/alternative;',
      ' boundary="b1"',
      '',
      'preamble',
      '--b1',
      'Content-Type: text/plain; charset=utf-8',
      'Content-Transfer-Encoding: quoted-printable',
      '',
      'Caf=C3=A9 is =',
      'open',
      '--b1',
      'Content-Type: text/html',
      'Content-Transfer-Encoding: base64',
      '',
      Buffer.from('<p>é</p>').toString('base64'),
      '--b1--',
    ].join('\r\n');
    await call('SendEmail', { Content: { Raw: { Data: Buffer.from(raw) } } });
    expect([...state.outbox.values()]).toMatchObject([
      {
        from: 'Café <orders@shop.example>',
        to: ['ann@mail.example', '"Doe, Bob" <bob@mail.example>'],
        subject: 'Grüße',
        text: 'Café is open',
        html: '<p>é</p>',
        raw,
      },
    ]);
    expect(checks[0]?.action).toBe('ses:SendRawEmail');
  });

  it('keeps the last thousand and counts all', async () => {
    const { call, state } = world();
    for (let number = 0; number < 1_005; number += 1) await call('SendEmail', simple());
    expect(state.outbox.size).toBe(1_000);
    expect(sentCount(state)).toBe(1_005);
    expect(state.outbox.has('5')).toBe(false);
    expect(state.outbox.has('6')).toBe(true);
  });

  it.each([
    ['a template', simple({ Content: { Template: { TemplateName: 't' } } }), 'SendEmail with a Template is not emulated'],
    ['a configuration set', simple({ ConfigurationSetName: 'set' }), 'SendEmail with ConfigurationSetName is not emulated'],
    ['no content', simple({ Content: {} }), 'exactly one of'],
    ['no recipient', simple({ Destination: {} }), 'no recipient'],
    ['an address that is none', simple({ Destination: { ToAddresses: ['ann'] } }), 'Illegal address: ann'],
    ['too many recipients', simple({ Destination: { ToAddresses: Array(51).fill('a@b.c') } }), 'Recipient count exceeds 50.'],
  ])('refuses %s', async (_name, input, message) => {
    await expect(world().call('SendEmail', input)).rejects.toThrow(message);
  });
});

describe('email identities', () => {
  it('are verified where a template makes them', async () => {
    const { call } = world(['Shop.example']);
    expect(await call('GetEmailIdentity', { EmailIdentity: 'shop.example' })).toMatchObject({ IdentityType: 'DOMAIN', VerifiedForSendingStatus: true });
  });

  it('are made, listed page by page, and deleted', async () => {
    const { call } = world([]);
    expect(await call('CreateEmailIdentity', { EmailIdentity: 'b@x.example' })).toEqual({ IdentityType: 'EMAIL_ADDRESS', VerifiedForSendingStatus: false });
    await call('CreateEmailIdentity', { EmailIdentity: 'a.example' });
    await expect(call('CreateEmailIdentity', { EmailIdentity: 'A.example' })).rejects.toMatchObject({ code: 'AlreadyExistsException' });
    const first = await call('ListEmailIdentities', { PageSize: 1 });
    expect(first['EmailIdentities']).toMatchObject([{ IdentityName: 'a.example', SendingEnabled: false }]);
    const second = await call('ListEmailIdentities', { PageSize: 1, NextToken: first['NextToken'] });
    expect(second).toMatchObject({ EmailIdentities: [{ IdentityName: 'b@x.example' }], NextToken: undefined });
    await call('DeleteEmailIdentity', { EmailIdentity: 'a.example' });
    await expect(call('DeleteEmailIdentity', { EmailIdentity: 'a.example' })).rejects.toMatchObject({ code: 'NotFoundException' });
  });
});
