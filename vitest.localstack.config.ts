import { defineConfig } from 'vitest/config';

/** The suite of every target, on LocalStack. */
export default defineConfig({
  test: {
    include: ['test/targets/cases/*.test.ts'],
    globalSetup: ['test/targets/localstack/setup.ts'],
    testTimeout: 300_000,
    pool: 'threads',
    maxWorkers: 2,
    reporters: ['verbose'],
  },
});
