import { Plane } from '../../../local/plane.ts';
import type { Answer } from './answer.ts';
import { TraceClient } from './client.ts';
import { type Bound, differenceOf } from './compare.ts';
import { type FunctionHandlers, provideResources } from './functions.ts';
import { callUrl } from './http-step.ts';
import { isRead, Needs, POLLED_LISTS } from './polling.ts';
import { hasPath, MissingReference, referencesOf, resolveReferences } from './references.ts';
import type { Expectation, Step, Trace } from './trace.ts';

/** When the requests were captured: times in their parameters count from then. */
const START_MS = Date.UTC(2026, 10, 21, 10, 54, 5);

/** Pauses before a poller asks again, in milliseconds: close together first, eight minutes in all. */
const POLL_PAUSES_MS: readonly number[] = [1000, 1000, 1000, 2000, 5000, 10_000, 20_000, 30_000, 60_000, 60_000, 120_000, 170_000];

/** Receives of a test that empties a queue. */
const POLLS_MAX = 50;

/** How an attempt ended. */
export type Played =
  | { readonly outcome: 'agrees' }
  /** `step` is the place in the trace at which the difference showed. */
  | { readonly outcome: 'differs'; readonly difference: string; readonly step: number }
  | { readonly outcome: 'notEmulated'; readonly what: string };

/** Ends an attempt. */
class Ended extends Error {
  readonly played: Played;

  constructor(played: Played) {
    super(played.outcome);
    this.played = played;
  }
}

/** When a trace's requests are sent. */
export interface Timing {
  /** Milliseconds between two requests. */
  readonly paceMs: number;
  /** Milliseconds more before some steps, by their place in the trace. */
  readonly pauses: ReadonlyMap<number, number>;
}

/** Sends a trace's requests to a new plane and compares the answers. Stops at the first difference. */
export async function playTrace(trace: Trace, options: { readonly handlers: FunctionHandlers; readonly timing: Timing }): Promise<Played> {
  const bugs: unknown[] = [];
  const plane = new Plane({
    accountId: '111111111111',
    region: 'us-east-1',
    clock: { kind: 'virtual', startMs: START_MS },
    seed: trace.id,
    onBug: (error) => bugs.push(error),
  });
  const player = new Player(trace, plane);
  try {
    await player.settle(provideResources(trace, options.handlers, player.client));
    await player.play(options.timing);
    return { outcome: 'agrees' };
  } catch (error) {
    const bug = bugs[0] as Error | undefined;
    if (bug) return { outcome: 'differs', difference: `a bug: ${bug.stack ?? bug.message}`, step: player.place };
    if (error instanceof Ended) return error.played;
    throw error;
  } finally {
    await plane.close();
  }
}

class Player {
  readonly client: TraceClient;
  readonly #trace: Trace;
  readonly #plane: Plane;
  readonly #needs: Needs;
  readonly #answers = new Map<number, Answer>();
  readonly #bound: Bound = new Map();
  #place = 0;

  constructor(trace: Trace, plane: Plane) {
    this.#trace = trace;
    this.#plane = plane;
    this.#needs = new Needs(trace);
    this.client = new TraceClient(plane);
  }

  /** The place in the trace of the step that is played. */
  get place(): number {
    return this.#place;
  }

