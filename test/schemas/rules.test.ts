import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { emit } from '../../schemas/generator/emit.ts';
import { isImperative, isPastTense } from '../../schemas/generator/naming.ts';
import { check, extendLock, type Lock } from '../../schemas/generator/rules.ts';
import { readSource, readSources, type SchemaSource } from '../../schemas/generator/source.ts';

const sources = readSources('schemas');
const lock = JSON.parse(readFileSync('schemas/lock.json', 'utf8')) as Lock;

describe('our schemas', () => {
  it('break no rule', () => {
    expect(check(sources, lock)).toEqual([]);
  });

  it('are all in the lock', () => {
    expect(extendLock(sources, lock)).toEqual(lock);
  });

  it('are what the generated files are made of', async () => {
    for (const [path, text] of await emit(sources)) expect(readFileSync(`schemas/generated/${path}`, 'utf8'), path).toBe(text);
  });
});

const PLACED = {
  $id: 'tickertape:orders/order-placed/v1.0',
  title: 'OrderPlaced',
  description: 'An order was placed.',
  'x-kind': 'event',
  'x-summary': 'order {orderId} · {lines.length} lines',
  'x-key': 'orderId',
  'x-partition-key': 'orderId',
  type: 'object',
  required: ['orderId', 'lines'],
  properties: {
    orderId: { type: 'string' },
    email: { type: 'string', 'x-personal': true },
    lines: { type: 'array', items: { type: 'object', required: ['sku'], properties: { sku: { type: 'string' } } } },
  },
};

type Changes = Record<string, unknown>;

function source(changes: Changes = {}, file = 'orders/order-placed.v1.0.json'): SchemaSource {
  return readSource(file, JSON.stringify({ ...PLACED, ...changes }));
}

function minor(changes: Changes = {}): SchemaSource {
  return source({ $id: 'tickertape:orders/order-placed/v1.1', ...changes }, 'orders/order-placed.v1.1.json');
}

const messages = (all: SchemaSource[], locked: Lock = {}) => check(all, locked).map(({ message }) => message);

