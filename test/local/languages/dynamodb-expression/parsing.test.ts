import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseCondition } from '../../../../local/languages/dynamodb-expression/parse-condition.ts';
import { parseProjection } from '../../../../local/languages/dynamodb-expression/parse-path.ts';
import { parseUpdate } from '../../../../local/languages/dynamodb-expression/parse-update.ts';
import { printCondition, printPath, printUpdate } from '../../../../local/languages/dynamodb-expression/print.ts';
import type { Condition, Operand, Path, Update } from '../../../../local/languages/dynamodb-expression/syntax.ts';

const names = fc.constantFrom('aa', 'bb2', '_c', '#d', '#e1');
const paths: fc.Arbitrary<Path> = fc.tuple(names, fc.array(fc.oneof(names, fc.nat(20)), { maxLength: 3 })).map(([first, rest]) => [first, ...rest]);
const pathOperands = paths.map((path): Operand => ({ kind: 'path', path }));
const valueOperands = fc.constantFrom(':v', ':w').map((name): Operand => ({ kind: 'value', name }));
const sizes = pathOperands.map((operand): Operand => ({ kind: 'call', name: 'size', operands: [operand] }));
const operands = fc.oneof(pathOperands, valueOperands, sizes);

const comparisons: fc.Arbitrary<Condition> = fc.oneof(
  fc.record({ kind: fc.constant('compare' as const), operator: fc.constantFrom('=', '<>', '<', '<=', '>', '>=' as const), left: operands, right: operands }),
  fc.record({ kind: fc.constant('between' as const), operand: operands, lower: operands, upper: operands }),
  fc.record({ kind: fc.constant('in' as const), operand: operands, list: fc.array(operands, { minLength: 1, maxLength: 3 }) }),
  pathOperands.map((operand): Condition => ({ kind: 'call', name: 'attribute_exists', operands: [operand] })),
  fc.tuple(pathOperands, valueOperands).map(([path, value]): Condition => ({ kind: 'call', name: 'begins_with', operands: [path, value] })),
);
const conditions: fc.Arbitrary<Condition> = fc.letrec<{ node: Condition }>((tie) => ({
  node: fc.oneof(
    { maxDepth: 4 },
    comparisons,
    fc.record({ kind: fc.constantFrom('and' as const, 'or' as const), left: tie('node'), right: tie('node') }),
    fc.record({ kind: fc.constant('not' as const), inner: tie('node') }),
  ),
})).node;

const setValues: fc.Arbitrary<Operand> = fc.letrec<{ node: Operand }>((tie) => ({
  node: fc.oneof(
    { maxDepth: 3 },
    pathOperands,
    valueOperands,
    fc.record({ kind: fc.constant('arithmetic' as const), operator: fc.constantFrom('+' as const, '-' as const), left: tie('node'), right: tie('node') }),
    fc
      .tuple(fc.constantFrom('if_not_exists', 'list_append'), pathOperands, tie('node'))
      .map(([name, path, other]): Operand => ({ kind: 'call', name, operands: [path, other] })),
  ),
})).node;
const valued = fc.record({ path: paths, value: fc.constantFrom(':v', ':w') });
const updates: fc.Arbitrary<Update> = fc.record({
  set: fc.array(fc.record({ path: paths, value: setValues }), { minLength: 1, maxLength: 3 }),
  remove: fc.array(paths, { maxLength: 2 }),
  add: fc.array(valued, { maxLength: 2 }),
  delete: fc.array(valued, { maxLength: 2 }),
});

describe('what is printed', () => {
  it('parses to the same condition', () => {
    fc.assert(
      fc.property(conditions, (tree) => {
        expect(parseCondition(printCondition(tree)).tree).toEqual(tree);
      }),
    );
  });

  it('parses to the same update', () => {
    fc.assert(
      fc.property(updates, (tree) => {
        expect(parseUpdate(printUpdate(tree)).tree).toEqual(tree);
      }),
    );
  });

  it('parses to the same projection', () => {
    fc.assert(
      fc.property(fc.array(paths, { minLength: 1 }), (list) => {
        expect(parseProjection(list.map(printPath).join(', ')).tree).toEqual(list);
      }),
    );
  });
});

describe('a condition', () => {
  it.each([
    ['', 'The expression can not be empty;'],
    ['aa', 'Syntax error; token: "<EOF>", near: "aa"'],
    ['aa = 10', 'Syntax error; token: "10", near: "= 10"'],
    ['aa = :v extra', 'Syntax error; token: "extra", near: ":v extra"'],
    ['aa-bb = :v', 'Syntax error; token: "-", near: "aa-bb"'],
    ['aa in ()', 'Syntax error; token: ")", near: "()"'],
    ['((aa = :v))', 'The expression has redundant parentheses;'],
    ['aa > ((status))', 'The expression has redundant parentheses;'],
    ['attribute_exist(aa)', 'Invalid function name; function: attribute_exist'],
    ['size(aa)', 'The function is not allowed to be used this way in an expression; function: size'],
    ['contains(aa, :v) = :w', 'The function is not allowed to be used this way in an expression; function: contains'],
    ['aa = if_not_exists(aa, :v)', 'The function is not allowed in a condition expression; function: if_not_exists'],
    ['aa.Status = :v', 'Attribute name is a reserved keyword; reserved keyword: Status'],
  ])('%j is refused', (text, message) => {
    expect(() => parseCondition(text)).toThrow(message);
  });

  it('has at most 300 operators', () => {
    const text = (count: number): string => Array.from({ length: count }, () => 'a=:v').join(' OR ');
    expect(() => parseCondition(text(150))).not.toThrow();
    expect(() => parseCondition(text(151))).toThrow('The expression contains too many operators; operator count: 301');
  });

  it('binds NOT before AND before OR, whatever the case of words', () => {
    expect(parseCondition('not aa = :v and bb = :v Or cc = :v').tree).toEqual(parseCondition('((NOT aa = :v) AND bb = :v) OR cc = :v').tree);
  });
});

describe('an update', () => {
  it.each([
    ['aa = :v', 'Syntax error; token: "aa", near: "aa ="'],
    ['SET aa = :v SET bb = :v', 'The "SET" section can only be used once in an update expression;'],
    ['SET aa = size(bb)', 'The function is not allowed in an update expression; function: size'],
    ['SET aa = next(bb)', 'Invalid function name; function: next'],
    ['SET aa = bb + cc + dd', 'Syntax error; token: "+", near: "cc + dd"'],
    ['ADD aa bb', 'Syntax error; token: "bb", near: "aa bb"'],
    ['REMOVE total', 'Attribute name is a reserved keyword; reserved keyword: total'],
  ])('%j is refused', (text, message) => {
    expect(() => parseUpdate(text)).toThrow(message);
  });
});
