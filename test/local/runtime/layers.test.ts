import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { bundleOf, codeOf, virtualPlane } from './bundles.ts';

/** A layer whose files lie in folders. */
function layerOf(files: Readonly<Record<string, string>>): string {
  const directory = bundleOf({});
  for (const [name, text] of Object.entries(files)) {
    fs.mkdirSync(path.dirname(path.join(directory, name)), { recursive: true });
    fs.writeFileSync(path.join(directory, name), text);
  }
  return directory;
}

const run = async (source: string, layerDirectories: readonly string[], runtime = 'nodejs22.x') =>
  virtualPlane().run(codeOf(source, { layerDirectories, runtime }));

describe('a layer', () => {
  it('lies at /opt, read only', async () => {
    const layer = layerOf({ 'data/prices.json': '{"a":1}' });
    const source = `const fs = require('node:fs');
      exports.handler = async () => {
        let code; try { fs.writeFileSync('/opt/data/x', ''); } catch (error) { code = error.code; }
        return [JSON.parse(fs.readFileSync('/opt/data/prices.json', 'utf8')), fs.readdirSync('/opt/data'), fs.existsSync('/opt/none'), code];
      };`;
    expect((await run(source, [layer])).payload).toEqual([{ a: 1 }, ['prices.json'], false, 'EROFS']);
  });

  it('has packages that a bundle finds, the bundle own before them', async () => {
    const layer = layerOf({
      'nodejs/node_modules/greet/index.js': `module.exports = require('./text.js') + require('other');`,
      'nodejs/node_modules/greet/text.js': `module.exports = 'hello ';`,
      'nodejs/node_modules/other/index.js': `module.exports = 'world';`,
    });
    expect((await run(`exports.handler = async () => require('greet')`, [layer])).payload).toBe('hello world');
    const bundle = layerOf({ 'index.js': `exports.handler = async () => require('greet')`, 'node_modules/greet/index.js': `module.exports = 'own';` });
    const { run: invoke } = virtualPlane();
    expect((await invoke(codeOf('', { directory: bundle, layerDirectories: [layer] }))).payload).toBe('own');
  });

  it('has packages for one version of Node, before those for all', async () => {
    const layer = layerOf({ 'nodejs/node22/node_modules/v/index.js': `module.exports = 22;`, 'nodejs/node_modules/v/index.js': `module.exports = 'any';` });
    const source = `exports.handler = async () => require('v')`;
    expect((await run(source, [layer], 'nodejs22.x')).payload).toBe(22);
    expect((await run(source, [layer], 'nodejs20.x')).payload).toBe('any');
  });

  it('hides what lies in those before it', async () => {
    const lower = layerOf({ 'a.txt': 'lower', 'lib/only-lower.js': `module.exports = 'low';` });
    const upper = layerOf({ 'a.txt': 'upper', 'lib/index.js': `module.exports = require('./only-lower.js');` });
    const source = `const fs = require('fs');
      exports.handler = async () => [fs.readFileSync('/opt/a.txt', 'utf8'), require('/opt/lib'), fs.readdirSync('/opt/lib')]`;
    expect((await run(source, [lower, upper])).payload).toEqual(['upper', 'low', ['index.js', 'only-lower.js']]);
  });

  it('has ES modules where its package says so', async () => {
    const layer = layerOf({
      'nodejs/node_modules/esm/package.json': '{"type":"module","main":"index.js"}',
      'nodejs/node_modules/esm/index.js': `export const value = 7;`,
    });
    expect((await run(`exports.handler = async () => require('esm').value`, [layer])).payload).toBe(7);
  });

  it('is not there without being named, and lets nobody out', async () => {
    const source = `exports.handler = async () => require('node:fs').existsSync('/opt')`;
    expect((await run(source, [])).payload).toBe(false);
    const layer = layerOf({ 'a.txt': 'a' });
    fs.symlinkSync('/etc', path.join(layer, 'out'));
    expect((await run(`exports.handler = async () => require('node:fs').existsSync('/opt/out/hostname')`, [layer])).payload).toBe(false);
  });
});
