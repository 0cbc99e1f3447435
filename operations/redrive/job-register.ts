import type { SQSClient } from '@aws-sdk/client-sqs';
import { type Pace, type RedriveJob, RedriveRun } from './job.ts';
import type { RedrivePlan } from './plan.ts';

interface Running {
  job: RedriveJob;
  readonly run: RedriveRun;
  readonly ended: Promise<void>;
}

/** A job or plan with that id is not known here. */
export class UnknownIdError extends Error {
  constructor(what: 'plan' | 'job', id: string) {
    super(`There is no ${what} "${id}". Plans and jobs are kept as long as the process that made them runs`);
    this.name = 'UnknownIdError';
  }
}

/** A redrive of this queue runs already: two would move each other's messages. */
export class RedriveRunningError extends Error {
  constructor(queue: string, jobId: string) {
    super(`A redrive of ${queue} is running already: job ${jobId}. Wait for it, or cancel it`);
    this.name = 'RedriveRunningError';
  }
}

/** Plans and jobs kept; the oldest go first. */
const KEPT_MAX = 100;

/** The plans that were made and the jobs that run them. */
export class JobRegister {
  readonly #sqs: SQSClient;
  readonly #pace: Pace;
  readonly #plans = new Map<string, RedrivePlan>();
  readonly #jobs = new Map<string, Running>();
  #count = 0;

  constructor(sqs: SQSClient, pace: Pace) {
    this.#sqs = sqs;
    this.#pace = pace;
  }

  /** Keeps a plan, to be run as it was reviewed. */
  keep(plan: RedrivePlan): RedrivePlan {
    this.#plans.delete(plan.id);
    this.#plans.set(plan.id, plan);
    dropOldest(this.#plans);
    return plan;
  }

  /** Starts the job of a plan and answers at once. */
  start(planId: string, ratePerSecond: number | undefined): RedriveJob {
    const plan = this.#plans.get(planId);
    if (!plan) throw new UnknownIdError('plan', planId);
    const busy = [...this.#jobs.values()].find(({ job }) => job.status === 'running' && job.plan.fromUrl === plan.fromUrl);
    if (busy) throw new RedriveRunningError(plan.from, busy.job.id);
    this.#count += 1;
    const id = `j_${this.#count}_${plan.id.slice(2, 8)}`;
    const run = new RedriveRun(this.#sqs, plan, this.#pace, { jobId: id, ratePerSecond });
    const job: RedriveJob = {
      id,
      plan,
      status: 'running',
      startedAt: this.#now(),
      endedAt: undefined,
      outcomes: run.outcomes,
      ratePerSecond,
      error: undefined,
    };
    this.#jobs.set(id, { job, run, ended: this.#follow(id, run) });
    dropOldest(this.#jobs);
    return job;
  }

  /** The job as it stands. */
  get(jobId: string): RedriveJob {
    const { job, run } = this.#find(jobId);
    return job.status === 'running' ? { ...job, outcomes: run.outcomes } : job;
  }

  /** The job, once it has ended. */
  async ended(jobId: string): Promise<RedriveJob> {
    await this.#find(jobId).ended;
    return this.get(jobId);
  }

  cancel(jobId: string): RedriveJob {
    this.#find(jobId).run.cancel();
    return this.get(jobId);
  }

  #find(jobId: string): Running {
    const found = this.#jobs.get(jobId);
    if (!found) throw new UnknownIdError('job', jobId);
    return found;
  }

  async #follow(id: string, run: RedriveRun): Promise<void> {
    // The job is registered right after this call returns.
    await Promise.resolve();
    let ending: Pick<RedriveJob, 'status' | 'error'>;
    try {
      await run.run();
      ending = { status: run.isCancelled ? 'cancelled' : 'done', error: undefined };
    } catch (error) {
      // A job outlives the call that started it: its error is its result, and is shown as such.
      ending = { status: 'failed', error: `${(error as Error).name}: ${(error as Error).message}` };
    }
    const entry = this.#find(id);
    entry.job = { ...entry.job, ...ending, endedAt: this.#now(), outcomes: run.outcomes };
  }

  #now(): string {
    return new Date(this.#pace.nowMs()).toISOString();
  }
}

function dropOldest(kept: Map<string, unknown>): void {
  if (kept.size > KEPT_MAX) kept.delete(kept.keys().next().value as string);
}
