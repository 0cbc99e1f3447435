import type { ConsumerDescription, System } from '../system.ts';
import { recordEdit } from './edit.ts';
import type { Pace, RedriveJob, RedriveOptions } from './job.ts';
import { HEARTBEAT_MS, type JobRecord, JobStore } from './job-store.ts';
import type { WatchOptions } from './outcomes.ts';
import type { RedrivePlan } from './plan.ts';
import { RedriveRun } from './run.ts';

interface Running {
  job: RedriveJob;
  readonly run: RedriveRun;
  readonly ended: Promise<void>;
  writtenMs: number;
}

/** A job or plan with that id is not known here. */
export class UnknownIdError extends Error {
  constructor(what: 'plan' | 'job', id: string) {
    super(`There is no ${what} "${id}"${what === 'plan' ? '. Plans are kept as long as the process that made them runs' : ''}`);
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

/** Plans and jobs kept in memory; the oldest go first. */
const KEPT_MAX = 100;

/** What jobs need of where they run. */
export interface RegisterOptions extends Pick<WatchOptions, 'clients' | 'receiveWaitSeconds'> {
  readonly pace: Pace;
  system(): Promise<System>;
}

/** The plans that were made and the jobs that run them in this process; what others run is in the store. */
export class JobRegister {
  readonly #options: RegisterOptions;
  readonly #store: JobStore;
  readonly #plans = new Map<string, RedrivePlan>();
  readonly #jobs = new Map<string, Running>();

  constructor(options: RegisterOptions) {
    this.#options = options;
    this.#store = new JobStore(options.clients.dynamodb, async () => (await options.system()).deadLetterIndexTableName);
  }

  /** Keeps a plan, to be run as it was reviewed. */
  keep(plan: RedrivePlan): RedrivePlan {
    this.#plans.delete(plan.id);
    this.#plans.set(plan.id, plan);
    dropOldest(this.#plans);
    return plan;
  }

  /** Starts the job of a plan and answers at once. @throws {UnknownIdError}, {RedriveRunningError} and {RedriveOptionError} */
  async start(planId: string, settings: RedriveOptions): Promise<RedriveJob> {
    const plan = this.#plans.get(planId);
    if (!plan) throw new UnknownIdError('plan', planId);
    const busy = (await this.list()).find(({ status, consumer }) => status === 'running' && consumer === plan.consumer);
    if (busy) throw new RedriveRunningError(plan.from, busy.id);
    const system = await this.#options.system();
    const consumer = system.consumers.find((described) => described.consumer === plan.consumer) as ConsumerDescription;
    const { pace, clients, receiveWaitSeconds } = this.#options;
    // Sorts by time; two of one plan in one millisecond cannot be.
    const id = `j_${pace.nowMs().toString(36)}_${plan.id.slice(2, 8)}`;
    const edit = plan.edit;
    const run = new RedriveRun(plan, {
      ...settings,
      clients,
      receiveWaitSeconds,
      system,
      consumer,
      jobId: id,
      pace,
      nowMs: () => pace.nowMs(),
      onStep: () => this.#beat(id),
      beforeEdit: async (message) => {
        if (edit) await recordEdit(clients, system, { consumer: plan.consumer, message, edit, jobId: id, nowMs: pace.nowMs() });
      },
    });
    const { ratePerSecond, canary, haltAt } = settings;
    const job: RedriveJob = {
      id,
      plan,
      status: 'running',
      phase: run.phase,
      startedAt: this.#now(),
      endedAt: undefined,
      outcomes: run.outcomes,
      ratePerSecond,
      canary,
      haltAt,
      error: undefined,
    };
    await this.#write(job, run);
    this.#jobs.set(id, { job, run, ended: this.#follow(id, run), writtenMs: pace.nowMs() });
    dropOldest(this.#jobs);
    return job;
  }

  /** The job as it stands. */
  get(jobId: string): RedriveJob {
    const { job, run } = this.#find(jobId);
    return job.status === 'running' ? { ...job, phase: run.phase, outcomes: run.outcomes } : job;
  }

  /** The job, once it has ended. */
  async ended(jobId: string): Promise<RedriveJob> {
    await this.#find(jobId).ended;
    return this.get(jobId);
  }

  /** The jobs of all processes, the newest first; those of this one as they stand now. */
  async list(): Promise<JobRecord[]> {
    const records = await this.#store.list(this.#options.pace.nowMs());
    return records.map((record) => {
      const own = this.#jobs.get(record.id);
      return own?.job.status === 'running' ? { ...record, status: 'running', outcomes: own.run.outcomes } : record;
    });
  }

  /** Cancels a job of this process at once, one of another as soon as that looks. */
  async cancel(jobId: string): Promise<JobRecord> {
    const record = (await this.list()).find(({ id }) => id === jobId);
    if (!record) throw new UnknownIdError('job', jobId);
    const own = this.#jobs.get(jobId);
    if (own) own.run.cancel();
    else if (record.status === 'running') await this.#store.wantCancelled(jobId);
    return record;
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
      ending = run.isCancelled ? { status: 'cancelled', error: undefined } : { status: run.halted === undefined ? 'done' : 'halted', error: run.halted };
    } catch (error) {
      // A job outlives the call that started it: its error is its result, and is shown as such.
      ending = { status: 'failed', error: `${(error as Error).name}: ${(error as Error).message}` };
    }
    const entry = this.#find(id);
    entry.job = { ...entry.job, ...ending, phase: 'ended', endedAt: this.#now(), outcomes: run.outcomes };
    try {
      await this.#write(entry.job, run);
    } catch (error) {
      const problem = `the list of jobs could not be written: ${(error as Error).message}`;
      entry.job = { ...entry.job, error: [entry.job.error, problem].filter(Boolean).join('; ') };
    }
  }

  /** Says now and then how far the job is, and hears whether another process wants it cancelled. */
  async #beat(id: string): Promise<void> {
    const entry = this.#find(id);
    const nowMs = this.#options.pace.nowMs();
    if (nowMs - entry.writtenMs < HEARTBEAT_MS) return;
    entry.writtenMs = nowMs;
    if ((await this.#write(this.get(id), entry.run)).isCancelWanted) entry.run.cancel();
  }

  #write(job: RedriveJob, run: RedriveRun): Promise<{ readonly isCancelWanted: boolean }> {
    return this.#store.write(job, { nowMs: this.#options.pace.nowMs(), failedAgain: run.failedAgain.map(({ eventKey }) => eventKey) });
  }

  #now(): string {
    return new Date(this.#options.pace.nowMs()).toISOString();
  }
}

function dropOldest(kept: Map<string, unknown>): void {
  if (kept.size > KEPT_MAX) kept.delete(kept.keys().next().value as string);
}
