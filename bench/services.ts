import { type Benchmark, type Measurement, median, percentile, rounded } from './benchmark.ts';
import { type Clients, clientsOf, destroy } from './services/clients.ts';
import { type Emulator, startOthers, startTickertape } from './services/emulators.ts';
import { execute, history, TRANSITIONS } from './services/executions.ts';
import { invoke } from './services/functions.ts';
import { put, transact } from './services/items.ts';
import { publish, putEvents, receive, send } from './services/messaging.ts';
import type { Operation } from './services/operation.ts';
import { measureRound, type Round, type Way } from './services/round.ts';

const OPERATIONS: readonly Operation[] = [send, receive, publish, putEvents, put, transact, invoke];
const WAYS: readonly Way[] = ['prebuilt', 'sdk'];
const ROUNDS = 3;
const ROUND_SECONDS = 1;
const WARM_UP_SECONDS = 1;
const CONCURRENCY = 16;

/** Units that a warm-up round may do at most, where they must be prepared; later rounds are given twice of what the last one did. */
const WARM_UP_UNITS = 500;

interface Contestant {
  readonly emulator: Emulator;
  readonly clients: Clients;
}

/** What the rounds of one operation, made one way, came to: by contestant, in the order of the rounds. */
interface Series {
  readonly operation: Operation;
  readonly way: Way;
  readonly rounds: Map<Contestant, Round[]>;
}

let resources = 0;

