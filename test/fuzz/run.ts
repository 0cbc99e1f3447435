import { parseArgs } from 'node:util';
import { fuzz } from './fuzz.ts';

/**
 * `npm run fuzz -- [--requests 100000] [--seed text] [--service name]`: prints what a run of the fuzzer saw as one object. Ends with 1 where there was a problem.
 */
async function main(): Promise<number> {
  const { values } = parseArgs({
    options: { requests: { type: 'string', default: '100000' }, seed: { type: 'string', default: 'fuzz' }, service: { type: 'string', multiple: true } },
  });
  const started = performance.now();
  const tally = await fuzz({
    requests: Number(values.requests),
    seed: values.seed,
    services: values.service,
    onPlaneEnd: ({ requests, problems, heapAfterMiB }) =>
      process.stderr.write(`${requests} requests, ${problems.size} kinds of problem, heap ${heapAfterMiB.at(-1)} MiB after collection\n`),
  });
  const problems = [...tally.problems.values()].sort((a, b) => b.count - a.count);
  const seconds = Math.round((performance.now() - started) / 1000);
  const peakRssMiB = Math.round(process.resourceUsage().maxRSS / 1024);
  process.stdout.write(`${JSON.stringify({ ...tally, slowestMs: Math.round(tally.slowestMs), seconds, peakRssMiB, problems }, undefined, 1)}\n`);
  return problems.length > 0 ? 1 : 0;
}

process.exitCode = await main();
