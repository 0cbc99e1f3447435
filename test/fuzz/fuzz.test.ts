import { expect, test } from 'vitest';
import { fuzz } from './fuzz.ts';

/** Enough for every service and every mutation; `npm run fuzz` goes on for as long as one likes. */
const REQUESTS = 4_000;

test('broken and hostile requests of every protocol get a modelled error, and none goes unanswered', async () => {
  const { requests, refused, succeeded, problems } = await fuzz({ requests: REQUESTS, seed: 'test' });
  expect([...problems.values()]).toEqual([]);
  expect(requests).toBe(REQUESTS);
  expect(refused + succeeded).toBe(REQUESTS);
  expect(succeeded, 'requests that get through').toBeGreaterThan(REQUESTS / 50);
});
