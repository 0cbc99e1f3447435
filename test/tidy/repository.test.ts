import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Plane } from '../../local/index.ts';

// What is there and not ignored: a file that is not committed yet has to be tidy too.
const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], { encoding: 'utf8' })
  .trim()
  .split('\n')
  .filter((path) => existsSync(path));
const isGenerated = (path: string): boolean => /^(package-lock\.json$|schemas\/generated\/|local\/wire\/constraints\/.*\.json$)/.test(path);
const product = files.filter((path) => /^(schemas|functions|infra|local|simulator|operations|cli|console|docs)\/.*\.ts$/.test(path) && !isGenerated(path));
const texts = files.filter((path) => /\.(ts|mjs|cjs|json|ya?ml|md|sh)$|^\.(ci|github)\/|^\.npmrc$/.test(path) && !isGenerated(path));

/** A page without its code, in which brackets mean other things. */
const proseOf = (page: string): string => readFileSync(page, 'utf8').replace(/```[\s\S]*?```|`[^`\n]*`/g, '');

/** The lines of `paths` in which `pattern` is, as `path:line: text`. */
function linesWith(pattern: RegExp, paths: readonly string[]): string[] {
  return paths.flatMap((path) =>
    readFileSync(path, 'utf8')
      .split('\n')
      .flatMap((line, index) => (pattern.test(line) ? [`${path}:${index + 1}: ${line.trim().slice(0, 120)}`] : [])),
  );
}

describe('the files', () => {
  it('have at most 300 lines in what ships', () => {
    expect(product.filter((path) => readFileSync(path, 'utf8').split('\n').length > 301)).toEqual([]);
  });

  it('are named in kebab-case, for their content', () => {
    const named = files.filter((path) => /^(schemas|functions|infra|local|simulator|operations|cli|console|bench|test)\//.test(path) && !isGenerated(path));
    expect(named.filter((path) => !/^[a-z\d.-]+$/.test(path.slice(path.lastIndexOf('/') + 1)) && !/(LICENSE|README\.md)$/.test(path))).toEqual([]);
    expect(named.filter((path) => /(^|[/-])(util|utils|helper|helpers|common|core|misc|manager|stuff)([-./]|$)/.test(path))).toEqual([]);
  });

  it('lie in folders of at most 20 entries', () => {
    const entries = new Map<string, Set<string>>();
    for (const path of files) {
      const parts = path.split('/');
      for (let depth = 1; depth < parts.length; depth += 1) {
        const folder = parts.slice(0, depth).join('/');
        entries.set(folder, (entries.get(folder) ?? new Set()).add(parts[depth] as string));
      }
    }
    // One page for each service: they are generated.
    entries.delete('docs/services');
    expect([...entries].filter(([, held]) => held.size > 20).map(([folder, held]) => `${folder}: ${held.size}`)).toEqual([]);
  });

  it('name no path of a machine and no registry', () => {
    // Written so that this file does not name them itself. Lambda's own folders are no machine's: `/tmp`, `/home/sbx_user1051`.
    const forbidden = new RegExp(
      ['/ro' + 'ot/', '/wo' + 'rk/', '/Us' + 'ers/[a-z]', '/ho' + 'me/(?!sbx_)', '(npmjs|yarnpkg|pypi)\\.(org|com)', 'regis' + 'try='].join('|'),
    );
    expect(linesWith(forbidden, [...texts, 'package-lock.json'])).toEqual([]);
  });

  it('leave nothing for later', () => {
    expect(linesWith(new RegExp(['\\bTO' + 'DO\\b', '\\bFIX' + 'ME\\b', '\\bXX' + 'X\\b', '\\bHA' + 'CK\\b'].join('|')), texts)).toEqual([]);
  });
});

describe('the tests', () => {
  it('are all run: none is singled out, put aside, or expected to fail', () => {
    const tests = files.filter((path) => path.startsWith('test/') && path.endsWith('.ts'));
    expect(linesWith(new RegExp('\\b(it|test|describe)\\.(on' + 'ly|sk' + 'ip|to' + 'do|fai' + 'ls)\\b'), tests)).toEqual([]);
  });

  it('do not sleep: they advance the clock', () => {
    // Processes and sockets of their own have no virtual clock; a function under test, written as text, waits on the plane's.
    const tests = files.filter((path) => /^test\/(local\/(services|languages|kernel|assembly)|functions|schemas)\/.*\.ts$/.test(path));
    expect(linesWith(/^(?!.*exports\.handler).*(\bsetTimeout\(|timers\/promises)/, tests)).toEqual([]);
  });
});

describe('the services', () => {
  const plane = new Plane({ clock: { kind: 'virtual', startMs: 0 }, seed: 1 });
  const installed = [...plane.kernel.installed()].map(({ service }) => service);

  it('are one folder each, of that name', () => {
    expect(readdirSync('local/services').sort()).toEqual(installed.map(({ name }) => name).sort());
  });

  it.each(installed)('have the same files: $name', (service) => {
    const held = readdirSync(join('local/services', service.name));
    expect(held).toContain('service.ts');
    if (Object.keys(service.operations).length > 0) expect(held).toEqual(expect.arrayContaining(['operations', 'errors.ts']));
    if (Object.keys(service.resourceTypes ?? {}).length > 0) expect(held).toContain('resources.ts');
    if (plane.kernel.contextFor(service.name).state !== undefined) expect(held).toContain('state.ts');
    if (service.delivery) expect(held).toContain('delivery.ts');
  });

  it('build their faults in errors.ts only', () => {
    const elsewhere = product.filter((path) => path.startsWith('local/services/') && !path.endsWith('/errors.ts'));
    expect(linesWith(/\bnew Fault\(/, elsewhere)).toEqual([]);
  });
});

describe('the pages', () => {
  const pages = files.filter((path) => path.endsWith('.md'));

  it('have no dead link', () => {
    const links = pages.flatMap((page) => [...proseOf(page).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => ({ page, target })));
    const relative = links.filter(({ target }) => !/^[a-z]+:/.test(target));
    expect(relative.length).toBeGreaterThan(20);
    const dead = relative.filter(({ page, target }) => {
      const [path = '', anchor] = target.split('#');
      const file = path === '' ? page : join(dirname(page), path);
      return !existsSync(file) || (anchor !== undefined && !anchorsOf(file).has(anchor));
    });
    expect(dead).toEqual([]);
  });

  it('name only files that are there', () => {
    const named = pages.flatMap((page) =>
      [
        ...readFileSync(page, 'utf8').matchAll(
          /`((?:schemas|functions|infra|local|operations|cli|bench|test|docs|examples)\/[\w./-]+\.(?:ts|mjs|md|txt|json))`/g,
        ),
      ].map(([, target = '']) => ({ page, target })),
    );
    expect(named.filter(({ target }) => !existsSync(target) && !TO_BE_MADE.has(target))).toEqual([]);
  });

  it('name only commands that package.json has', () => {
    const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { readonly scripts: Readonly<Record<string, string>> };
    const named = [...pages, '.github/workflows/ci.yml'].flatMap((page) =>
      [...readFileSync(page, 'utf8').matchAll(/\bnpm run (?:--?\w+ )*([\w:-]+)/g)].map(([, script = '']) => ({ page, script })),
    );
    expect(named.length).toBeGreaterThan(5);
    expect(named.filter(({ script }) => !(script in scripts))).toEqual([]);
  });
});

/** Files that the README tells its reader to make. */
const TO_BE_MADE = new Set(['functions/analytics/count-orders.handler.ts']);

/** The anchors of a page's headings, as the hosts of Markdown make them. */
function anchorsOf(page: string): Set<string> {
  const headings = readFileSync(page, 'utf8').matchAll(/^#+ (.+)$/gm);
  return new Set(
    [...headings].map(([, heading = '']) =>
      heading
        .toLowerCase()
        .replace(/[^\w\s-]/g, '')
        .trim()
        .replace(/\s/g, '-'),
    ),
  );
}