  async play({ paceMs, pauses }: Timing): Promise<void> {
    let previous = '';
    for (const [place, step] of this.#trace.steps.entries()) {
      this.#place = place;
      const signature = JSON.stringify([step.service, step.op, step.params]);
      // A loop that the recorder ran dry: thousands of the same question, whose answers nobody took.
      const isRepeated = signature === previous && isRead(step) && !(step.op in POLLED_LISTS) && this.#needs.isUnused(step);
      previous = signature;
      if (isRepeated || this.#isVain(step)) continue;
      await this.#pass(paceMs + (pauses.get(place) ?? 0));
      this.#answers.set(step.n, await this.#ask(await this.#withAllReceived(step)));
      for (const expectation of this.#needs.expectations) if (expectation.response === step.n) this.#check(expectation);
    }
    for (const expectation of this.#needs.expectations) if (expectation.response === undefined) this.#check(expectation);
  }

  /** Drives the clock until a promise settles. */
  async settle<Result>(promise: Promise<Result>): Promise<Result> {
    let isSettled = false;
    const settled = promise.finally(() => {
      isSettled = true;
    });
    settled.catch(() => {});
    const how = await this.#plane.kernel.run({ isDone: () => isSettled });
    if (how !== 'done') throw this.#differs('a request that is never answered');
    return settled;
  }

  #pass(ms: number): Promise<unknown> {
    return this.#plane.kernel.run({ untilMs: this.#plane.kernel.nowMs() + ms });
  }

  /** Sends a step's request, and again after a while as long as the answer is not the one that the recorded test went on with. */
  async #ask(step: Step): Promise<Answer> {
    let answer = await this.#send(step);
    for (const pauseMs of POLL_PAUSES_MS) {
      if (this.#needs.isSatisfied(step, answer, this.#bound)) break;
      if (!isRead(step) && answer.errorText === undefined) break;
      if (this.#hasTooMuch(step, answer)) break;
      await this.#tidyUp(step, answer);
      await this.#pass(pauseMs);
      answer = merged(step, answer, await this.#send(step, answer));
    }
    if (answer.notEmulated !== undefined && (step.expectError === undefined || !this.#needs.isUnused(step))) {
      throw new Ended({ outcome: 'notEmulated', what: answer.notEmulated });
    }
    return answer;
  }

  /** The recorder's loop deletes what it received: where nothing came there was nothing to delete. */
  #isVain(step: Step): boolean {
    if (step.op !== 'delete_message' || !this.#needs.isUnused(step)) return false;
    return referencesOf(step.params).some(({ step: n, path }) => {
      const answer = this.#answers.get(n);
      return path.startsWith('Messages.') && answer !== undefined && !hasPath(answer, path);
    });
  }

  /**
   * A refused batch with one entry, of the first message that was received: the recorder's loop ran once, the recorded test's until the queue was empty.
   * All messages are received and each gets its entry.
   */
  async #withAllReceived(step: Step): Promise<Step> {
    const [entry, ...others] = (step.params['Entries'] ?? []) as readonly object[];
    const [reference] = referencesOf(entry);
    const receive = this.#trace.steps.find(({ n, op }) => n === reference?.step && op === 'receive_message');
    if (step.expectError === undefined || !entry || others.length > 0 || !receive) return step;
    const messages = [...((this.#answers.get(receive.n)?.body['Messages'] ?? []) as unknown[])];
    for (let poll = 0; poll < POLLS_MAX; poll += 1) {
      const more = ((await this.#send(receive)).body['Messages'] ?? []) as unknown[];
      if (more.length === 0) break;
      messages.push(...more);
    }
    this.#answers.set(receive.n, { body: { Messages: messages } });
    const entries = messages.map((_message, index) => ({
      ...(JSON.parse(JSON.stringify(entry).replaceAll(':Messages.0.', `:Messages.${index}.`)) as object),
      Id: String(index),
    }));
    return { ...step, params: { ...step.params, Entries: entries } };
  }

  /** Messages that were not recorded will not go away: taking more of them only disturbs the rest. */
  #hasTooMuch(step: Step, answer: Answer): boolean {
    const list = POLLED_LISTS[step.op];
    if (list === undefined) return false;
    const recorded = this.#needs.expectations.find(({ response }) => response === step.n)?.recorded as Record<string, unknown[]> | undefined;
    return recorded !== undefined && lengthOf(answer.body[list]) >= Math.max(1, lengthOf(recorded[list]));
  }

  /** A poller that takes several messages deletes each, where the trace deletes the first. */
  async #tidyUp(step: Step, answer: Answer): Promise<void> {
    const deletes = this.#trace.steps.find(
      ({ op, params }) => op.startsWith('delete_message') && JSON.stringify(params).includes(`\${${step.n}:Messages.0.ReceiptHandle}`),
    );
    if (!deletes) return;
    for (const { ReceiptHandle } of (answer.body['Messages'] ?? []) as { readonly ReceiptHandle: string }[]) {
      const params = { QueueUrl: this.#resolve(step, step.params['QueueUrl']), ReceiptHandle };
      await this.settle(this.client.call({ service: 'sqs', op: 'delete_message', params }));
    }
  }

  #send(step: Step, previous?: Answer): Promise<Answer> {
    const params = this.#resolve(step, step.params) as Record<string, unknown>;
    const iterator = step.op === 'get_records' ? previous?.body['NextShardIterator'] : undefined;
    const call = {
      service: step.service,
      op: step.op,
      params: iterator === undefined ? params : { ...params, ShardIterator: iterator },
      protocol: protocolOf(this.#trace, step),
    };
    return this.settle(step.service === 'http' ? callUrl(this.#plane, step.op, call.params) : this.client.call(call));
  }

  #resolve(step: Pick<Step, 'n' | 'op'>, value: unknown): unknown {
    try {
      return resolveReferences(value, this.#answers);
    } catch (error) {
      if (!(error instanceof MissingReference)) throw error;
      const answered = this.#answers.get(error.step);
      const text = answered?.errorText ?? JSON.stringify(answered?.body)?.slice(0, 400);
      throw this.#differs(`step ${step.n} ${step.op}: ${error.message}\nanswered ${text}`);
    }
  }

  #check({ label, recorded, response, composed, afterStep }: Expectation): void {
    if (response === undefined && isUntraced(composed, recorded)) return;
    const step = this.#trace.steps.find(({ n }) => n === (response ?? afterStep));
    const answered = response === undefined ? this.#resolve(step ?? { n: afterStep, op: '' }, composed) : this.#answers.get(response)?.body;
    const context = { bindings: this.#trace.bindings, bound: this.#bound, isAnyOrder: response === undefined };
    const difference = differenceOf(recorded, answered, context);
    if (difference === undefined) return;
    const where = response === undefined ? 'composed' : `step ${response} ${step?.service} ${step?.op}`;
    throw this.#differs(`${label} (${where}) ${difference}`);
  }

  #differs(difference: string): Ended {
    return new Ended({ outcome: 'differs', difference, step: this.#place });
  }
}

/** The request whose answer was recorded here is not among the steps. */
export function isUntraced(composed: unknown, recorded: unknown): boolean {
  const isEmpty = composed === null || composed === undefined || (typeof composed === 'object' && Object.keys(composed).length === 0);
  return isEmpty && typeof recorded === 'object' && recorded !== null && Object.keys(recorded).length > 0;
}

/** The recorder told CloudWatch's protocol in the test's name only; without one it was the query protocol, CloudWatch's own until 2025. */
function protocolOf({ id }: Trace, { protocol, service }: Step): 'query' | 'cbor' | undefined {
  const named = service === 'cloudwatch' ? (/\[(query|json|smithy-rpc-v2-cbor)\b/.exec(id)?.[1] ?? 'query') : protocol;
  if (named === 'smithy-rpc-v2-cbor') return 'cbor';
  return named === 'query' ? 'query' : undefined;
}

function merged(step: Step, before: Answer, next: Answer): Answer {
  const list = POLLED_LISTS[step.op];
  const earlier = list === undefined ? undefined : before.body[list];
  if (list === undefined || !Array.isArray(earlier) || earlier.length === 0 || next.errorText !== undefined) return next;
  const later = (next.body[list] ?? []) as unknown[];
  return { ...next, body: { ...next.body, [list]: [...earlier, ...later] } };
}

const lengthOf = (list: unknown): number => (Array.isArray(list) ? list.length : 0);
