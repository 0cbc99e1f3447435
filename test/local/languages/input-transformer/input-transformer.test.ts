import { describe, expect, it } from 'vitest';
import { compilePath, compileTransformer, TemplateOutputError, TransformerError } from '../../../../local/languages/input-transformer/index.ts';

const EVENT = {
  version: '0',
  id: 'e-1',
  'detail-type': 'OrderPlaced',
  source: 'shop',
  account: '111111111111',
  time: '2026-01-01T00:00:00Z',
  region: 'us-east-1',
  resources: [],
  detail: { user: 'a"b', total: 12.5, valid: true, none: null, list: ['ACTIVE', 'INACTIVE'], payload: { id: 'p' }, lines: [{ sku: 'x' }, { sku: 'y' }] },
};
const SURROUNDINGS = { ruleArn: 'arn:rule', ruleName: 'rule', ingestionTime: '2026-01-01T00:00:01Z' };
const PATHS = {
  user: '$.detail.user',
  total: '$.detail.total',
  valid: '$.detail.valid',
  none: '$.detail.none',
  list: '$.detail.list',
  payload: '$.detail.payload',
  'detail-type': '$.detail-type',
  absent: '$.detail.absent',
};

describe('paths', () => {
  it.each([
    ['$', EVENT],
    ['$.detail-type', 'OrderPlaced'],
    ['$.detail.list[1]', 'INACTIVE'],
    ['$.detail.list[2]', undefined],
    ['$.detail.lines[*].sku', ['x', 'y']],
    ['$.detail.payload.*', ['p']],
    ["$.detail['payload'].id", 'p'],
    ['$.detail.none', null],
    ['$.detail.user.length', undefined],
    ['$.detail.list.length', undefined],
  ])('%s', (text, wanted) => {
    expect(compilePath(text)?.(EVENT)).toEqual(wanted);
  });

  it.each(['detail', '', '$detail', '$.a[', '$..a', '$.a[?(@.b)]', '$.a b'])('refuses %j', (text) => {
    expect(compilePath(text)).toBeUndefined();
  });
});

describe('templates', () => {
  it.each([
    ['a value by itself', '{"user": <user>, "total": <total>}', '{"user": "a\\"b", "total": 12.5}'],
    ['an object by itself', '{"body": <payload>, "list": <list>}', '{"body": {"id":"p"}, "list": ["ACTIVE","INACTIVE"]}'],
    ['a text within a string, escaped', '{"text": "of <user>"}', '{"text": "of a\\"b"}'],
    ['other values within a string', '"<valid> <total> <none>"', '"true 12.5 null"'],
    ['a list within a string, without quotes', '"<list> items"', '"[ACTIVE,INACTIVE] items"'],
    ['what is absent, an empty text', '{"a": <absent>, "b": "-<absent>-"}', '{"a": "", "b": "--"}'],
    ['null', '{"a": <none>}', '{"a": null}'],
    ['one placeholder twice', '"<total>/<total>"', '"12.5/12.5"'],
    ['an escaped quote does not end a string', '{"a": "\\"<user>"}', '{"a": "\\"a\\"b"}'],
    ['a name with a dash', '{"type": <detail-type>}', '{"type": "OrderPlaced"}'],
    ['the rule and the time', '"<aws.events.rule-name> <aws.events.rule-arn> <aws.events.event.ingestion-time>"', '"rule arn:rule 2026-01-01T00:00:01Z"'],
    ['the event', '{"e": <aws.events.event.json>}', `{"e": ${JSON.stringify(EVENT)}}`],
    [
      'the event without its detail',
      '<aws.events.event>',
      '{"id":"e-1","account":"111111111111","detailType":"OrderPlaced","time":"2026-01-01T00:00:01Z","source":"shop","region":"us-east-1","resources":[],"version":"0"}',
    ],
    ['text without placeholders', '"a < b > c"', '"a < b > c"'],
    ['lines', '"first <total>"\n"second"', '"first 12.5"\n"second"'],
  ])('%s', (_name, template, wanted) => {
    expect(compileTransformer(PATHS, template)(EVENT, SURROUNDINGS)).toBe(wanted);
  });

  it('says where an object template does not give JSON', () => {
    expect(() => compileTransformer(PATHS, '{"a": x<user>}')(EVENT, SURROUNDINGS)).toThrow(TemplateOutputError);
  });

  it.each([
    [{}, '"<other>"', 'Not a valid placeholder: other'],
    [{ a: 'detail' }, '"<a>"', 'Not a valid path: detail'],
    [{ 'aws.x': '$.id' }, '"x"', 'Not a valid reserved: aws.x'],
  ])('refuses %j %s', (paths, template, message) => {
    expect(() => compileTransformer(paths as Record<string, string>, template)).toThrow(TransformerError);
    expect(() => compileTransformer(paths as Record<string, string>, template)).toThrow(message);
  });
});
