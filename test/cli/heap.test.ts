import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';

/** Allocates, in turns, what lives long enough to make the young generation grow, and answers the size of that in MiB. */
const program = (before: string): string => `
  ${before}
  const { getHeapSpaceStatistics } = await import('node:v8');
  let kept = [];
  for (let turn = 0; turn < 300; turn += 1) {
    for (let i = 0; i < 10_000; i += 1) kept.push({ i, list: [i] });
    if (kept.length > 200_000) kept = kept.slice(100_000);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  console.log(getHeapSpaceStatistics().find(({ space_name: name }) => name === 'new_space').space_size / 1024 ** 2);
`;

const youngMiB = (before: string): number =>
  Number(execFileSync(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', program(before)], { encoding: 'utf8' }));

describe('the heap of the command line', () => {
  it('has a young generation that stays far below V8’s own bound', () => {
    const kept = youngMiB("const { keepHeapsSmall } = await import('./cli/heap.ts'); keepHeapsSmall();");
    expect(kept).toBeGreaterThanOrEqual(4);
    expect(kept).toBeLessThan(youngMiB(''));
  }, 60_000);
});
