import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FilterView } from '../../../../local/services/sns/publishing/filter.ts';
import type { Message, MessageAttributes } from '../../../../local/services/sns/publishing/message.ts';
import { type FilterScope, parseFilterPolicy } from '../../../../local/services/sns/subscription/filter-policy.ts';
import { subscribed, topicArn, world } from './sns-world.ts';

const text = (StringValue: string, DataType = 'String') => ({ DataType, StringValue });

function message(parts: Partial<Message>): Message {
  return {
    id: 'id',
    body: 'body',
    byProtocol: undefined,
    subject: undefined,
    attributes: undefined,
    groupId: undefined,
    deduplicationId: undefined,
    sequenceNumber: undefined,
    publishedMs: 0,
    ...parts,
  };
}

function refusal(policy: object, scope: FilterScope, parts: Partial<Message>): string | undefined {
  return new FilterView(message(parts)).refusal(parseFilterPolicy(JSON.stringify(policy), scope, ''), 'sqs');
}

const ATTRIBUTE_CASES: readonly { name: string; policy: object; attributes: MessageAttributes; refused?: string }[] = [
  { name: 'a string', policy: { a: ['x', 'y'] }, attributes: { a: text('y') } },
  { name: 'another string', policy: { a: ['x'] }, attributes: { a: text('X') }, refused: 'MessageAttributes' },
  { name: 'a missing attribute', policy: { a: ['x'] }, attributes: { b: text('x') }, refused: 'MessageAttributes' },
  { name: 'no attributes at all', policy: { a: ['x'] }, attributes: {}, refused: 'NoMessageAttributes' },
  { name: 'one of two keys', policy: { a: ['x'], b: ['y'] }, attributes: { a: text('x') }, refused: 'MessageAttributes' },
  { name: 'a number', policy: { a: [{ numeric: ['>', 0, '<=', 100] }] }, attributes: { a: text('99.12', 'Number') } },
  { name: 'a number that is text', policy: { a: [{ numeric: ['=', 1] }] }, attributes: { a: text('1') }, refused: 'MessageAttributes' },
  { name: 'an exact number', policy: { a: [100] }, attributes: { a: text('1e2', 'Number.int') } },
  { name: 'an array', policy: { a: ['x'] }, attributes: { a: text('["w","x"]', 'String.Array') } },
  { name: 'an array of others', policy: { a: ['x'] }, attributes: { a: text('["w",1,null]', 'String.Array') }, refused: 'MessageAttributes' },
  { name: 'a boolean in an array', policy: { a: [true] }, attributes: { a: text('[true]', 'String.Array') } },
  { name: 'an array that is none', policy: { a: ['x'] }, attributes: { a: text('[x', 'String.Array') }, refused: 'InvalidAttributes' },
  { name: 'an array of objects', policy: { a: ['x'] }, attributes: { a: text('[{}]', 'String.Array') }, refused: 'InvalidAttributes' },
  {
    name: 'bytes, which are not looked at',
    policy: { a: [{ exists: true }] },
    attributes: { a: { DataType: 'Binary', BinaryValue: Buffer.from('x') } },
    refused: 'MessageAttributes',
  },
  { name: 'presence', policy: { a: [{ exists: true }] }, attributes: { a: text('x') } },
  { name: 'absence', policy: { a: [{ exists: false }] }, attributes: { b: text('x') } },
  { name: 'null, which no attribute is', policy: { a: [null, { 'anything-but': 'whatever' }] }, attributes: {}, refused: 'NoMessageAttributes' },
  { name: 'anything but', policy: { a: [{ 'anything-but': ['x'] }] }, attributes: { a: text('y') } },
  { name: 'anything but a suffix', policy: { a: [{ 'anything-but': { suffix: 'x' } }] }, attributes: { a: text('ax') }, refused: 'MessageAttributes' },
  { name: 'a prefix', policy: { a: [{ prefix: 'auto-' }] }, attributes: { a: text('auto-test') } },
  { name: 'a suffix', policy: { a: [{ suffix: '-test' }] }, attributes: { a: text('auto-test') } },
  { name: 'a wildcard', policy: { a: [{ wildcard: 'a*t' }] }, attributes: { a: text('auto-test') } },
  { name: 'the case', policy: { a: [{ 'equals-ignore-case': 'X' }] }, attributes: { a: text('x') } },
  { name: 'an address', policy: { a: [{ cidr: '10.0.0.0/24' }] }, attributes: { a: text('10.0.0.255') } },
  { name: 'an alternative', policy: { $or: [{ a: ['x'] }, { b: ['y'] }] }, attributes: { b: text('y') } },
  { name: 'no alternative', policy: { $or: [{ a: ['x'] }, { b: ['y'] }] }, attributes: { b: text('x') }, refused: 'MessageAttributes' },
];