describe('the rules', () => {
  it('pass a schema that keeps them', () => {
    expect(messages([source()])).toEqual([]);
  });

  const alone: { name: string; changes: Changes; file?: string; says: string }[] = [
    {
      name: 'an event in the imperative',
      changes: { title: 'PlaceOrder', $id: 'tickertape:orders/place-order/v1.0' },
      file: 'orders/place-order.v1.0.json',
      says: 'past participle',
    },
    { name: 'a command in the past tense', changes: { 'x-kind': 'command' }, says: 'verb in its base form' },
    { name: 'another kind', changes: { 'x-kind': 'message' }, says: 'it is event or command' },
    { name: 'an id with another version', changes: { $id: 'tickertape:orders/order-placed/v2.0' }, says: 'by the file' },
    { name: 'an id with another context', changes: { $id: 'tickertape:sales/order-placed/v1.0' }, says: 'by the file' },
    { name: 'another title', changes: { title: 'OrderMade' }, says: 'title is OrderMade' },
    { name: 'no summary', changes: { 'x-summary': undefined }, says: 'x-summary is missing' },
    { name: 'a summary of two lines', changes: { 'x-summary': 'a\nb' }, says: 'not one line' },
    { name: 'a summary with a member that is not there', changes: { 'x-summary': '{totalCents}' }, says: 'totalCents, which is no member' },
    { name: 'a summary that counts text', changes: { 'x-summary': '{orderId.length}' }, says: 'is no array' },
    { name: 'a summary that shows personal data', changes: { 'x-summary': '{email}' }, says: 'not for everybody' },
    { name: 'a key that is optional', changes: { 'x-key': 'email' }, says: 'x-key names email' },
    { name: 'no partition key', changes: { 'x-partition-key': undefined }, says: 'x-partition-key is missing' },
    { name: 'a form of its own', changes: { additionalProperties: false }, says: 'are derived' },
    { name: 'a required member that is not there', changes: { required: ['orderId', 'total'] }, says: 'requires total' },
    { name: 'data that is no object', changes: { type: 'string' }, says: 'is an object' },
  ];
  it.each(alone)('refuse $name', ({ changes, file, says }) => {
    expect(messages([source(changes, file)])).toEqual(expect.arrayContaining([expect.stringContaining(says)]));
  });

  it('refuse a published version that was edited, or is gone', () => {
    const locked = extendLock([source()], {});
    expect(messages([source({ required: ['orderId'] })], locked)).toEqual([expect.stringContaining('was published and is edited')]);
    expect(messages([], locked)).toEqual(['was published and is gone']);
    expect(messages([source()], locked)).toEqual([]);
  });

  it('keep the hash of a published version in the lock whatever its file says', () => {
    const locked = extendLock([source()], {});
    expect(extendLock([source({ required: ['orderId'] }), minor()], locked)).toMatchObject(locked);
  });

  const properties = PLACED.properties;
  const minors: { name: string; changes: Changes; says: string | undefined }[] = [
    { name: 'an added optional member', changes: { properties: { ...properties, note: { type: 'string' } } }, says: undefined },
    {
      name: 'an added optional member inside',
      changes: {
        properties: {
          ...properties,
          lines: { type: 'array', items: { ...properties.lines.items, properties: { sku: { type: 'string' }, note: { type: 'string' } } } },
        },
      },
      says: undefined,
    },
    {
      name: 'an added required member',
      changes: { required: ['orderId', 'lines', 'note'], properties: { ...properties, note: { type: 'string' } } },
      says: 'requires other members',
    },
    { name: 'a required member made optional', changes: { required: ['orderId'] }, says: 'requires other members' },
    { name: 'a removed member', changes: { properties: { orderId: properties.orderId, lines: properties.lines } }, says: 'email is gone' },
    {
      name: 'another type',
      changes: { properties: { ...properties, email: { type: 'integer', 'x-personal': true } } },
      says: 'email is constrained otherwise',
    },
    { name: 'a new limit', changes: { properties: { ...properties, email: { ...properties.email, maxLength: 3 } } }, says: 'email is constrained otherwise' },
    { name: 'another partition key', changes: { 'x-partition-key': 'email', required: ['orderId', 'lines'] }, says: 'constrained otherwise' },
  ];
  it.each(minors)('of minor versions: $name', ({ changes, says }) => {
    const found = messages([source(), minor(changes)]);
    if (says === undefined) expect(found).toEqual([]);
    else expect(found).toEqual(expect.arrayContaining([expect.stringContaining(says)]));
  });

  it('refuse a version that follows none', () => {
    expect(messages([minor()])).toEqual(['minor version 1 follows nothing']);
    expect(messages([source({ $id: 'tickertape:orders/order-placed/v2.0' }, 'orders/order-placed.v2.0.json')])).toEqual(['major version 2 without 1']);
  });

  it('refuse one type in two contexts', () => {
    expect(messages([source(), source({ $id: 'tickertape:sales/order-placed/v1.0' }, 'sales/order-placed.v1.0.json')])).toEqual([
      'OrderPlaced belongs to orders already',
    ]);
  });

  it.each(['orders/OrderPlaced.v1.0.json', 'orders/order-placed.v1.json', 'orders/order-placed.v0.1.json', 'order-placed.v1.0.json'])(
    'refuse the file name %s',
    (file) => {
      expect(() => readSource(file, '{}')).toThrow('a schema file is named');
    },
  );
});

describe('names', () => {
  it.each(['PlacementOrder', 'FailedPayment', 'PlacingOrder', 'Placed', 'Place', 'PlacesOrder', ''])('%s is no request', (name) => {
    expect(isImperative(name)).toBe(false);
  });
  it.each([
    'OrderPlaced',
    'UserSignedUp',
    'StockReceived',
    'InvoiceSent',
    'PasswordReset',
    'MoneyPaidBack',
    'SubscriptionRenewed',
    'KeyStolen',
    'PaymentApprovedByFraudAgent',
  ])('%s is a fact', (name) => {
    expect(isPastTense(name)).toBe(true);
    expect(isImperative(name)).toBe(false);
  });
  it.each(['PlaceOrder', 'SignUpUser', 'ReceiveStock', 'ResetPassword', 'NormalizeAddress', 'NotifyCustomer', 'ReadMeter'])('%s is a request', (name) => {
    expect(isImperative(name)).toBe(true);
    expect(isPastTense(name)).toBe(false);
  });
  it.each(['OrderPlacement', 'FailedPayment', 'PlacingOrder', 'Placed', 'Place', 'PlacesOrder', 'OrderSpeed', 'UserNeed', ''])('%s is no fact', (name) => {
    expect(isPastTense(name)).toBe(false);
  });
});
