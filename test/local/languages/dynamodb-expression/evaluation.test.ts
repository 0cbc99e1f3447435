import { describe, expect, it } from 'vitest';
import { applyUpdate } from '../../../../local/languages/dynamodb-expression/apply-update.ts';
import type { AttributeValue } from '../../../../local/languages/dynamodb-expression/attribute-value.ts';
import { checkCondition } from '../../../../local/languages/dynamodb-expression/check-condition.ts';
import { checkUpdate } from '../../../../local/languages/dynamodb-expression/check-update.ts';
import { isMet } from '../../../../local/languages/dynamodb-expression/evaluate-condition.ts';
import { parseCondition } from '../../../../local/languages/dynamodb-expression/parse-condition.ts';
import { parseProjection } from '../../../../local/languages/dynamodb-expression/parse-path.ts';
import { parseUpdate } from '../../../../local/languages/dynamodb-expression/parse-update.ts';
import { project } from '../../../../local/languages/dynamodb-expression/paths.ts';

const item: Record<string, AttributeValue> = {
  id: { S: 'a' },
  n: { N: '10' },
  str: { S: 'hello' },
  bin: { B: new Uint8Array([1, 2, 3]) },
  tags: { SS: ['x', 'y'] },
  lst: { L: [{ S: 'p' }, { N: '1' }, { M: { deep: { BOOL: true } } }] },
  doc: { M: { inn: { N: '5' }, oth: { NULL: true } } },
  constructor: { S: 'data' },
};
const values: Record<string, AttributeValue> = {
  ':five': { N: '5' },
  ':ten': { N: '10' },
  ':twenty': { N: '20' },
  ':he': { S: 'he' },
  ':x': { S: 'x' },
  ':m': { S: 'M' },
  ':bad': { S: 'MAP' },
  ':true': { BOOL: true },
  ':two': { B: new Uint8Array([2, 3]) },
  ':list': { L: [{ S: 'q' }] },
  ':set': { SS: ['y', 'z'] },
};
const bindings = { names: { '#l': 'lst', '#deep': 'deep', '#c': 'constructor' }, values };

function meets(text: string): boolean {
  const { tree } = parseCondition(text);
  checkCondition(tree, bindings);
  return isMet(tree, item, bindings);
}

describe('a condition', () => {
  it.each([
    ['n = :ten', true],
    ['n <> :ten', false],
    ['gone2 <> :ten', true],
    ['gone2 = :ten', false],
    ['NOT gone2 = :ten', true],
    ['n < str', false],
    ['n BETWEEN :five AND :twenty', true],
    ['n IN (:five, :ten)', true],
    ['attribute_exists(doc.inn) AND attribute_not_exists(doc.nil)', true],
    ['attribute_exists(#c) AND attribute_not_exists(toString)', true],
    ['attribute_type(doc, :m)', true],
    ['begins_with(str, :he)', true],
    ['begins_with(n, :he)', false],
    ['contains(tags, :x)', true],
    ['contains(str, :x)', false],
    ['contains(bin, :two)', true],
    ['contains(lst, :five)', false],
    ['size(str) = :five', true],
    ['size(n) = :five', false],
    ['#l[2].#deep = :true', true],
    ['doc.inn = :five OR gone2 = :five', true],
  ])('%s is %s', (text, expected) => {
    expect(meets(text)).toBe(expected);
  });

  it.each([
    ['n < :true', 'Incorrect operand type for operator or function; operator or function: <, operand type: BOOL'],
    ['begins_with(str, :five)', 'Incorrect operand type for operator or function; operator or function: begins_with, operand type: N'],
    ['attribute_type(str, :bad)', 'Invalid attribute type name found; type: MAP, valid types: {B,NULL,SS,BOOL,L,BS,N,NS,S,M}'],
    ['attribute_exists(:five)', 'Operator or function requires a document path; operator or function: attribute_exists'],
    ['begins_with(str)', 'Incorrect number of operands for operator or function; operator or function: begins_with, number of operands: 1'],
    ['lst[0] = #l[0]', 'The first operand must be distinct from the remaining operands for this operator or function; operator: =, first operand: [lst, [0]]'],
    [
      'n BETWEEN :ten AND :five',
      'The BETWEEN operator requires upper bound to be greater than or equal to lower bound; lower bound operand: AttributeValue: {N:10}, upper bound operand: AttributeValue: {N:5}',
    ],
  ])('%s is refused', (text, message) => {
    expect(() => meets(text)).toThrow(message);
  });
});

