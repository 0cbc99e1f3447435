import type { SagaInstance, SagaState, TrailEntry } from '../../operations/sagas/instances.ts';
import type { SagaActionName, SagaPlan } from '../../operations/sagas/plan.ts';
import { confirm } from '../confirm.ts';
import { EXIT } from '../exit-codes.ts';
import type { ConfirmedOptions, GlobalOptions } from '../global-options.ts';
import { counted } from '../output/counted.ts';
import { CommandError, printJson, printLine, printNote } from '../output/report.ts';
import { tableLines } from '../output/table.ts';
import { operationsOf } from '../target.ts';

interface ListOptions extends GlobalOptions {
  readonly saga?: string;
  readonly state?: SagaState;
  readonly stuck?: boolean;
  readonly limit: number;
}

/** `tickertape saga list` */
export async function list(options: ListOptions): Promise<void> {
  const { saga, limit } = options;
  const found = await (await operationsOf(options)).sagas({ saga, state: options.stuck ? 'STUCK' : options.state, limit });
  if (options.json) {
    printJson(found);
    return;
  }
  const lines = tableLines(found, [
    { head: 'SAGA', text: (one) => one.saga },
    { head: 'ID', text: ({ sagaId }) => sagaId },
    { head: 'STATE', text: ({ state }) => state },
    { head: 'STEP', text: ({ step }) => step ?? '–' },
    { head: 'SINCE', text: ({ startedAt }) => startedAt },
    { head: 'CHANGED', text: ({ updatedAt }) => updatedAt },
    { head: 'WHY', text: ({ reason }) => reason ?? '' },
  ]);
  for (const line of lines) printLine(line);
  printNote(`${counted(found.length, 'saga')}${found.length === limit ? '; there may be more: --limit' : ''}`);
}

/** `tickertape saga show` */
export async function show(sagaId: string, options: GlobalOptions): Promise<void> {
  const instance = await (await operationsOf(options)).saga({ sagaId });
  if (options.json) {
    printJson(instance);
    return;
  }
  printNote(headOf(instance));
  for (const line of trailLines(instance.trail)) printLine(line);
}

function headOf({ saga, sagaId, state, step, execution, executionStatus, round, stuck, failure }: SagaInstance): string {
  const why = stuck ?? failure;
  const where = step === undefined ? '' : ` at ${step}`;
  return `${saga} ${sagaId}: ${state}${where}; execution ${execution} (round ${round}) ${executionStatus}${why ? `; ${why.error}: ${why.reason}` : ''}`;
}

/** What an entry says beside what every entry says. */
function detailOf(entry: TrailEntry): string {
  const { at: _at, what: _what, step: _step, execution: _execution, ...more } = entry;
  return Object.keys(more).length > 0 ? JSON.stringify(more) : '';
}

function trailLines(trail: readonly TrailEntry[]): readonly string[] {
  return tableLines(trail, [
    { head: 'TIME', text: ({ at }) => at },
    { head: 'WHAT', text: ({ what }) => what },
    { head: 'STEP', text: ({ step }) => step ?? '' },
    { head: 'EXECUTION', text: ({ execution }) => execution ?? '' },
    { head: 'DETAIL', text: detailOf },
  ]);
}

const LOOK_MS = 1_000;
const ENDED = new Set<SagaState>(['COMPLETED', 'CANCELLED']);

/** `tickertape saga watch` */
export async function watch(sagaId: string, options: GlobalOptions): Promise<void> {
  const operations = await operationsOf(options);
  const startMs = performance.now();
  let seen = 0;
  for (;;) {
    const { state, trail } = await operations.saga({ sagaId });
    for (const entry of trail.slice(seen)) printLine(options.json ? JSON.stringify(entry) : `${entry.at}  ${entry.what}${entry.step ? ` ${entry.step}` : ''}`);
    seen = Math.max(seen, trail.length);
    if (ENDED.has(state)) return;
    if (options.timeout !== undefined && performance.now() - startMs > options.timeout * 1000)
      throw new CommandError(`Saga ${sagaId} is ${state}, and did not end in the time given`, { exitCode: EXIT.timedOut });
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}

interface ActOptions extends ConfirmedOptions {
  readonly reason: string;
  readonly from?: string;
  readonly result?: string;
  readonly dryRun?: boolean;
}

/** `tickertape saga retry|compensate|resume|skip` */
export async function act(action: SagaActionName, sagaId: string, options: ActOptions): Promise<void> {
  const operations = await operationsOf(options);
  const { reason, from } = options;
  const request = { sagaId, action, reason, from, result: resultOf(options.result) };
  const plan = await operations.planSaga(request);
  if (!options.json) printPlan(plan);
  if (options.dryRun) {
    if (options.json) printJson({ plan, isDone: false });
    return;
  }
  await confirm(options, { name: sagaId, what: `saga ${action} of ${plan.saga} ${sagaId}` });
  const done = await operations.actOnSaga(request);
  if (options.json) printJson({ plan: done, isDone: true });
  else printLine(`Done. See how it goes on: tickertape saga watch ${sagaId}`);
}

const WAYS: Readonly<Record<SagaPlan['way']['kind'], string>> = {
  answer: 'its machine waits for a decision, and gets it',
  redrive: 'its execution is redriven',
  stop: 'its execution is stopped, and the next round undoes',
  round: 'the next execution takes it over',
};

function printPlan({ saga, sagaId, action, way, effects, warnings }: SagaPlan): void {
  printLine(`${action} ${saga} ${sagaId}: ${WAYS[way.kind]}`);
  for (const effect of effects) printLine(`  - ${effect}`);
  for (const warning of warnings) printLine(`  ! ${warning}`);
}

function resultOf(text: string | undefined): Readonly<Record<string, unknown>> | undefined {
  if (text === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch {
    // Said below.
  }
  throw new CommandError(`--result is not a JSON object: ${text}`, { exitCode: EXIT.usage });
}
