import { Plane } from '../../local/index.ts';
import { seededChance } from '../../local/kernel/chance.ts';
import type { HttpResponse } from '../../local/kernel/http.ts';
import { type Attack, attackOn, type Target, targets } from './requests.ts';
import { Judge } from './verdict.ts';

/** Requests that are under way together. */
const TOGETHER = 64;
/** A plane lives for so many requests: what they made would fill any machine in the end. What a plane leaves behind is measured. */
const REQUESTS_PER_PLANE = 20_000;
/** The longest wait that a request can ask for is a long poll's 20 s. */
const PATIENCE_MS = 60_000;
const START_MS = Date.UTC(2026, 0, 1);

/** What went wrong, with the first request that showed it. */
export interface Problem {
  readonly what: string;
  readonly service: string;
  readonly operation: string;
  readonly request: string;
  readonly detail: string;
}

/** What a run of the fuzzer saw. */
export interface Tally {
  requests: number;
  succeeded: number;
  refused: number;
  slowestMs: number;
  peakHeapMiB: number;
  /** After each plane, once garbage is collected. */
  readonly heapAfterMiB: number[];
  readonly problems: Map<string, Problem & { count: number }>;
}

const MIB = 1024 * 1024;
const heapMiB = (): number => Math.round(process.memoryUsage().heapUsed / MIB);

function note(tally: Tally, attack: Attack, what: string, detail: string): void {
  const { service, operation, request } = attack;
  const key = `${what} / ${service} ${operation}`;
  const known = tally.problems.get(key);
  if (known) known.count += 1;
  else {
    const { method, target, headers, body } = request;
    const text = `${method} ${target.slice(0, 300)} ${JSON.stringify(headers).slice(0, 600)} ${Buffer.from(body).toString('utf8').slice(0, 600)}`;
    tally.problems.set(key, { what, service, operation, request: text, detail: detail.slice(0, 800), count: 1 });
  }
}

/** Which of the requests under way it was, the answer with `InternalFailure` says. */
function noteBug({ problems }: Tally, error: unknown): void {
  const detail = String((error as Error).stack ?? error);
  const known = problems.get(detail);
  if (known) known.count += 1;
  else problems.set(detail, { what: 'bug', service: '', operation: '', request: '', detail, count: 1 });
}

/** Sends a handful at once and lets time run until all are answered. */
async function send(plane: Plane, attacks: readonly Attack[], judge: Judge, tally: Tally): Promise<void> {
  let open = attacks.length;
  const answered: (HttpResponse | undefined)[] = attacks.map(() => undefined);
  const all = attacks.map(async (attack, index) => {
    const started = performance.now();
    try {
      const response = await plane.dispatch(attack.request);
      answered[index] = response;
      const problem = judge.problem(attack, response);
      if (problem !== undefined) note(tally, attack, problem, Buffer.from(response.body).toString());
      if (response.status < 300) tally.succeeded += 1;
      else tally.refused += 1;
    } catch (error) {
      note(tally, attack, 'dispatch rejected', String((error as Error).stack));
    }
    tally.slowestMs = Math.max(tally.slowestMs, performance.now() - started);
    open -= 1;
  });
  const untilMs = plane.kernel.nowMs() + PATIENCE_MS;
  await plane.kernel.run({ untilMs, isDone: () => open === 0 });
  if (open > 0)
    for (const [index, attack] of attacks.entries())
      if (!answered[index]) note(tally, attack, 'no answer', `within ${PATIENCE_MS} ms`);
      else await Promise.all(all);
  tally.requests += attacks.length;
  tally.peakHeapMiB = Math.max(tally.peakHeapMiB, heapMiB());
}

/** Tells the operations that a plane runs from those that it refuses by name. */
function isEmulated(): (target: Target) => boolean {
  const { kernel } = new Plane({ clock: { kind: 'virtual', startMs: 0 } });
  const operations = new Map([...kernel.installed()].map(({ service }) => [service.name, new Set(Object.keys(service.operations))]));
  return ({ row, operation }) => operations.get(row.name)?.has(operation.name) === true;
}

/**
 * Sends `requests` broken and hostile requests of every protocol to embedded planes, the same ones for the same seed.
 * An answer that is no modelled error, none at all, and a rejection are problems.
 */
export async function fuzz(options: {
  readonly requests: number;
  readonly seed: string;
  readonly services?: readonly string[] | undefined;
  readonly onPlaneEnd?: (tally: Tally) => void;
}): Promise<Tally> {
  const chance = seededChance(options.seed);
  const judge = await Judge.create();
  const aims = (await targets()).filter(({ row }) => options.services?.includes(row.name) ?? true);
  const emulated = aims.filter(isEmulated());
  // Of five requests four are for operations that do something.
  const aim = (): Target => {
    const among = chance.below(5) === 0 ? aims : emulated;
    return among[chance.below(among.length)] as Target;
  };
  const tally: Tally = { requests: 0, succeeded: 0, refused: 0, slowestMs: 0, peakHeapMiB: 0, heapAfterMiB: [], problems: new Map() };
  while (tally.requests < options.requests) {
    const plane = new Plane({
      clock: { kind: 'virtual', startMs: START_MS },
      seed: tally.requests,
      journalCapacity: 100,
      onBug: (error) => noteBug(tally, error),
    });
    const end = Math.min(options.requests, tally.requests + REQUESTS_PER_PLANE);
    while (tally.requests < end) {
      const attacks = Array.from({ length: Math.min(TOGETHER, end - tally.requests) }, () => attackOn(aim(), chance));
      await send(plane, attacks, judge, tally);
    }
    await plane.close();
    globalThis.gc?.();
    tally.heapAfterMiB.push(heapMiB());
    options.onPlaneEnd?.(tally);
  }
  return tally;
}
