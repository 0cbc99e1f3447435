import type { Operations } from '../../operations/operations.ts';
import type { RedriveJob } from '../../operations/redrive/job.ts';
import type { RedrivePlan } from '../../operations/redrive/plan.ts';
import { confirm } from '../confirm.ts';
import { EXIT } from '../exit-codes.ts';
import type { ConfirmedOptions } from '../global-options.ts';
import { counted } from '../output/counted.ts';
import { formatDuration } from '../output/duration.ts';
import { CommandError, printJson, printLine, printNote } from '../output/report.ts';
import { isOnAws, operationsOf } from '../target.ts';
import { reasonsText } from './dlq.ts';

/** How a redrive is run and waited for. */
export interface RunOptions extends ConfirmedOptions {
  readonly dryRun?: boolean;
  readonly wait?: boolean;
  readonly rate?: number;
  readonly canary?: number;
  readonly haltAt?: string;
}

interface RedriveOptions extends RunOptions {
  readonly where?: string;
  readonly plan?: string;
}

function printPlan(plan: RedrivePlan, { rate, canary, haltAt }: RedriveOptions): void {
  printLine(`Redrive ${counted(plan.messages.length, 'message')}: ${plan.from} → ${plan.to}`);
  if (plan.messages.length === 0) return;
  printLine(`  reasons  ${reasonsText(plan.reasons)}`);
  printLine(`  pace     ${rate === undefined ? 'as fast as it goes' : `${rate} a second, about ${formatDuration((plan.messages.length / rate) * 1000)}`}`);
  if (canary !== undefined) printLine(`  canary   ${canary} first; the rest only if all of them pass`);
  if (haltAt !== undefined) printLine(`  halt     when ${haltAt} failed again; no more are on their way at once`);
  printLine('  effect   new message ids; consumers are idempotent by event id: what was done already is not done again');
  printLine(`  plan     ${plan.id}`);
}

/** `tickertape dlq redrive` */
export async function redrive(consumer: string, options: RedriveOptions): Promise<void> {
  const operations = await operationsOf(options);
  const plan = await operations.planRedrive({ consumer, where: options.where });
  if (options.plan !== undefined && options.plan !== plan.id) {
    throw new CommandError(`The plan was ${options.plan} and is ${plan.id} now: other messages would be moved than were reviewed. Nothing was done.`, {
      exitCode: EXIT.refused,
    });
  }
  if (!options.json) printPlan(plan, options);
  if (options.dryRun || plan.messages.length === 0) {
    if (options.json) printJson({ plan, job: null });
    return;
  }
  await confirm(options, { name: plan.consumer, what: `Redriving ${counted(plan.messages.length, 'message')} of ${plan.consumer}` });
  await runPlan(operations, plan, options);
}

/** Starts a plan, waits for its end where that is wanted or where the job runs in this process, and reports it. */
export async function runPlan(operations: Operations, plan: RedrivePlan, options: RunOptions): Promise<void> {
  const { rate: ratePerSecond, canary, haltAt } = options;
  const job = await operations.startRedrive({ planId: plan.id, ratePerSecond, canary, haltAt });
  if (!options.wait && !isOnAws(options)) {
    if (options.json) printJson({ plan, job });
    else printLine(`Job ${job.id} started. It goes on without this terminal: tickertape jobs show ${job.id}`);
    return;
  }
  const ended = await untilEnded(operations, job, options);
  if (options.json) printJson({ plan, job: ended });
  else printEnd(ended);
  refuseUnfinished(ended);
}

/** Between two looks at a job. */
const LOOK_MS = 250;
/** A job that takes longer shows how far it is. */
const PROGRESS_AFTER_MS = 1_000;

/** Follows a job to its end. On AWS it runs in this process, and Ctrl-C cancels it; elsewhere Ctrl-C only stops waiting. */
async function untilEnded(operations: Operations, job: RedriveJob, options: RunOptions): Promise<RedriveJob> {
  const startMs = performance.now();
  const isOurs = isOnAws(options);
  let isInterrupted = false;
  const interrupt = (): void => {
    isInterrupted = true;
  };
  process.once('SIGINT', interrupt);
  try {
    for (let current = job, isCancelled = false; ; ) {
      if (current.status !== 'running') return current;
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
      current = await operations.job({ jobId: job.id, untilEnded: false });
      const isLate = options.timeout !== undefined && performance.now() - startMs > options.timeout * 1000;
      if (isLate || isInterrupted) {
        if (!isOurs) throw stillRunning(job, isLate);
        if (!isCancelled) await operations.cancelJob({ jobId: job.id });
        isCancelled = true;
      }
      showProgress(current, performance.now() - startMs);
    }
  } finally {
    process.off('SIGINT', interrupt);
    if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');
  }
}

function stillRunning({ id }: RedriveJob, isLate: boolean): CommandError {
  const advice = `It goes on: tickertape jobs show ${id}, or tickertape jobs cancel ${id}`;
  return new CommandError(isLate ? `Job ${id} did not end in the time given` : `Not waiting for job ${id} any longer`, {
    exitCode: isLate ? EXIT.timedOut : EXIT.interrupted,
    advice,
  });
}

function showProgress({ id, plan, phase, outcomes }: RedriveJob, tookMs: number): void {
  if (!process.stderr.isTTY || tookMs < PROGRESS_AFTER_MS) return;
  const { moved, passed, failedAgain, pending } = outcomes;
  process.stderr.write(`\r\x1b[K${id} ${phase}  ${moved}/${plan.messages.length}  ● ${passed}  ■ ${failedAgain}  ◐ ${pending}`);
}

/** What became of each message of the plan, in numbers that add up to it. */
export function outcomesText({ moved, gone, remaining, passed, failedAgain, pending }: RedriveJob['outcomes']): string {
  const rest = [pending > 0 && `${pending} pending`, gone > 0 && `${gone} skipped (gone from the queue)`, remaining > 0 && `${remaining} remaining`].filter(
    Boolean,
  );
  return `${moved} redriven: ${passed} passed, ${failedAgain} failed again${rest.length > 0 ? `, ${rest.join(', ')}` : ''}`;
}

function printEnd(job: RedriveJob): void {
  const took = job.endedAt === undefined ? '' : ` · ${formatDuration(Date.parse(job.endedAt) - Date.parse(job.startedAt))}`;
  printLine(`${outcomesText(job.outcomes)}${took}`);
  if (job.status !== 'done') printNote(`Job ${job.id} ${job.status}${job.error === undefined ? '' : `: ${job.error}`}`);
}

function refuseUnfinished({ status, error, outcomes, plan }: RedriveJob): void {
  const { moved, passed } = outcomes;
  if (status === 'failed') throw new CommandError(error ?? 'The job failed', { exitCode: moved > 0 ? EXIT.partly : EXIT.failed });
  const open = plan.messages.length - passed;
  if (open > 0) throw new CommandError(`${open} of ${plan.messages.length} ${open === 1 ? 'is' : 'are'} not done`, { exitCode: EXIT.partly });
}
