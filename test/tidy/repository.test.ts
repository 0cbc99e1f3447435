import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';

const files = execFileSync('git', ['ls-files'], { encoding: 'utf8' })
  .trim()
  .split('\n')
  .filter((path) => existsSync(path));
const product = files.filter((path) => /^(schemas|functions|infra|local|operations|cli)\/.*\.ts$/.test(path) && !path.startsWith('schemas/generated/'));

/** A page without its code, in which brackets mean other things. */
const proseOf = (page: string): string => readFileSync(page, 'utf8').replace(/```[\s\S]*?```|`[^`]*`/g, '');

describe('the repository', () => {
  it('has no file over 300 lines in what ships', () => {
    expect(product.filter((path) => readFileSync(path, 'utf8').split('\n').length > 301)).toEqual([]);
  });

  it('has no folder without a noun of its own', () => {
    expect(files.filter((path) => /(^|\/)(utils|helpers|common|core|misc)\//.test(path))).toEqual([]);
  });

  it('gives every service the same files', () => {
    for (const name of readdirSync('local/services')) {
      const held = readdirSync(join('local/services', name));
      expect(held, name).toContain('service.ts');
      if (existsSync(join('local/services', name, 'operations'))) expect(held, name).toContain('errors.ts');
    }
  });

  it('names no machine path and leaves nothing for later', () => {
    const forbidden = new RegExp(['/ro' + 'ot/', '/wo' + 'rk/', 'TO' + 'DO', 'FIX' + 'ME', '\\b(it|test|describe)\\.(only|skip)\\('].join('|'));
    const text = files.filter(
      (path) =>
        /\.(ts|mjs|cjs|json|md|sh|yml)$|^\.ci\//.test(path) && !/^(package-lock\.json|schemas\/generated\/|local\/wire\/constraints\/.*\.json)/.test(path),
    );
    expect(text.filter((path) => path !== 'test/tidy/repository.test.ts' && forbidden.test(readFileSync(path, 'utf8')))).toEqual([]);
  });

  it('has no dead link in its pages', () => {
    const dead: string[] = [];
    for (const page of files.filter((path) => path.endsWith('.md'))) {
      for (const [, target = ''] of proseOf(page).matchAll(/\]\(([^)#:]+?)(?:#[^)]*)?\)/g)) {
        if (!existsSync(join(dirname(page), target))) dead.push(`${page}: ${target}`);
      }
    }
    expect(dead).toEqual([]);
  });
});