function updated(text: string): Record<string, AttributeValue> {
  const { tree } = parseUpdate(text);
  checkUpdate(tree, bindings);
  return applyUpdate(tree, item, bindings);
}

describe('an update', () => {
  it.each([
    ['SET n = n - :twenty', { n: { N: '-10' } }],
    ['SET gone2 = if_not_exists(gone2, :five) + n', { gone2: { N: '15' } }],
    ['SET str = if_not_exists(str, :five)', {}],
    ['SET lst = list_append(lst, :list)', { lst: { L: [...(item['lst'] as { L: AttributeValue[] }).L, { S: 'q' }] } }],
    ['SET lst[9] = :five, lst[7] = :ten', { lst: { L: [...(item['lst'] as { L: AttributeValue[] }).L, { N: '10' }, { N: '5' }] } }],
    ['REMOVE lst[0], lst[2]', { lst: { L: [{ N: '1' }] } }],
    ['SET doc.inn = n, n = doc.inn', { doc: { M: { inn: { N: '10' }, oth: { NULL: true } } }, n: { N: '5' } }],
    ['REMOVE doc.inn, str', { doc: { M: { oth: { NULL: true } } }, str: undefined }],
    ['ADD n :five, tags :set, fresh :set', { n: { N: '15' }, tags: { SS: ['x', 'y', 'z'] }, fresh: { SS: ['y', 'z'] } }],
    ['DELETE tags :set, gone2 :set', { tags: { SS: ['x'] } }],
    ['REMOVE gone2', {}],
  ])('%s', (text, changes) => {
    const before = structuredClone(item);
    const expected: Record<string, unknown> = { ...item, ...changes };
    for (const name of Object.keys(expected)) if (expected[name] === undefined) delete expected[name];
    expect(updated(text)).toEqual(expected);
    expect(item).toEqual(before);
  });

  it('deletes a set that runs empty', () => {
    const tree = parseUpdate('DELETE tags :all').tree;
    expect(applyUpdate(tree, item, { names: {}, values: { ':all': { SS: ['x', 'y'] } } })).not.toHaveProperty('tags');
  });

  it.each([
    ['SET n = str + :five', 'An operand in the update expression has an incorrect data type'],
    ['SET n = gone2', 'The provided expression refers to an attribute that does not exist in the item'],
    ['SET gone2.inn = :five', 'The document path provided in the update expression is invalid for update'],
    ['SET str.inn = :five', 'The document path provided in the update expression is invalid for update'],
    ['REMOVE gone2.inn', 'The document path provided in the update expression is invalid for update'],
    ['ADD str :five', 'An operand in the update expression has an incorrect data type'],
    ['DELETE n :set', 'An operand in the update expression has an incorrect data type'],
    ['ADD n :he', 'Incorrect operand type for operator or function; operator: ADD, operand type: STRING'],
    ['SET n = n + :he', 'Incorrect operand type for operator or function; operator or function: +, operand type: S'],
    ['SET lst = list_append(lst, :five)', 'Incorrect operand type for operator or function; operator or function: list_append, operand type: N'],
    [
      'SET doc = :five, doc.inn = :ten',
      'Two document paths overlap with each other; must remove or rewrite one of these paths; path one: [doc], path two: [doc, inn]',
    ],
    [
      'SET doc.a = :five, doc[0] = :ten',
      'Two document paths conflict with each other; must remove or rewrite one of these paths; path one: [doc, a], path two: [doc, [0]]',
    ],
  ])('%s is refused', (text, message) => {
    expect(() => updated(text)).toThrow(message);
  });
});

describe('a projection', () => {
  it('keeps the structure, closes lists up, and leaves out what is not there', () => {
    const { tree } = parseProjection('id, lst[2].deep, lst[0], doc.inn, doc.nil, gone');
    expect(project(item, tree)).toEqual({
      id: { S: 'a' },
      lst: { L: [{ S: 'p' }, { M: { deep: { BOOL: true } } }] },
      doc: { M: { inn: { N: '5' } } },
    });
  });

  it('takes names of objects for data', () => {
    expect(project(JSON.parse('{"__proto__":{"S":"x"},"id":{"S":"y"}}'), [['__proto__'], ['constructor']])).toEqual(JSON.parse('{"__proto__":{"S":"x"}}'));
  });
});