async function round({ emulator, clients }: Contestant, { operation, way }: Series, seconds: number, unitsMax: number): Promise<Round> {
  resources += 1;
  try {
    const prepared = await operation.prepare(clients, `bench-${operation.name}-${resources}`, unitsMax);
    try {
      return await measureRound(prepared, way, { url: emulator.url, processId: emulator.processId, clients }, CONCURRENCY, seconds);
    } finally {
      await prepared.remove();
    }
  } catch (error) {
    throw new Error(`${emulator.name}, ${operation.title}, ${way}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}

/** A round that is kept. What another emulator fails in is left out for it from then on; what ours fails in is an error. */
async function keptRound(
  contestants: readonly Contestant[],
  contestant: Contestant,
  series: Series,
  lines: string[],
  seconds: number,
  unitsMax: number,
): Promise<void> {
  try {
    const done = await round(contestant, series, seconds, unitsMax);
    series.rounds.set(contestant, [...(series.rounds.get(contestant) ?? []), done]);
  } catch (error) {
    if (contestant === contestants[0]) throw error;
    series.rounds.delete(contestant);
    const reason = (error instanceof Error ? error.message : String(error)).replace(/\s+/g, ' ').slice(0, 200);
    lines.push(`left out: ${reason}`);
  }
}

/** Contestants take turns, round by round, so that what else the machine does meets all alike; who is first changes with the round. */
async function measureSeries(contestants: readonly Contestant[], all: readonly Series[], lines: string[]): Promise<void> {
  for (const series of all) for (const contestant of contestants) await keptRound(contestants, contestant, series, lines, WARM_UP_SECONDS, WARM_UP_UNITS);
  for (let turn = 0; turn < ROUNDS; turn += 1) {
    for (const series of all) {
      const present = contestants.filter((contestant) => series.rounds.has(contestant));
      for (let place = 0; place < present.length; place += 1) {
        const contestant = present[(place + turn) % present.length] as Contestant;
        const last = series.rounds.get(contestant)?.at(-1)?.perSecond ?? 0;
        await keptRound(contestants, contestant, series, lines, ROUND_SECONDS, Math.ceil(last * ROUND_SECONDS * 2) + 100);
      }
    }
  }
  for (const { rounds } of all) for (const each of rounds.values()) each.shift();
}

const rateOf = (rounds: readonly Round[]): number => median(rounds.map(({ perSecond }) => perSecond));

/** The median of how many times a measure of ours is another's, round by round, and its least and most. */
function ratioOf(
  ours: readonly Round[],
  others: readonly Round[],
  times: (own: Round, other: Round) => number,
): { readonly middle: number; readonly text: string } {
  const ratios = ours.flatMap((own, turn) => {
    const other = others[turn];
    return other === undefined ? [] : [times(own, other)];
  });
  const [middle, least, most] = [median(ratios), Math.min(...ratios), Math.max(...ratios)];
  return { middle: rounded(middle, 1), text: `${middle.toFixed(1)} × (${least.toFixed(1)} to ${most.toFixed(1)})` };
}

function report(contestants: readonly Contestant[], { operation, way, rounds }: Series, figures: Record<string, number>): string[] {
  const key = `${operation.name}${way === 'sdk' ? 'Sdk' : 'Prebuilt'}`;
  const lines = [`${operation.title}, ${way === 'sdk' ? 'SDK client' : 'prebuilt requests'}`];
  const [ours, ...others] = contestants;
  for (const contestant of contestants) {
    const measured = rounds.get(contestant);
    if (measured === undefined) continue;
    const own = `${key}${contestant.emulator.name.replace(/ .*/, '').replace(/^./, (letter) => letter.toUpperCase())}`;
    const samples = measured.flatMap(({ latencies }) => latencies);
    const [rate, p50, p99] = [rounded(rateOf(measured)), rounded(percentile(samples, 0.5), 2), rounded(percentile(samples, 0.99), 2)];
    const processorMs = rounded(median(measured.map((each) => each.processorMs)), 3);
    Object.assign(figures, { [`${own}PerSecond`]: rate, [`${own}P50Ms`]: p50, [`${own}P99Ms`]: p99, [`${own}ProcessorMs`]: processorMs });
    lines.push(`  ${contestant.emulator.name.padEnd(16)} ${String(rate).padStart(6)}/s, p50 ${p50} ms, p99 ${p99} ms, processor ${processorMs} ms each`);
  }
  const own = (ours && rounds.get(ours)) ?? [];
  const best = bestOf(others, rounds);
  if (best === undefined) return lines;
  const rate = ratioOf(own, rounds.get(best) ?? [], (mine, other) => mine.perSecond / other.perSecond);
  const processor = ratioOf(own, rounds.get(best) ?? [], (mine, other) => other.processorMs / mine.processorMs);
  Object.assign(figures, { [`${key}Ratio`]: rate.middle, [`${key}ProcessorRatio`]: processor.middle });
  lines.push(`  ours is ${rate.text} ${best.emulator.name}, the best of them, and spends ${processor.text} less processor time`);
  return lines;
}

/** The fastest of the others. */
function bestOf(others: readonly Contestant[], rounds: Series['rounds']): Contestant | undefined {
  const rate = (contestant: Contestant): number => rateOf(rounds.get(contestant) ?? []) || 0;
  return others.filter((other) => rounds.has(other)).sort((a, b) => rate(b) - rate(a))[0];
}

async function measure(contestants: readonly Contestant[], operations: readonly Operation[], lines: string[]): Promise<Measurement> {
  const all = WAYS.flatMap((way) => operations.map((operation): Series => ({ operation, way, rounds: new Map() })));
  await measureSeries(contestants, all, lines);
  const figures: Record<string, number> = {};
  for (const series of all) lines.push(...report(contestants, series, figures));
  return { lines, figures };
}

/** Measures operations of the plane and of the other emulators. */
async function besideOthers(operations: readonly Operation[]): Promise<Measurement> {
  const lines: string[] = [];
  const emulators = [await startTickertape()];
  try {
    for (const other of await startOthers()) {
      if ('url' in other) emulators.push(other);
      else lines.push(`${other.name} is left out: ${other.reason}`);
    }
    const contestants = emulators.map((emulator) => ({ emulator, clients: clientsOf(emulator.url) }));
    const measurement = await measure(contestants, operations, lines);
    for (const { clients } of contestants) destroy(clients);
    return measurement;
  } finally {
    await Promise.all(emulators.map((emulator) => emulator.end()));
  }
}

/** Service operations of the usual kind over a socket, beside other emulators. */
export const services: Benchmark = {
  name: 'services',
  title: `service operations over HTTP/1.1 keep-alive, ${CONCURRENCY} at a time, beside MiniStack and moto (aim: 10 × the best of them with prebuilt requests)`,
  run: () => besideOthers(OPERATIONS),
};

/** Step Functions over a socket, beside other emulators; transitions per second are executions per second times those of one. */
export const stateMachines: Benchmark = {
  name: 'state-machines',
  title: `executions (${TRANSITIONS} transitions each) and histories, ${CONCURRENCY} at a time, beside MiniStack and moto (aim: 10 × the best of them)`,
  run: () => besideOthers([execute, history]),
};
