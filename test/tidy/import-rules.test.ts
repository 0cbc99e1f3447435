import { createRequire } from 'node:module';
import { cruise, type ICruiseResult } from 'dependency-cruiser';
import extractTSConfig from 'dependency-cruiser/config-utl/extract-ts-config';
import { describe, expect, it } from 'vitest';

const configuration = createRequire(import.meta.url)('../../.dependency-cruiser.cjs') as {
  readonly forbidden: readonly { readonly name: string }[];
  readonly options: object;
};

async function violationsIn(baseDir: string, folders: string[]): Promise<ICruiseResult['summary']> {
  const { output } = await cruise(
    folders,
    { ...configuration.options, baseDir, ruleSet: { forbidden: configuration.forbidden }, validate: true } as never,
    undefined,
    { tsConfig: extractTSConfig('tsconfig.json') } as never,
  );
  return (output as ICruiseResult).summary;
}

describe('the import rules', () => {
  it('name every forbidden arrow of a tree that breaks them all', async () => {
    const { violations } = await violationsIn('test/fixtures/forbidden-imports', ['.']);
    const broken = new Set(violations.map((violation) => violation.rule.name));
    const expected = configuration.forbidden.map((rule) => rule.name).filter((name) => !['no-orphan'].includes(name));
    expect([...broken].sort()).toEqual(expect.arrayContaining(expected.sort()));
  });
});
