import { parseArn } from './arn.ts';
import { type Call, CallContext, type Delivery } from './call.ts';
import { type Chance, seededChance } from './chance.ts';
import { type Clock, realClock, virtualClock } from './clock.ts';
import { Collection, type CollectionStore, type Values } from './collection.ts';
import { type DeliveryOutcome, refusedBy } from './delivery.ts';
import { NotEmulated } from './errors.ts';
import type { FunctionRunner } from './function-runner.ts';
import { type Interposer, interpose } from './interposer.ts';
import { Journal } from './journal.ts';
import type { KernelOptions } from './kernel-options.ts';
import type { MetricDatum } from './metric.ts';
import { PackedValues } from './packed/packed-values.ts';
import { SlabPool } from './packed/slab-pool.ts';
import type { Codec } from './packed/slabs.ts';
import { type AccessCheck, type Authorizer, CredentialRegister, type Principal, principalName } from './principal.ts';
import { Scheduler, type Timer } from './scheduler.ts';
import type { Context, Service } from './service.ts';

/** Tasks one turn of a real clock runs before sockets and workers have their say. */
const TASKS_PER_TURN_MAX = 256;

/** Steps after which a virtual run that does not end is taken for one that never will. */
const STEPS_MAX = 50_000_000;

/**
 * Time, chance, ids, state, and the way from one party to another. Services know nothing else of the world and nothing of each other.
 */
export class Kernel {
  readonly accountId: string;
  readonly region: string;
  readonly partition = 'aws';
  readonly isVirtual: boolean;
  readonly journal: Journal;
  readonly chance: Chance;
  readonly credentials: CredentialRegister;
  /** Where packed values and logs are kept. */
  readonly slabs: SlabPool;
  readonly #scheduler = new Scheduler();
  readonly #clock: Clock;
  readonly #store: CollectionStore | undefined;
  readonly #collections = new Map<string, Collection<unknown>>();
  readonly #services = new Map<string, { readonly service: Service; readonly state: unknown }>();
  readonly #byArnService = new Map<string, string>();
  readonly #meters = new Set<(datum: MetricDatum) => void>();
  readonly #topics = new Map<string, Set<() => void>>();
  #authorizer: Authorizer | undefined;
  #interposer: Interposer | undefined;
  #functionRunner: FunctionRunner | undefined;
  #hostOperations = 0;

