import { type Benchmark, percentile, rounded } from './benchmark.ts';
import { bundleProgram, Program } from './processes.ts';

interface Samples {
  readonly startMs: readonly number[];
  readonly endMs: readonly number[];
}

/** One event at a time, from the client's request over a socket until a function that does nothing has run. */
export const latency: Benchmark = {
  name: 'latency',
  title: 'one event, SQS → Lambda, bus → rule → queue → Lambda and stream → Lambda, one at a time on a real clock (aim: p50 ≤ 5 ms)',
  async run() {
    const program = new Program([await bundleProgram('latency-plane')]);
    const measured = JSON.parse(await program.line()) as Record<'queue' | 'bus' | 'stream', Samples>;
    await program.end();
    const figures: Record<string, number> = {};
    const lines: string[] = [];
    for (const [way, label] of [
      ['queue', 'SQS → Lambda       '],
      ['bus', 'bus → SQS → Lambda '],
      ['stream', 'Kinesis → Lambda   '],
    ] as const) {
      const { startMs, endMs } = measured[way];
      const at = (samples: readonly number[], share: number): number => rounded(percentile(samples, share), 2);
      const [startP50, startP99, endP50, endP99] = [at(startMs, 0.5), at(startMs, 0.99), at(endMs, 0.5), at(endMs, 0.99)];
      Object.assign(figures, { [`${way}StartP50Ms`]: startP50, [`${way}StartP99Ms`]: startP99, [`${way}EndP50Ms`]: endP50, [`${way}EndP99Ms`]: endP99 });
      lines.push(`${label} invocation starts p50 ${startP50} ms, p99 ${startP99} ms; has ended p50 ${endP50} ms, p99 ${endP99} ms (${endMs.length} events)`);
    }
    return { lines, figures };
  },
};
