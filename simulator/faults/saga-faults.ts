import { Fault, type Hop, type Interposition, type JournalEntry, type Kernel } from '../../local/index.ts';
import type { DeployedSaga } from '../sagas/description.ts';
import { type CommandMessage, readCommand } from './command-message.ts';
import { type SagaCase, type SagaFault, type SagaTask, type Times, taskName } from './saga-fault.ts';

/** Error of a task that fails because a case wants it. */
export const INJECTED = 'Injected';

/** Time between a call and what is done in its place: the caller has its answer by then. */
const SOON_MS = 50;

const NONE: Interposition = { kind: 'none' };
const ROOT = { type: 'root' } as const;

/** What was seen of a saga while a case ran. */
export interface Sightings {
  /** How often each task was asked of its participant, by the task's name. */
  readonly asked: Map<string, number>;
  /** How often its participant told that it was done. */
  readonly done: Map<string, number>;
  /** The calls that the participant made at the first attempt. */
  readonly calls: Map<string, string[]>;
  /** Whether the fault struck. */
  hasStruck: boolean;
  isStuck: boolean;
}

interface HeldCall {
  readonly service: string;
  readonly operation: string;
  readonly input: object;
  readonly task: string;
}

interface WatchedInvocation {
  readonly task: string;
  readonly calls: string[];
  hasCrashed: boolean;
}

/**
 * Stands between a saga and its participants, and lets go wrong what a case says. It knows the saga by its messages only: commands that its machine sends to queues, and
 * the answers to their task tokens.
 */
export class SagaFaults {
  readonly #kernel: Kernel;
  readonly #saga: DeployedSaga;
  #case: SagaCase | undefined;
  #sightings: Sightings = newSightings();
  /** Tasks by the tokens that their answers carry. */
  readonly #tokens = new Map<string, SagaTask>();
  readonly #strikes = new Map<string, number>();
  #held: HeldCall[] = [];
  /** Functions whose next invocation takes a task for the first time. */
  readonly #expected = new Map<string, string>();
  readonly #invocations = new Map<number, WatchedInvocation>();
  #execution: string | undefined;
  /** Calls of our own: nothing happens to them. */
  readonly #own = new WeakSet<object>();