  constructor(options: KernelOptions) {
    this.accountId = options.accountId;
    this.region = options.region;
    this.isVirtual = options.clock.kind === 'virtual';
    this.#clock =
      options.clock.kind === 'virtual' ? virtualClock(options.clock.startMs) : realClock(this.#scheduler, options.clock.factor, () => this.#runDue());
    this.#store = options.store;
    this.slabs = new SlabPool({ compression: options.compression });
    this.chance = seededChance(options.seed);
    this.credentials = new CredentialRegister(this.chance);
    this.journal = new Journal({ nowMs: () => this.nowMs(), capacity: options.journalCapacity });
  }

  /** Milliseconds since the epoch, whole. */
  nowMs(): number {
    return this.#clock.nowMs();
  }

  /** Runs `task` at `dueMs`, or as soon as the present transition has ended where that is past. */
  at(dueMs: number, name: string, task: () => void): Timer {
    const timer = this.#scheduler.add(Math.max(dueMs, this.nowMs()), name, task);
    this.#clock.wake();
    return timer;
  }

  /** Runs `task` as soon as the present transition has ended. */
  soon(name: string, task: () => void): Timer {
    return this.at(this.nowMs(), name, task);
  }

  /** Resolves at `dueMs`. */
  until(dueMs: number, name: string): Promise<void> {
    return new Promise((resolve) => {
      this.at(dueMs, name, resolve);
    });
  }

  uuid(): string {
    return this.chance.uuid();
  }

  /** ARN of a resource of this account and region. */
  arn(service: string, resource: string): string {
    return `arn:${this.partition}:${service}:${this.region}:${this.accountId}:${resource}`;
  }

  /** The collection of that name, with what a data folder holds of it; its values are kept packed where there is a codec, which is the same on each call. */
  collection<Value>(name: string, codec?: Codec<Value>): Collection<Value> {
    const open = this.#collections.get(name) as Collection<Value> | undefined;
    if (open) return open;
    const store = this.#store;
    const pack = codec && ((values?: Values<unknown>) => new PackedValues(this.slabs, { codec, values: values as Values<Value> }) as Values<unknown>);
    const values = (store ? store.open(name, pack) : pack?.()) as Values<Value>;
    const collection = new Collection<Value>(name, { values, onChange: store && ((where, key) => store.changed(where, key)) });
    this.#collections.set(name, collection as Collection<unknown>);
    return collection;
  }

  /** Adds a service and makes its state. */
  install<State>(service: Service<State>): State {
    const state = service.createState(this);
    this.#services.set(service.name, { service: service as Service, state });
    this.#byArnService.set(service.arnService, service.name);
    return state;
  }

  /** The installed services with their state, for the assembly and the generated pages. */
  installed(): IterableIterator<{ readonly service: Service; readonly state: unknown }> {
    return this.#services.values();
  }

  setAuthorizer(authorizer: Authorizer): void {
    this.#authorizer = authorizer;
  }

  /** Decides what no operation stands for, as a request to a function's URL. Throws the fault of one who may not. */
  authorize(principal: Principal, check: AccessCheck): void {
    this.#authorizer?.(principal, check);
  }

  setInterposer(interposer: Interposer | undefined): void {
    this.#interposer = interposer;
  }

  setFunctionRunner(runner: FunctionRunner): void {
    this.#functionRunner = runner;
  }

  get functionRunner(): FunctionRunner {
    if (!this.#functionRunner) throw new Error('The plane has no function runner');
    return this.#functionRunner;
  }

  /** Publishes a metric to whoever listens: CloudWatch. */
  meter(datum: MetricDatum): void {
    for (const listener of this.#meters) listener(datum);
  }

  onMetric(listener: (datum: MetricDatum) => void): void {
    this.#meters.add(listener);
  }

  /**
   * Says that there is something new under `topic`, the ARN of a stream, so that whoever reads it need not poll. Listeners run at once, in the
   * order in which they came, inside the transition that notifies: a listener only notes the fact, or sets a task with `soon`.
   */
  notify(topic: string): void {
    const listeners = this.#topics.get(topic);
    if (listeners) for (const listener of listeners) listener();
  }

  /** Calls `listener` whenever `topic` is notified; the returned function ends it. */
  onNotify(topic: string, listener: () => void): () => void {
    const listeners = this.#topics.get(topic) ?? new Set();
    this.#topics.set(topic, listeners);
    listeners.add(listener);
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0 && this.#topics.get(topic) === listeners) this.#topics.delete(topic);
    };
  }

  /** A context for work that a service does by itself (a timer, a resource of a template), as the account. */
  contextFor(serviceName: string, options: { readonly principal?: Principal; readonly cause?: number | undefined } = {}): Context<unknown> {
    const installed = this.#services.get(serviceName);
    if (!installed) throw new NotEmulated(`The service ${serviceName}`, 'README');
    return this.#context(installed.state, options.principal ?? { type: 'root' }, { cause: options.cause });
  }

  /**
   * Calls an operation and answers its output. Checks permissions, journals the call, and answers only when what it changed would survive `kill -9`.
   * Throws the operation's faults, `AccessDenied` and `NotEmulated`.
   */
  request<Output>(call: Call): Promise<Output> {
    return this.#hop('request', call) as Promise<Output>;
  }

  /** Brings a message to the resource behind an ARN, through the very operation a client would use. Never throws a fault: the sender decides. */
  async deliver(delivery: Delivery): Promise<DeliveryOutcome> {
    try {
      const arnService = parseArn(delivery.to)?.service;
      const name = arnService === undefined ? undefined : this.#byArnService.get(arnService);
      const service = name === undefined ? undefined : this.#services.get(name)?.service;
      if (!service?.delivery || name === undefined) throw new NotEmulated(`Delivery to ${delivery.to}`, 'README');
      const { operation, input } = service.delivery(delivery.to, delivery.payload);
      const call: Call = { service: name, operation, input, principal: delivery.principal, cause: delivery.cause };
      return { status: 'accepted', output: await this.#hop('delivery', call, delivery.to) };
    } catch (error) {
      return refusedBy(error);
    }
  }

  /** Counts real work of the machine (a thread, a decompression) that a virtual clock has to wait for. */
  async hostOperation<Result>(work: Promise<Result>): Promise<Result> {
    this.#hostOperations += 1;
    try {
      return await work;
    } finally {
      this.#hostOperations -= 1;
    }
  }

  /** Resolves when every change so far would survive `kill -9`. */
  settled(): Promise<void> | undefined {
    return this.#store?.settled();
  }

  /**
   * Drives a virtual clock: runs what falls due, in order, letting promises settle in between, until `isDone` says so, until the clock would pass
   * `untilMs`, or until nothing waits. Answers which of the three it was. With `untilMs` the clock stands there afterwards.
   */
  async run(options: { readonly untilMs?: number; readonly isDone?: () => boolean } = {}): Promise<'done' | 'time' | 'idle'> {
    if (!this.isVirtual) throw new Error('Only a virtual clock is driven');
    const untilMs = options.untilMs ?? Number.POSITIVE_INFINITY;
    for (let step = 0; step < STEPS_MAX; step += 1) {
      await this.#quiet();
      if (options.isDone?.()) return 'done';
      const dueMs = this.#scheduler.nextDueMs();
      if (dueMs === undefined || dueMs > untilMs) {
        if (options.untilMs !== undefined) this.#clock.moveTo(options.untilMs);
        return dueMs === undefined ? 'idle' : 'time';
      }
      this.#clock.moveTo(dueMs);
      this.#scheduler.take(dueMs)?.run();
    }
    throw new Error(`A virtual run did not end within ${STEPS_MAX} steps`);
  }

  stop(): void {
    this.#clock.stop();
  }

  /** Lets every promise settle that needs no further task, then waits for work that the machine does. */
  async #quiet(): Promise<void> {
    do {
      await new Promise(setImmediate);
    } while (this.#hostOperations > 0);
  }

  #runDue(): void {
    for (let count = 0; count < TASKS_PER_TURN_MAX; count += 1) {
      const task = this.#scheduler.take(this.nowMs());
      if (!task) return;
      task.run();
    }
  }

  #context(state: unknown, principal: Principal, options: Pick<Call, 'cause' | 'requestId' | 'signal'>): Context<unknown> {
    return new CallContext(this, { state, principal, requestId: options.requestId ?? this.uuid(), options });
  }

  #hop(kind: 'request' | 'delivery', call: Call, arn = ''): Promise<unknown> {
    const installed = this.#services.get(call.service);
    if (!installed) return Promise.reject(new NotEmulated(`The service ${call.service}`, 'README'));
    const run = installed.service.operations[call.operation];
    if (!run) return Promise.reject(new NotEmulated(`${call.service} ${call.operation}`, call.service));
    if (!this.#interposer) return this.#attempt(installed, run, call);
    const { service, operation, input, principal, cause } = call;
    const interposed = this.#interposer({ kind, service, operation, arn, input, principal, cause });
    return interpose(interposed, {
      attempt: () => this.#attempt(installed, run, call),
      wait: (ms) => this.until(this.nowMs() + ms, 'delayed hop'),
    });
  }

  /** Every request passes here: it waits only for what really waits. */
  async #attempt({ service, state }: { readonly service: Service; readonly state: unknown }, run: Service['operations'][string], call: Call): Promise<unknown> {
    const { operation, principal, cause } = call;
    const context = this.#context(state, principal, call);
    const { requestId } = context;
    let arn = '';
    try {
      const checks = service.access(operation, call.input, context);
      arn = checks[0]?.resource ?? '';
      for (const check of checks) this.#authorizer?.(principal, check);
      const result = run(call.input, context);
      const output = result instanceof Promise ? await result : result;
      if (this.#store) await this.#store.settled();
      this.journal.append({ service: service.name, kind: operation, arn, cause, detail: { requestId, principal: principalName(principal, this.accountId) } });
      return output;
    } catch (error) {
      const { name, message } = error as Error;
      const detail = { requestId, principal: principalName(principal, this.accountId), error: name, message };
      this.journal.append({ service: service.name, kind: operation, arn, cause, detail });
      throw error;
    }
  }
}
