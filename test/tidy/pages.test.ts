import { readdirSync, readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { servicePages } from '../../docs/generate.ts';
import { takenMembersOf } from '../../docs/generator/members.ts';
import { differencesOf, membersAfter, refusalsOf, sourcesBelow } from '../../docs/generator/sources.ts';
import { SERVICE_ROWS } from '../../local/wire/services.ts';

describe('the pages of the services', () => {
  let pages: ReadonlyMap<string, string>;
  beforeAll(async () => {
    pages = await servicePages();
  }, 60_000);

  it('are what `npm run docs` writes from the code as it is', () => {
    expect(readdirSync('docs/services').sort()).toEqual([...pages.keys()].sort());
    for (const [name, text] of pages) expect(readFileSync(`docs/services/${name}`, 'utf8'), `docs/services/${name}: run npm run docs`).toBe(text);
  });

  it('tell of every operation, emulated or not', async () => {
    for (const { name, load } of SERVICE_ROWS) {
      const page = pages.get(`${name}.md`);
      if (page === undefined) continue;
      const operations = Object.keys(await load()).flatMap((exported) => /^([A-Z]\w+)Command$/.exec(exported)?.[1] ?? []);
      expect(
        operations.filter((operation) => !page.includes(`\`${operation}\``)),
        name,
      ).toEqual([]);
    }
  });

  it('exist for every refusal that points at one', () => {
    const named = sourcesBelow('local').flatMap(({ path, text }) =>
      [...text.matchAll(/\bpage: '([\w-]+)'|new NotEmulated\([^\n]*, '([\w-]+)'\)|docs\/services\/([\w-]+)\.md/g)].map((found) => ({
        path,
        page: found[1] ?? found[2] ?? found[3],
      })),
    );
    expect(named.length).toBeGreaterThan(50);
    expect(named.filter(({ page }) => !pages.has(`${page}.md`))).toEqual([]);
  });

  it('tell of every difference that a source admits', () => {
    const admitted = sourcesBelow('local').filter(({ text }) => text.includes('Differs from AWS'));
    const all = [...pages.values()].join('\n');
    expect(admitted.filter(({ path }) => !all.includes(`../../${path})`)).map(({ path }) => path)).toEqual([]);
  });
});

describe('what a page takes from a source', () => {
  const file = (text: string) => [{ path: 'a.ts', text }];

  it.each([
    ['in one line', '/** Makes. Differs from AWS: at once. */\nexport function make() {}\n', 'make', 'at once.'],
    ['over lines, up to a tag', '/**\n * Makes.\n * Differs from AWS: at\n * once.\n * @see https://x\n */\nconst made = 1;\n', 'made', 'at once.'],
    [
      'with the sentence that it leans on',
      '/** Old. Makes a table. Differs from AWS: it is there at once. */\nclass T {}\n',
      'T',
      'Makes a table. It is there at once.',
    ],
    ['as a clause, whole', '/** Tries. Differs from AWS, which does not. */\nconst N = 3;\n', 'N', 'Tries. Differs from AWS, which does not.'],
    ['in a comment within', '  // Known. Differs from AWS: not asked.\n  const x = 1;\n', 'x', 'not asked.'],
  ])('is a difference %s', (_, text, subject, difference) => {
    expect(differencesOf(file(text))).toEqual([{ subject, path: 'a.ts', text: difference }]);
  });

  it('is a refusal, its values left out', () => {
    const text = `throw new NotEmulated(\`The runtime \${name}\`, 'lambda'); throw new NotEmulated('It is', 'x')`;
    expect(refusalsOf(file(text))).toEqual(['It is', 'The runtime …']);
  });

  it('is the list of members that an operation takes, spread ones included', () => {
    const text =
      "const members = ['X'];\nconst PAGE = ['Limit'];\nconst members = ['A', ...PAGE];\nrefuseAllBut(members, input, { operation: 'List', page: 'x' });";
    expect(takenMembersOf(file(text))).toEqual([{ operation: 'List', members: ['A', 'Limit'] }]);
    expect(() => takenMembersOf(file("refuseAllBut(NONE, input, { operation: 'Get' })"))).toThrow('a.ts: what NONE lists');
  });

  it('is a table’s members, not those of another', () => {
    const text = "const A = {\n  one,\n  'two/x': 2,\n  three: { four: 1 },\n};\nconst B = {\n  five,\n};\n";
    expect(membersAfter('const A', { path: 'a.ts', text })).toEqual(['one', 'two/x', 'three']);
    expect(() => membersAfter('const C', { path: 'a.ts', text })).toThrow('a.ts has no const C');
  });
});
