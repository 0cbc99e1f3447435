import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Json } from '../../../../local/languages/states/index.ts';
import { evaluatePath } from '../../../../local/languages/states/json-path/evaluate.ts';
import { isPath, parsePath } from '../../../../local/languages/states/json-path/parse.ts';
import { parseReferencePath, putAt } from '../../../../local/languages/states/json-path/reference-path.ts';

const DOCUMENT: Json = {
  store: {
    book: [
      { title: 'A', price: 8, tags: ['x', 'y'], isbn: '1' },
      { title: 'B', price: 12, tags: [] },
      { title: 'C', price: 9, tags: ['y'], isbn: '3' },
    ],
    bicycle: { color: 'red', price: 20 },
  },
  limit: 10,
  'a-b': 1,
  'odd.name': { "it's": 2 },
  __proto__x: null,
};

const at = (path: string, document: Json = DOCUMENT): Json => evaluatePath(parsePath(path), document);

describe('evaluatePath', () => {
  it.each<[string, Json]>([
    ['$', DOCUMENT],
    ['$.limit', 10],
    ['$.a-b', 1],
    ["$['odd.name']['it\\'s']", 2],
    ['$.store.book[0].title', 'A'],
    ['$.store.book[-1].title', 'C'],
    ['$.store.book[*].title', ['A', 'B', 'C']],
    ['$.store.book[0,2].title', ['A', 'C']],
    ['$.store.book[1:].title', ['B', 'C']],
    ['$.store.book[:2].title', ['A', 'B']],
    ['$.store.book[-2:].title', ['B', 'C']],
    ['$.store.book[0:3:2].title', ['A', 'C']],
    ['$..title', ['A', 'B', 'C']],
    ['$..price', [8, 12, 9, 20]],
    ['$.store.*.color', ['red']],
    ["$.store.bicycle['color','price']", { color: 'red', price: 20 }],
    ['$.store.book[?(@.price < 10)].title', ['A', 'C']],
    ['$.store.book[?(@.price < $.limit && @.isbn)].title', ['A', 'C']],
    ["$.store.book[?(@.title == 'B' || @.price == 8)].title", ['A', 'B']],
    ['$.store.book[?(!@.isbn)].title', ['B']],
    ["$.store.book[?('y' in @.tags)].title", ['A', 'C']],
    ['$.store.book[?(@.title =~ /[ab]/i)].title', ['A', 'B']],
    ["$.store.book[?(@.title in ['A', 'B'])].title", ['A', 'B']],
    ["$.store.book[?(@.title nin ['A', 'B'])].title", ['C']],
    ['$.store.book[?(@.tags empty true)].title', ['B']],
    ['$.store.book[?(@.tags size 2)].title', ['A']],
    ["$.store.book[?(@.tags contains 'x')].title", ['A']],
    ["$.store.book[?(@.tags anyof ['x', 'z'])].title", ['A']],
    ["$.store.book[?(@.tags noneof ['x'])].title", ['B', 'C']],
    ["$.store.book[?(@.tags subsetof ['y'])].title", ['B', 'C']],
    ['$.store.book[?(@.title != null && (@.price >= 12))].title', ['B']],
    ['$.store.book.length()', 3],
    ['$..price.max()', 20],
    ['$..price.min()', 8],
    ['$..price.sum()', 49],
    ['$..price.avg()', 12.25],
    ['$.store.bicycle.keys()', ['color', 'price']],
    ['$.store.book.last()', { title: 'C', price: 9, tags: ['y'], isbn: '3' }],
    ['$.nothing[*].here', []],
    ['$..nothing', []],
    ['$.nothing[1:].here', []],
  ])('%s', (path, expected) => {
    expect(at(path)).toEqual(expected);
  });

  it.each([
    ['$.nothing', "No results for path: $['nothing']"],
    ['$.no.such', "Missing property in path $['no']"],
    ['$.store.book[7]', "No results for path: $['store']['book'][7]"],
    ['$.limit.x', "Expected to find an object with property ['x'] in path $['limit'] but found 'com.fasterxml.jackson.databind.node.IntNode'"],
    ['$.toString', "No results for path: $['toString']"],
    ['$.store.bicycle.price.min()', 'Aggregation function attempted to calculate value using empty array'],
  ])('%s leads nowhere', (path, message) => {
    expect(() => at(path)).toThrow(message);
  });

  it.each(['', 'a', '$.', '$[', '$[]', '$..', '$.a[?(@.b ==)]', "$['a", '$.a b', '$.a.foo()', '$.a[1:2:0]', '$[?(@.a', '$.a.length().b'])(
    '%j is no path',
    (path) => {
      expect(isPath(path)).toBe(false);
    },
  );

  it('refuses a filter that is too deep instead of overflowing', () => {
    expect(isPath(`$[?(${'('.repeat(5000)}@.a${')'.repeat(5000)})]`)).toBe(false);
    expect(isPath(`$${'[?(@'.repeat(5000)}${')]'.repeat(5000)}`)).toBe(false);
    expect(isPath(`$[?(${'!'.repeat(50_000)}@.a)]`)).toBe(false);
  });

  it('finds by names and numbers what plain access finds', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 4 }), fc.array(fc.nat({ max: 5 }), { maxLength: 5 }), (value, choices) => {
        const document = JSON.parse(JSON.stringify(value)) as Json;
        let expected = document;
        let path = '$';
        for (const choice of choices) {
          if (typeof expected !== 'object' || expected === null) break;
          const entries = Object.entries(expected);
          const entry = entries[choice % Math.max(1, entries.length)];
          if (entry === undefined) break;
          path += Array.isArray(expected) ? `[${entry[0]}]` : `['${entry[0].replace(/[\\']/g, '\\$&')}']`;
          expected = entry[1];
        }
        expect(at(path, document)).toEqual(expected);
      }),
    );
  });

  it('slices as a list does, and finds all names as a walk does', () => {
    const bound = fc.option(fc.integer({ min: -7, max: 7 }), { nil: undefined });
    fc.assert(
      fc.property(fc.array(fc.integer(), { maxLength: 6 }), bound, bound, (list, from, to) => {
        expect(at(`$[${from ?? ''}:${to ?? ''}]`, list)).toEqual(list.slice(from ?? 0, to ?? list.length));
      }),
    );
    const walk = (value: Json): Json[] => {
      if (typeof value !== 'object' || value === null) return [];
      const own = !Array.isArray(value) && Object.hasOwn(value, 'a') ? [value.a as Json] : [];
      return [...own, ...Object.values(value).flatMap(walk)];
    };
    fc.assert(
      fc.property(fc.object({ key: fc.constantFrom('a', 'b'), maxDepth: 4, values: [fc.integer()] }), (value) => {
        expect(at('$..a', value as Json)).toEqual(walk(value as Json));
      }),
    );
  });
});