  constructor(kernel: Kernel, saga: DeployedSaga) {
    this.#kernel = kernel;
    this.#saga = saga;
    kernel.setInterposer((hop) => this.#interpose(hop));
    kernel.journal.listen((entry) => this.#see(entry));
  }

  /** Begins a case: what was seen is what is seen from now on. */
  begin(sagaCase: SagaCase): Sightings {
    this.#case = sagaCase;
    this.#sightings = newSightings();
    this.#held = [];
    for (const known of [this.#tokens, this.#strikes, this.#expected, this.#invocations]) known.clear();
    this.#execution = undefined;
    return this.#sightings;
  }

  /** Lets arrive what is held back. */
  release(): void {
    const held = this.#held;
    this.#held = [];
    for (const { service, operation, input } of held) this.#callSoon(service, operation, input);
  }

  #see({ service, kind, arn, sequence, detail }: JournalEntry): void {
    if (kind === 'execution-ended' && arn === this.#execution && detail['status'] === 'ABORTED') this.#sightings.hasStruck = true;
    if (service === 'sfn' && kind === 'execution-started' && detail['stateMachineArn'] === this.#saga.stateMachineArn) this.#started(arn);
    if (service === 'eventbridge' && kind === 'event-put' && detail['detailType'] === 'SagaStuck') this.#sightings.isStuck = true;
    if (service !== 'lambda' || kind !== 'invocation-started') return;
    for (const [functionName, task] of this.#expected) {
      if (!arn.includes(`:function:${functionName}`)) continue;
      const calls: string[] = [];
      this.#sightings.calls.set(task, calls);
      this.#invocations.set(sequence, { task, calls, hasCrashed: false });
      this.#expected.delete(functionName);
    }
  }

  #started(arn: string): void {
    this.#execution = arn;
    const fault = this.#case?.fault;
    if (fault?.kind === 'stopped' && fault.when === 'begun' && this.#strikesNow('begun', 1)) this.#stop();
  }

  #interpose(hop: Hop): Interposition {
    if (!this.#case || this.#own.has(hop.input)) return NONE;
    const crash = this.#ofParticipant(hop);
    if (crash) return crash;
    if (hop.service === 'sqs' && hop.operation === 'SendMessage') {
      const command = readCommand(hop.input);
      return command ? this.#command(command, hop) : NONE;
    }
    if (hop.service === 'sfn' && (hop.operation === 'SendTaskSuccess' || hop.operation === 'SendTaskFailure')) return this.#reply(hop);
    return NONE;
  }

  /** Counts the calls of the invocation that takes a task for the first time, and ends it where the case says. */
  #ofParticipant({ cause, service, operation, kind }: Hop): Interposition | undefined {
    const watched = cause === undefined ? undefined : this.#invocations.get(cause);
    // Logs and the removal of the message are Lambda's own calls.
    if (!watched || kind !== 'request' || service === 'cloudwatch-logs' || operation === 'DeleteMessageBatch') return undefined;
    if (watched.hasCrashed) return { kind: 'unanswered', takesPlace: false };
    watched.calls.push(`${service} ${operation}`);
    const fault = this.#faultAt(watched.task);
    if (fault?.kind !== 'crash' || (fault.call !== watched.calls.length && fault.call !== 0)) return undefined;
    watched.hasCrashed = true;
    this.#sightings.hasStruck = true;
    return { kind: 'unanswered', takesPlace: fault.call > 0 };
  }

  #command({ task, taskToken }: CommandMessage, { service, operation, input }: Hop): Interposition {
    const name = taskName(task);
    this.#tokens.set(taskToken, task);
    if (!this.#sightings.asked.has(name)) this.#expect(task, name);
    count(this.#sightings.asked, name);
    this.#releaseFor(name);
    if (task.direction === 'step' && task.step === this.#case?.refuses) return this.#failInstead(taskToken, refusal, SENT);
    const fault = this.#faultAt(name);
    switch (fault?.kind) {
      case 'refused':
        return this.#strike(() => this.#failInstead(taskToken, refusal, SENT));
      case 'fails':
        return fault.effect === 'before' && this.#strikesNow(name, fault.times) ? this.#failInstead(taskToken, failure, SENT) : NONE;
      case 'command-lost':
        return this.#strikesNow(name, fault.times) ? { kind: 'answer', output: SENT } : NONE;
      case 'command-late':
        return this.#strikesNow(name, fault.times) ? this.#hold({ service, operation, input, task: name }, SENT) : NONE;
      case 'command-doubled':
        return this.#strike(() => ({ kind: 'duplicate' }));
      case 'stopped':
        return fault.when === 'asked' && this.#strikesNow(name, 1) ? this.#stopBefore() : NONE;
      default:
        return NONE;
    }
  }

  #reply({ service, operation, input }: Hop): Interposition {
    const { taskToken = '' } = input as { readonly taskToken?: string };
    const task = this.#tokens.get(taskToken);
    if (!task) return NONE;
    const name = taskName(task);
    if (operation === 'SendTaskSuccess') count(this.#sightings.done, name);
    const fault = this.#faultAt(name);
    switch (fault?.kind) {
      case 'fails':
        return fault.effect === 'after' && this.#strikesNow(name, fault.times) ? this.#failInstead(taskToken, failure, {}) : NONE;
      case 'reply-lost':
        return this.#strikesNow(name, fault.times) ? { kind: 'answer', output: {} } : NONE;
      case 'reply-late':
        return this.#strikesNow(name, fault.times) ? this.#hold({ service, operation, input, task: name }, {}) : NONE;
      case 'reply-doubled':
        return this.#strike(() => ({ kind: 'duplicate' }));
      case 'stopped':
        return fault.when === 'done' && this.#strikesNow(name, 1) ? this.#stopBefore() : NONE;
      default:
        return NONE;
    }
  }

  #expect({ step }: SagaTask, name: string): void {
    const participant = this.#saga.steps.find((known) => known.name === step)?.participant ?? '';
    const functionName = this.#saga.functionNames.get(participant);
    if (functionName !== undefined) this.#expected.set(functionName, name);
  }

  #faultAt(name: string): SagaFault | undefined {
    return this.#case && taskName(this.#case.task) === name ? this.#case.fault : undefined;
  }

  #strike(interposition: () => Interposition): Interposition {
    this.#sightings.hasStruck = true;
    return interposition();
  }

  /** Whether the fault strikes at this attempt too. */
  #strikesNow(name: string, times: Times): boolean {
    const before = this.#strikes.get(name) ?? 0;
    const strikes = times === 'always' || (times === 'until-stuck' ? !this.#sightings.isStuck : before < times);
    if (!strikes) return false;
    this.#strikes.set(name, before + 1);
    // Of a stop it shows in the journal.
    if (this.#case?.fault.kind !== 'stopped') this.#sightings.hasStruck = true;
    return true;
  }

  #hold(call: HeldCall, output: object): Interposition {
    this.#held.push(call);
    return { kind: 'answer', output };
  }

  /** What waits for the saga to go on arrives with the next command of another task, or with the next attempt where the fault strikes once only. */
  #releaseFor(name: string): void {
    const fault = this.#case?.fault;
    if (fault?.kind !== 'command-late' && fault?.kind !== 'reply-late') return;
    if (fault.release !== 'next-command' || (fault.times === 'always' && this.#held.some(({ task }) => task === name))) return;
    this.release();
  }

  #failInstead(taskToken: string, error: { readonly error: string; readonly cause: string }, output: object): Interposition {
    this.#callSoon('sfn', 'SendTaskFailure', { taskToken, ...error });
    return { kind: 'answer', output };
  }

  /** The call arrives once the execution has been stopped. */
  #stopBefore(): Interposition {
    this.#stop();
    return { kind: 'delay', delayMs: 2 * SOON_MS };
  }

  #stop(): void {
    const executionArn = this.#execution;
    // At once: what begins has not come far by then.
    this.#call('sfn', 'StopExecution', { executionArn, error: INJECTED, cause: 'Stopped by the verification' }, 0);
  }

  #callSoon(service: string, operation: string, input: object): void {
    this.#call(service, operation, input, SOON_MS);
  }

  /** Whoever is called too late, as the holder of a token that nobody waits for, hears a fault: that is the point of such a case. */
  #call(service: string, operation: string, input: object, inMs: number): void {
    this.#own.add(input);
    this.#kernel.at(this.#kernel.nowMs() + inMs, 'injected', () => {
      void this.#kernel.request({ service, operation, input, principal: ROOT }).catch((error: unknown) => {
        if (!(error instanceof Fault)) throw error;
      });
    });
  }
}

const refusal = { error: 'StepRefused', cause: JSON.stringify({ code: INJECTED, reason: 'Refused by the verification' }) };
const failure = { error: INJECTED, cause: 'Failed by the verification' };

/** What a queue answers whose message was lost on its way. */
const SENT = { MessageId: '00000000-0000-0000-0000-000000000000', MD5OfMessageBody: '' };

function count(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}

function newSightings(): Sightings {
  return { asked: new Map(), done: new Map(), calls: new Map(), hasStruck: false, isStuck: false };
}
