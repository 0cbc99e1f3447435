import { defineConfig } from 'vitest/config';

/** Sessions of AWS's own clients against a plane on a port, in real time: `npm run test:clients`. */
export default defineConfig({
  test: {
    root: new URL('../..', import.meta.url).pathname,
    include: ['test/clients/*.session.ts'],
    globalSetup: ['test/clients/plane-setup.ts'],
    testTimeout: 180_000,
    hookTimeout: 300_000,
    pool: 'threads',
    maxWorkers: 1,
  },
});
