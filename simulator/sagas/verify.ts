import type { Violation } from '../checkers/saga-checkers.ts';
import type { SagaCase } from '../faults/saga-fault.ts';
import { SagaFaults } from '../faults/saga-faults.ts';
import { SimulatedWorld } from '../world.ts';
import { enumerateCases, refusingStep } from './cases.ts';
import { describeSaga, type SagaDescription } from './description.ts';
import { type CaseBench, type CaseOutcome, runCase } from './run-case.ts';
import type { SagaVerification } from './verification.ts';

/** A case and what became of it, in plain values. */
export interface VerifiedCase {
  readonly id: string;
  readonly step: string;
  readonly direction: 'step' | 'undo';
  readonly fault: string;
  readonly passed: boolean;
  /** How the saga ended. */
  readonly state: string | undefined;
  /** On the virtual clock. */
  readonly tookSeconds: number;
  readonly violations: readonly Violation[];
}

/** The whole matrix of a saga. */
export interface Verified {
  readonly saga: string;
  readonly steps: SagaDescription['steps'];
  readonly cases: readonly VerifiedCase[];
}

/** What is verified, and how. */
export interface VerifyOptions {
  /** Folder of the cloud assembly. */
  readonly assembly: string;
  readonly saga: string;
  readonly verification: SagaVerification;
  /** Decides all chance. @default 1 */
  readonly seed?: string | number;
  /** Which cases are run. @default all */
  readonly select?: (sagaCase: SagaCase) => boolean;
  /** Told of each case once it is done, of `total`. */
  readonly onCase?: (verified: VerifiedCase, total: number) => void;
}

/** Cases that one system runs after each other: it grows by each, and a new one costs a deployment. */
const CASES_PER_WORLD = 40;

/**
 * Runs every fault at every step of a saga, each on a saga of its own, and checks what must hold. One system runs many cases after each other; after one that fails the
 * next gets a new one, for what the fault left behind is not the next one's.
 */
export async function verifySaga(options: VerifyOptions): Promise<Verified> {
  const { select = () => true, onCase = () => {} } = options;
  let bench = await openBench(options);
  try {
    const { saga } = bench;
    const { steps } = saga;
    const first = await cleanRuns(bench);
    const cases = enumerateCases(steps, first.calls).filter(select);
    const verified: VerifiedCase[] = [];
    let count = first.violations.length > 0 ? CASES_PER_WORLD : 0;
    for (const sagaCase of cases) {
      if (count >= CASES_PER_WORLD) {
        await bench.world.close();
        bench = await openBench(options);
        count = 0;
      }
      const outcome = verifiedCase(await runCase(bench, sagaCase, sagaCase.id));
      verified.push(outcome);
      onCase(outcome, cases.length);
      count = outcome.passed ? count + 1 : CASES_PER_WORLD;
    }
    return { saga: saga.saga, steps, cases: verified };
  } finally {
    await bench.world.close();
  }
}

/** Reads what the saga of an assembly is, without running it. */
export async function describeDeployed(assembly: string, name: string): Promise<SagaDescription> {
  const world = new SimulatedWorld({ seed: 1 });
  try {
    await world.deploy(assembly);
    return await describeSaga(world, name);
  } finally {
    await world.close();
  }
}

async function openBench({ assembly, saga: name, verification, seed = 1 }: VerifyOptions): Promise<CaseBench> {
  const world = new SimulatedWorld({ seed });
  try {
    await world.deploy(assembly);
    const saga = await describeSaga(world, name);
    await verification.prepare?.(world);
    return { world, saga, faults: new SagaFaults(world.kernel, saga), verification };
  } catch (error) {
    await world.close();
    throw error;
  }
}

/** One saga that completes and one that compensates show which calls the participants make. */
async function cleanRuns(bench: CaseBench): Promise<{ readonly calls: ReadonlyMap<string, readonly string[]>; readonly violations: readonly Violation[] }> {
  const { steps } = bench.saga;
  const task = { step: steps[0]?.name ?? '', direction: 'step' } as const;
  const base: SagaCase = { id: 'no-fault', task, label: 'no fault', fault: { kind: 'none' }, refuses: undefined };
  const completed = await runCase(bench, base, 'calls-of-steps');
  const cancelled = await runCase(bench, { ...base, refuses: refusingStep(steps) }, 'calls-of-undos');
  return {
    calls: new Map([...cancelled.sightings.calls, ...completed.sightings.calls]),
    violations: [...completed.violations, ...cancelled.violations],
  };
}

function verifiedCase({ case: { id, task, label }, state, tookMs, violations }: CaseOutcome): VerifiedCase {
  // An invariant of the app does not know whose fault it is: where nothing else tells, it is the task at which something went wrong.
  const blamed = violations.find(({ step }) => step !== undefined)?.step ?? task.step;
  return {
    id,
    step: task.step,
    direction: task.direction,
    fault: label,
    passed: violations.length === 0,
    state,
    tookSeconds: Math.round(tookMs / 1000),
    violations: violations.map((violation) => ({ ...violation, step: violation.step ?? blamed })),
  };
}
