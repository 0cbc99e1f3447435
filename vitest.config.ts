import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/fixtures/**'],
    globalSetup: ['test/global-setup.ts'],
    // Bounds for a hang, not for speed: a loaded machine takes long.
    testTimeout: 120_000,
    hookTimeout: 60_000,
    pool: 'threads',
    maxWorkers: 2,
    // Each test builds its own world and changes no module's state, so a worker loads each module once for all of its files. Importing the clients of the
    // SDK, aws-cdk-lib and the plane anew for each file took a quarter of the run.
    isolate: false,
  },
});
