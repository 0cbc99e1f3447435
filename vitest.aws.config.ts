import { defineConfig } from 'vitest/config';

/** The suite of every target, on AWS: deploys, runs, destroys. */
export default defineConfig({
  test: {
    include: ['test/targets/cases/*.test.ts'],
    globalSetup: ['test/targets/aws/setup.ts'],
    testTimeout: 300_000,
    hookTimeout: 1_800_000,
    teardownTimeout: 1_800_000,
    pool: 'threads',
    maxWorkers: 2,
    reporters: ['verbose'],
  },
});
