// npm run bench -- [name…] [--json]
import { type Benchmark, machineLoad } from './benchmark.ts';
import { endpoint } from './endpoint.ts';
import { eventStore } from './event-store.ts';
import { latency } from './latency.ts';
import { load } from './load.ts';
import { projections } from './projections.ts';
import { services, stateMachines } from './services.ts';
import { startUp } from './start-up.ts';
import { streams } from './streams.ts';

const BENCHMARKS: readonly Benchmark[] = [endpoint, services, stateMachines, streams, eventStore, projections, latency, startUp, load];

const names = process.argv.slice(2).filter((argument) => !argument.startsWith('--'));
const isJson = process.argv.includes('--json');
const unknown = names.filter((name) => !BENCHMARKS.some((benchmark) => benchmark.name === name));
if (unknown.length > 0) {
  process.stderr.write(`No benchmark is called ${unknown.join(', ')}. There are: ${BENCHMARKS.map(({ name }) => name).join(', ')}\n`);
  process.exit(2);
}

const results: Record<string, unknown> = {};
for (const { name, title, run } of BENCHMARKS.filter((benchmark) => names.length === 0 || names.includes(benchmark.name))) {
  const loadBefore = machineLoad();
  if (!isJson) process.stdout.write(`${name}: ${title}\n`);
  const { lines, figures } = await run();
  results[name] = { ...figures, loadBefore, loadAfter: machineLoad() };
  if (!isJson) process.stdout.write(`${lines.map((line) => `  ${line}\n`).join('')}  machine: ${loadBefore} before, ${machineLoad()} after\n\n`);
}
if (isJson) process.stdout.write(`${JSON.stringify({ node: process.version, platform: `${process.platform}-${process.arch}`, results }, undefined, 2)}\n`);
