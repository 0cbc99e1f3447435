import { describe, expect, it } from 'vitest';
import { differenceOf } from './compare.ts';
import { resolveReferences } from './references.ts';

const compare = (recorded: unknown, answered: unknown, options: { isAnyOrder?: boolean; regex?: string; replacement?: string } = {}): string | undefined => {
  const { regex, replacement, isAnyOrder = false } = options;
  const bindings = regex === undefined || replacement === undefined ? [] : [{ kind: 'regex', regex, replacement }];
  return differenceOf(recorded, answered, { bindings, bound: new Map(), isAnyOrder });
};

describe('comparing an answer with a recording', () => {
  it.each([
    { name: 'a placeholder and what it stands for', recorded: 'arn:<partition>:sqs:<region>:1:<resource:1>', answered: 'arn:aws:sqs:us-east-1:1:q' },
    { name: 'one placeholder twice', recorded: { a: '<uuid:1>', b: 'x-<uuid:1>' }, answered: { a: '7', b: 'x-7' } },
    { name: 'an unnumbered placeholder of two values', recorded: ['<md5-hash>', '<md5-hash>'], answered: ['a', 'b'] },
    { name: 'a word for a time', recorded: { At: 'datetime' }, answered: { At: '2026-11-21T00:00:00.000Z' } },
    { name: 'a word for a value of that name', recorded: { MD5OfBody: 'm-d5-of-body' }, answered: { MD5OfBody: 'acbd' } },
    { name: 'text that holds JSON', recorded: { Body: { a: 1 } }, answered: { Body: '{"a": 1}' } },
    { name: 'a replacement without brackets', recorded: { T: 'target-id' }, answered: { T: 'abc' }, regex: 'abc', replacement: 'target-id' },
    { name: 'a placeholder that was wrapped twice', recorded: { a: '<<next-token>:1>', b: '<<next-token>:1>' }, answered: { a: 'x', b: 'x' } },
    {
      name: 'principals in another order',
      recorded: { Principal: { AWS: ['arn:<partition>:a', 'arn:<partition>:b'] } },
      answered: { Principal: { AWS: ['arn:aws:b', 'arn:aws:a'] } },
    },
    {
      name: 'words inside text that holds JSON',
      recorded: { Message: '{"id":"message-id","time":"date"}' },
      answered: { Message: '{"id":"74bc1f52-57ef-42e8-9fb7-68170df5d8b9","time":"2026-11-21T00:00:00Z"}' },
    },
    {
      name: 'a part of the answer, deep inside text',
      recorded: { Id: 'p', Version: '1' },
      answered: { Attributes: { Owner: '1', Policy: '{"Version":"1","Id":"p"}' }, ResponseMetadata: { HTTPStatusCode: 200 } },
    },
    { name: 'a list in another order, where that is allowed', recorded: [1, 2], answered: [2, 1], isAnyOrder: true },
  ])('agrees: $name', ({ recorded, answered, ...options }) => {
    expect(compare(recorded, answered, options)).toBeUndefined();
  });

  it.each([
    { name: 'one placeholder with two values', recorded: { a: '<uuid:1>', b: '<uuid:1>' }, answered: { a: '7', b: '8' }, at: '.b' },
    { name: 'a member that is missing', recorded: { a: 1 }, answered: {}, at: '.a: recorded 1, not answered' },
    { name: 'a member too many', recorded: {}, answered: { a: 1 }, at: '.a: not recorded' },
    {
      name: 'a part of the answer with another member',
      recorded: { Id: 'p', Version: '1' },
      answered: { Attributes: { Policy: '{"Version":"1","Id":"q"}' }, ResponseMetadata: { HTTPStatusCode: 200 } },
      at: '.Id',
    },
    {
      name: 'an id inside text that is another',
      recorded: { Message: '{"id":"message-id"}' },
      answered: { Message: '{"id":"7"}' },
      at: '.Message',
    },
    { name: 'another order', recorded: [1, 2], answered: [2, 1], at: '[0]' },
    { name: 'a word that is a value', recorded: { Name: 'datum' }, answered: { Name: 'date' }, at: '.Name' },
    {
      name: 'another status',
      recorded: { ResponseMetadata: { HTTPStatusCode: 200 } },
      answered: { ResponseMetadata: { HTTPStatusCode: 400 } },
      at: '.HTTPStatusCode',
    },
  ])('differs: $name', ({ recorded, answered, at }) => {
    expect(compare(recorded, answered)).toContain(at);
  });
});

describe('references', () => {
  const ref = (path: string): string => `\${3:${path}}`;
  const answers = new Map([[3, { body: { Messages: [{ Body: '{"a":{"b":7}}' }], 'Content-Type': 'text/plain' }, errorText: 'An error' }]]);

  it.each([
    { reference: ref('Messages.0.Body'), value: '{"a":{"b":7}}' },
    { reference: ref('Messages.0.Body|json.a.b'), value: 7 },
    { reference: `type ${ref('Content-Type')}!`, value: 'type text/plain!' },
    { reference: '{"a":"\\u00ab3:Content-Type\\u00bb"}', value: '{"a":"text/plain"}' },
    { reference: `FakeErr('${ref('ERR')}')`, value: 'An error' },
  ])('$reference', ({ reference, value }) => {
    expect(resolveReferences(reference, answers)).toEqual(value);
  });

  it('says what is missing', () => {
    expect(() => resolveReferences({ a: [ref('Nothing')] }, answers)).toThrow('the answer to step 3 has no Nothing');
  });
});
