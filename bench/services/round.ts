import type { Clients } from './clients.ts';
import { Connection } from './connection.ts';
import { type Prepared, unitValue } from './operation.ts';
import { prebuild } from './prebuilt.ts';
import { processorMs } from './processor-time.ts';

/** What one round did. */
export interface Round {
  readonly units: number;
  readonly perSecond: number;
  /** Milliseconds of processor time that the emulator spent on each. */
  readonly processorMs: number;
  /** Milliseconds that each unit took. */
  readonly latencies: readonly number[];
}

/** Does one unit; answers false where there was nothing left to do. */
type Lane = (value: string) => Promise<boolean>;

/** How the calls are made. */
export type Way = 'sdk' | 'prebuilt';

function sdkLane({ call, followUp }: Prepared, clients: Clients): Lane {
  return async (value) => {
    const output = await call(clients, value);
    if (followUp === undefined) return true;
    const next = followUp.fromOutput(output);
    if (next === undefined) return false;
    await followUp.call(clients, next);
    return true;
  };
}

async function prebuiltLane({ call, followUp, answer }: Prepared, url: string, connection: Connection): Promise<Lane> {
  const first = await prebuild(url, call);
  const second = followUp && (await prebuild(url, followUp.call));
  return async (value) => {
    const text = await connection.exchange(first(value));
    const next = followUp?.fromText.exec(text)?.[1];
    if (followUp !== undefined && next === undefined) return false;
    if (!answer.test(text)) throw new Error(`An answer without ${answer.source}: ${text}`);
    if (second !== undefined && next !== undefined) await connection.exchange(second(next));
    return true;
  };
}

/** Repeats the operation on every lane, one unit in flight on each, for that long, and then waits for what was set going. */
async function drive(prepared: Prepared, lanes: readonly Lane[], seconds: number): Promise<Omit<Round, 'processorMs'>> {
  const latencies: number[] = [];
  const startMs = performance.now();
  const endMs = startMs + seconds * 1000;
  let begun = 0;
  await Promise.all(
    lanes.map(async (lane) => {
      for (let fromMs = startMs; fromMs < endMs; ) {
        begun += 1;
        const hasDone = await lane(unitValue(begun));
        if (!hasDone) return;
        const nowMs = performance.now();
        latencies.push(nowMs - fromMs);
        fromMs = nowMs;
      }
    }),
  );
  await prepared.settle?.(latencies.length);
  const elapsedMs = performance.now() - startMs;
  return { units: latencies.length, perSecond: latencies.length / (elapsedMs / 1000), latencies };
}

/** Where it is measured. */
export interface Place {
  readonly url: string;
  readonly clients: Clients;
  readonly processId: number;
}

/** One round of a prepared operation, by SDK clients or by prebuilt requests. */
export async function measureRound(prepared: Prepared, way: Way, at: Place, concurrency: number, seconds: number): Promise<Round> {
  const connections = Array.from({ length: concurrency }, () => new Connection(Number(new URL(at.url).port)));
  try {
    const lanes: Lane[] = [];
    for (const connection of connections) lanes.push(way === 'sdk' ? sdkLane(prepared, at.clients) : await prebuiltLane(prepared, at.url, connection));
    const beforeMs = processorMs(at.processId);
    const round = await drive(prepared, lanes, seconds);
    const spentMs = processorMs(at.processId) - beforeMs;
    await prepared.verify?.(round.units);
    return { ...round, processorMs: spentMs / round.units };
  } finally {
    for (const connection of connections) connection.close();
  }
}