describe('reference paths', () => {
  it.each(['$..a', '$[*]', '$[1:2]', '$[?(@.a)]', '$[0,1]', '$$.a', '$name', '$[-1]'])('%s is none', (path) => {
    expect(() => parseReferencePath(path)).toThrow();
  });

  it.each<[Json, string, Json]>([
    [{ a: 1 }, '$.b', { a: 1, b: 9 }],
    [{ a: 1 }, '$.b.c', { a: 1, b: { c: 9 } }],
    [{ a: { b: 1, c: 2 } }, '$.a.b', { a: { b: 9, c: 2 } }],
    [{ a: [1, 2] }, '$.a[1]', { a: [1, 9] }],
    [{ a: 1 }, '$', 9],
  ])('puts into %j at %s', (document, path, expected) => {
    const before = JSON.stringify(document);
    expect(putAt(document, parseReferencePath(path), 9)).toEqual(expected);
    expect(JSON.stringify(document)).toBe(before);
  });

  it.each<[Json, string]>([
    [{ a: 1 }, '$.a.b'],
    [{ a: [1] }, '$.a[1]'],
    [{ a: [1] }, '$.a.b'],
    ['text', '$.a'],
  ])('cannot put into %j at %s', (document, path) => {
    expect(() => putAt(document, parseReferencePath(path), 9)).toThrow();
  });
});
