import type { GetQueueAttributesCommandOutput } from '@aws-sdk/client-sqs';
import { checkSaga, type Violation } from '../checkers/saga-checkers.ts';
import type { SagaCase } from '../faults/saga-fault.ts';
import type { SagaFaults, Sightings } from '../faults/saga-faults.ts';
import type { SimulatedWorld } from '../world.ts';
import type { DeployedSaga } from './description.ts';
import { hasEnded, readInstance, type SagaInstance } from './instance.ts';
import type { SagaVerification } from './verification.ts';

/** What became of a case. */
export interface CaseOutcome {
  readonly case: SagaCase;
  readonly sagaId: string;
  /** State of the saga's instance at the end. */
  readonly state: string | undefined;
  readonly violations: readonly Violation[];
  readonly sightings: Sightings;
  /** How long the saga took, on the virtual clock. */
  readonly tookMs: number;
}

/** Where a case runs. */
export interface CaseBench {
  readonly world: SimulatedWorld;
  readonly saga: DeployedSaga;
  readonly faults: SagaFaults;
  readonly verification: SagaVerification;
}

/** A saga that has not ended by then never will: longer than a stuck one waits before it tries again by itself, several times. */
const END_MS_MAX = 8 * 3_600_000;

/** Between two looks at the instance: short at first, for most sagas end within seconds. */
const LOOK_MS = [1_000, 1_000, 2_000, 5_000, 15_000, 30_000, 60_000, 300_000] as const;

/** What a crashed invocation held comes back when its visibility timeout ends. */
const SETTLE_MS_MAX = 30 * 60_000;
const SETTLE_STEP_MS = 15_000;

/** Starts a saga, lets go wrong what the case says, and checks how it ended. */
export async function runCase(bench: CaseBench, sagaCase: SagaCase, key: string): Promise<CaseOutcome> {
  const { world, saga, faults, verification } = bench;
  const sightings = faults.begin(sagaCase);
  const startMs = world.kernel.nowMs();
  const sagaId = await verification.start(world, key);
  const ended = await untilEnded(bench, sagaId);
  const tookMs = world.kernel.nowMs() - startMs;
  faults.release();
  await settle(bench);
  const instance = hasEnded(ended) ? await readInstance(world, saga, sagaId) : ended;
  const violations = [...checkSaga(saga, instance, sightings), ...(await appViolations(bench, sagaId, instance)), ...unstruck(sagaCase, sightings)];
  for (const bug of world.bugs.splice(0)) violations.push({ invariant: 'the embedded plane has no defect', step: undefined, cause: String(bug) });
  return { case: sagaCase, sagaId, state: instance?.state, violations, sightings, tookMs };
}

async function untilEnded({ world, saga }: CaseBench, sagaId: string): Promise<SagaInstance | undefined> {
  const deadlineMs = world.kernel.nowMs() + END_MS_MAX;
  let instance: SagaInstance | undefined;
  for (let look = 0; world.kernel.nowMs() < deadlineMs; look += 1) {
    await world.pass(LOOK_MS[Math.min(look, LOOK_MS.length - 1)] ?? 0);
    instance = await readInstance(world, saga, sagaId);
    if (hasEnded(instance)) return instance;
  }
  return instance;
}

/** Lets what is on its way arrive: no message in a participant's queue, no invocation, twice in a row. */
async function settle({ world, saga }: CaseBench): Promise<void> {
  const deadlineMs = world.kernel.nowMs() + SETTLE_MS_MAX;
  for (let calm = 0; calm < 2 && world.kernel.nowMs() < deadlineMs; ) {
    await world.pass(SETTLE_STEP_MS);
    calm = (await isQuiet(world, saga)) ? calm + 1 : 0;
  }
}

async function isQuiet(world: SimulatedWorld, { queueUrls }: DeployedSaga): Promise<boolean> {
  const { invocations, deliveries } = world.plane.traffic;
  if (invocations + deliveries > 0) return false;
  for (const QueueUrl of queueUrls) {
    const { Attributes: counts = {} } = await world.request<GetQueueAttributesCommandOutput>('sqs', 'GetQueueAttributes', {
      QueueUrl,
      AttributeNames: ['All'],
    });
    const names = ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible', 'ApproximateNumberOfMessagesDelayed'] as const;
    if (names.some((name) => Number(counts[name]) > 0)) return false;
  }
  return true;
}

async function appViolations({ world, verification }: CaseBench, sagaId: string, instance: SagaInstance | undefined): Promise<Violation[]> {
  if (!hasEnded(instance)) return [];
  const violations: Violation[] = [];
  for (const [invariant, check] of Object.entries(verification.invariants)) {
    const broken = await check(world, { sagaId, state: instance.state });
    if (broken) violations.push({ invariant, step: broken.step, cause: broken.cause });
  }
  return violations;
}

/** A fault that found nothing to break proves nothing. */
function unstruck({ fault, task }: SagaCase, { hasStruck }: Sightings): Violation[] {
  if (hasStruck || fault.kind === 'none') return [];
  return [{ invariant: 'the fault took place', step: task.step, cause: 'nothing happened in this run that it could have broken' }];
}