const BODY_CASES: readonly { name: string; policy: object; body: string; refused?: string }[] = [
  { name: 'a nested key', policy: { object: { key: [{ prefix: 'auto-' }] } }, body: '{"object": {"key": "auto-test"}}' },
  { name: 'another value', policy: { object: { key: ['x'] } }, body: '{"object": {"key": "y"}}', refused: 'MessageBody' },
  { name: 'an element of an array', policy: { headers: { to: ['q1'] } }, body: '{"headers": {"to": ["q2", "q1"]}}' },
  {
    name: 'two keys of one element',
    policy: { records: { a: ['1'], b: ['2'] } },
    body: '{"records": [{"a": "1", "b": "x"}, {"a": "x", "b": "2"}]}',
    refused: 'MessageBody',
  },
  { name: 'null', policy: { a: [null] }, body: '{"a": null}' },
  { name: 'an empty array', policy: { a: [{ exists: true }] }, body: '{"a": []}', refused: 'MessageBody' },
  { name: 'text', policy: { a: [{ exists: false }] }, body: 'text', refused: 'InvalidMessageBody' },
  { name: 'JSON that is no object', policy: { a: [{ exists: false }] }, body: '[1]', refused: 'InvalidMessageBody' },
  { name: 'JSON that is broken', policy: { a: [{ exists: false }] }, body: '{"a": ', refused: 'InvalidMessageBody' },
];

describe('a filter policy', () => {
  it.each(ATTRIBUTE_CASES)('on attributes sees $name', ({ policy, attributes, refused }) => {
    const given = Object.keys(attributes).length > 0 ? attributes : undefined;
    expect(refusal(policy, 'MessageAttributes', { attributes: given })).toBe(refused);
  });

  it.each(BODY_CASES)('on the body sees $name', ({ policy, body, refused }) => {
    expect(refusal(policy, 'MessageBody', { body })).toBe(refused);
  });

  it('looks at the text of its protocol', () => {
    const parts = { body: '{"a":"all"}', byProtocol: { default: '{"a":"all"}', sqs: '{"a":"queue"}' } };
    expect(refusal({ a: ['queue'] }, 'MessageBody', parts)).toBeUndefined();
  });

  it.each<[string, string, FilterScope]>([
    ['{"key":[]}', 'FilterPolicy: Empty arrays are not allowed\n at [Source: (String)"{"key":[]}"; line: 1, column: 10]', 'MessageAttributes'],
    ['{"key": "v"}', 'FilterPolicy: "key" must be an object or an array\n at [Source: (String)"{"key":"v"}"; line: 1, column: 9]', 'MessageBody'],
    ['{"key": [["v"]]}', 'FilterPolicy: Match value must be String, number, true, false, or null', 'MessageBody'],
    ['{"a": {"b": ["c"]}}', 'Filter policy scope MessageAttributes does not support nested filter policy', 'MessageAttributes'],
    ['{"$or": [{"a": {"b": ["c"]}}, {"d": ["e"]}]}', 'does not support nested filter policy', 'MessageAttributes'],
    ['invalid-json', "FilterPolicy: failed to parse JSON. Unrecognized token 'invalid': was expecting", 'MessageAttributes'],
    ['[1]', 'FilterPolicy: Filter is not an object', 'MessageAttributes'],
    ['{"a":[1],"b":[1],"c":[1],"d":[1],"e":[1],"f":[1]}', 'FilterPolicy: Filter policy can not have more than 5 keys', 'MessageAttributes'],
    [JSON.stringify({ a: Array(151).fill('x') }), 'FilterPolicy: Filter policy is too complex', 'MessageAttributes'],
    // 4 × (6 + 4 × (4 + 4)) = 152
    [
      JSON.stringify({ s: Array(4).fill(1), $or: [{ n: Array(6).fill(1) }, { t: Array(4).fill(1), $or: [{ i: Array(4).fill(1) }, { p: Array(4).fill(1) }] }] }),
      'too complex',
      'MessageAttributes',
    ],
    // (4 × 3) × (3 × 2) × 3 = 216: what lies deeper counts more
    [JSON.stringify({ a: { b: { c: Array(4).fill(1) } }, d: { e: Array(3).fill(1) }, f: Array(3).fill(1) }), 'too complex', 'MessageBody'],
  ])('%s is refused', (policy, reason, scope) => {
    expect(() => parseFilterPolicy(policy, scope, 'Attributes Reason: ')).toThrow(
      `Invalid parameter: Attributes Reason: ${reason.includes('too complex') ? 'FilterPolicy: Filter policy is too complex' : ''}`,
    );
    expect(() => parseFilterPolicy(policy, scope, 'Attributes Reason: ')).toThrow(reason);
  });

  it('may have 150 combinations, and any number of keys below the first five', () => {
    const or = [{ n: Array(6).fill(1) }, { t: Array(4).fill(1), $or: [{ i: Array(4).fill(1) }, { p: Array(7).fill(1) }] }];
    expect(() => parseFilterPolicy(JSON.stringify({ s: [1, 2, 3], $or: or }), 'MessageAttributes', '')).not.toThrow();
    const nested = { a: Object.fromEntries(Array.from({ length: 6 }, (_, index) => [`k${index}`, [1]])) };
    expect(() => parseFilterPolicy(JSON.stringify(nested), 'MessageBody', '')).not.toThrow();
  });

  it('keeps messages from a subscription, and the topic counts them', async () => {
    const w = world();
    const SubscriptionArn = await subscribed(w, { attributes: { RawMessageDelivery: 'true', FilterPolicy: '{"kind":["order"]}' } });
    const publish = (more: object) => w.call('Publish', { TopicArn: topicArn('orders'), Message: 'x', ...more });
    await publish({ Message: 'yes', MessageAttributes: { kind: text('order') } });
    await publish({ MessageAttributes: { kind: text('return') } });
    await publish({});
    await w.call('SetSubscriptionAttributes', { SubscriptionArn, AttributeName: 'FilterPolicy', AttributeValue: '{}' });
    await publish({ Message: 'all' });
    await w.kernel.run();
    expect(w.received.map(({ payload }) => payload.body)).toEqual(['yes', 'all']);
    expect(w.measured()).toMatchObject({
      NumberOfNotificationsFilteredOut: 2,
      'NumberOfNotificationsFilteredOut-MessageAttributes': 1,
      'NumberOfNotificationsFilteredOut-NoMessageAttributes': 1,
    });
    expect(w.entries('notification-filtered-out')[0]?.detail).toMatchObject({ reason: 'MessageAttributes' });
  });

  it('is one of two hundred of a topic at most', async () => {
    const w = world();
    for (let index = 0; index < 200; index += 1) await subscribed(w, { queue: `q${index}`, attributes: { FilterPolicy: '{"a":["b"]}' } });
    await expect(subscribed(w, { queue: 'more', attributes: { FilterPolicy: '{"a":["b"]}' } })).rejects.toMatchObject({
      code: 'FilterPolicyLimitExceededException',
    });
    expect(await subscribed(w, { queue: 'more' })).toContain('orders');
  });
});

