import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { servicePages } from '../../docs/generate.ts';

describe('the pages of the services', () => {
  const pages = servicePages();

  it('are what `npm run docs` writes from the code as it is', () => {
    expect(readdirSync('docs/services').sort()).toEqual([...pages.keys()].sort());
    for (const [name, text] of pages) expect(readFileSync(`docs/services/${name}`, 'utf8'), `docs/services/${name}: run npm run docs`).toBe(text);
  });
});