describe('filtering, against a model', () => {
  type Rule =
    | { kind: 'equals' | 'prefix' | 'suffix' | 'anything-but' | 'ignore-case'; value: string }
    | { kind: 'between'; low: number; high: number }
    | { kind: 'exists'; value: boolean };

  const word = fc.stringMatching(/^[aAb]{1,2}$/);
  const number = fc.integer({ min: -3, max: 3 });
  const rule: fc.Arbitrary<Rule> = fc.oneof(
    fc.record({ kind: fc.constantFrom('equals', 'prefix', 'suffix', 'anything-but', 'ignore-case'), value: word }),
    fc.tuple(number, number).map(([a, b]) => ({ kind: 'between' as const, low: Math.min(a, b), high: Math.max(a, b) + 1 })),
    fc.record({ kind: fc.constant('exists' as const), value: fc.boolean() }),
  );
  const policyOf = fc.dictionary(fc.constantFrom('k1', 'k2', 'k3'), fc.array(rule, { minLength: 1, maxLength: 3 }), { minKeys: 1 });
  const value = fc.oneof(word, number, fc.array(fc.oneof(word, number), { minLength: 1, maxLength: 3 }));
  const valuesOf = fc.dictionary(fc.constantFrom('k1', 'k2', 'k3'), value);

  function wire(one: Rule): unknown {
    switch (one.kind) {
      case 'equals':
        return one.value;
      case 'between':
        return { numeric: ['>=', one.low, '<', one.high] };
      case 'exists':
        return { exists: one.value };
      case 'ignore-case':
        return { 'equals-ignore-case': one.value };
      default:
        return { [one.kind]: one.value };
    }
  }

  function holds(one: Rule, found: readonly (string | number)[] | undefined): boolean {
    if (one.kind === 'exists') return one.value === (found !== undefined);
    return (found ?? []).some((leaf) => {
      if (one.kind === 'between') return typeof leaf === 'number' && leaf >= one.low && leaf < one.high;
      if (one.kind === 'anything-but') return leaf !== one.value;
      if (typeof leaf !== 'string') return false;
      if (one.kind === 'equals') return leaf === one.value;
      if (one.kind === 'ignore-case') return leaf.toLowerCase() === one.value.toLowerCase();
      return one.kind === 'prefix' ? leaf.startsWith(one.value) : leaf.endsWith(one.value);
    });
  }

  const listOf = (one: unknown): readonly (string | number)[] | undefined => (one === undefined ? undefined : Array.isArray(one) ? one : [one as string]);

  function attributeOf(one: string | number | (string | number)[]): MessageAttributes[string] {
    if (Array.isArray(one)) return text(JSON.stringify(one), 'String.Array');
    return typeof one === 'number' ? text(String(one), 'Number') : text(one);
  }

  it('finds the same by attributes and in the body', () => {
    fc.assert(
      fc.property(policyOf, valuesOf, (rules, values) => {
        const policy = Object.fromEntries(Object.entries(rules).map(([key, list]) => [key, list.map(wire)]));
        const expected = Object.entries(rules).every(([key, list]) => list.some((one) => holds(one, listOf(values[key]))));
        const attributes = Object.fromEntries(Object.entries(values).map(([key, one]) => [key, attributeOf(one)]));
        expect(refusal(policy, 'MessageAttributes', { attributes }) === undefined).toBe(expected);
        expect(refusal(policy, 'MessageBody', { body: JSON.stringify(values) }) === undefined).toBe(expected);
      }),
      { numRuns: 500 },
    );
  });
});
