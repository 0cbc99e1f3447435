import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RememberedStore, type SqsWorld, sqsWorld } from './sqs-world.ts';

const VISIBILITY_MS = 30_000;
const RECEIVES_MAX = 3;

/** What must hold of a message, whatever happens to the queue. */
interface Expected {
  readonly body: string;
  readonly group: string;
  state: 'waiting' | 'deleted';
  /** Until when its holder has it to itself. */
  heldUntilMs: number;
  receives: number;
  handle: string | undefined;
  isDead: boolean;
}

type Command =
  | { readonly kind: 'send'; readonly group: string; readonly delaySeconds: number }
  | { readonly kind: 'receive'; readonly limit: number; readonly visibilitySeconds: number | undefined }
  | { readonly kind: 'delete' | 'release' | 'extend'; readonly pick: number }
  | { readonly kind: 'wait'; readonly ms: number }
  | { readonly kind: 'restart' };

const command: fc.Arbitrary<Command> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('send' as const), group: fc.constantFrom('a', 'b', 'c'), delaySeconds: fc.constantFrom(0, 0, 7) }) },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('receive' as const),
      limit: fc.integer({ min: 1, max: 10 }),
      visibilitySeconds: fc.constantFrom(undefined, undefined, 0, 5),
    }),
  },
  { weight: 5, arbitrary: fc.record({ kind: fc.constantFrom('delete' as const, 'delete' as const, 'release' as const, 'extend' as const), pick: fc.nat(20) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('wait' as const), ms: fc.constantFrom(0, 1, 4_999, 5_000, 7_000, 30_000) }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'restart' as const }) },
);

/** A queue beside its model: every answer is checked as it comes. */
class Checked {
  #world: SqsWorld;
  readonly #store = new RememberedStore();
  readonly #expected = new Map<string, Expected>();
  readonly #isFifo: boolean;
  readonly #queue: string;
  #sent = 0;
  #starts = 0;

  constructor(isFifo: boolean) {
    this.#isFifo = isFifo;
    this.#queue = isFifo ? 'q.fifo' : 'q';
    this.#world = sqsWorld({ store: this.#store });
  }

  async open(): Promise<void> {
    const type: Record<string, string> = this.#isFifo ? { FifoQueue: 'true' } : {};
    const dead = this.#isFifo ? 'dead.fifo' : 'dead';
    const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: `arn:aws:sqs:us-east-1:111111111111:${dead}`, maxReceiveCount: RECEIVES_MAX });
    await this.#world.create(dead, type);
    await this.#world.create(this.#queue, { ...type, RedrivePolicy, VisibilityTimeout: String(VISIBILITY_MS / 1000) });
  }

  async run(step: Command): Promise<void> {
    switch (step.kind) {
      case 'send':
        return this.#send(step.group, step.delaySeconds);
      case 'receive':
        return this.#receive(step.limit, step.visibilitySeconds);
      case 'wait':
        return this.#world.wait(step.ms);
      case 'restart':
        this.#starts += 1;
        // A plane that starts again draws other ids than before.
        this.#world = sqsWorld({ store: this.#store, startMs: this.#world.kernel.nowMs(), seed: `start ${this.#starts}` });
        return;
      default:
        return this.#useHandle(step.kind, step.pick);
    }
  }

  async #send(group: string, delaySeconds: number): Promise<void> {
    this.#sent += 1;
    const body = `m${this.#sent}`;
    const more = this.#isFifo ? { MessageGroupId: group, MessageDeduplicationId: body } : { DelaySeconds: delaySeconds };
    await this.#world.send(this.#queue, body, more);
    const heldUntilMs = this.#isFifo ? 0 : this.#world.kernel.nowMs() + delaySeconds * 1000;
    this.#expected.set(body, { body, group, state: 'waiting', heldUntilMs, receives: 0, handle: undefined, isDead: false });
  }

  /** The messages a receive may answer, by the rules alone. */
  #available(): Expected[] {
    const nowMs = this.#world.kernel.nowMs();
    const waiting = [...this.#expected.values()].filter(({ state, isDead }) => state === 'waiting' && !isDead);
    // On a FIFO queue a message that is held holds up those of its group that came after it.
    const busy = new Set<string>();
    return waiting.filter(({ heldUntilMs, group }) => {
      if (heldUntilMs > nowMs) busy.add(group);
      return heldUntilMs <= nowMs && !(this.#isFifo && busy.has(group));
    });
  }

  async #receive(limit: number, visibilitySeconds: number | undefined): Promise<void> {
    const nowMs = this.#world.kernel.nowMs();
    const available = this.#available();
    const mayBeReceived = new Set(available.filter(({ receives }) => receives < RECEIVES_MAX).map(({ body }) => body));
    const messages = await this.#world.receive(this.#queue, {
      MaxNumberOfMessages: limit,
      ...(visibilitySeconds !== undefined && { VisibilityTimeout: visibilitySeconds }),
    });
    expect(messages.length).toBe(Math.min(limit, mayBeReceived.size));
    const firstOfGroup = new Map<string, number>();
    for (const { Body: body = '', ReceiptHandle: handle } of messages) {
      expect(mayBeReceived.delete(body), `${body} is held by someone, or twice in one answer`).toBe(true);
      const message = this.#expected.get(body) as Expected;
      message.receives += 1;
      message.handle = handle;
      message.heldUntilMs = nowMs + (visibilitySeconds === undefined ? VISIBILITY_MS : visibilitySeconds * 1000);
      const number = Number(body.slice(1));
      if (this.#isFifo) expect(number, 'order of the group').toBeGreaterThan(firstOfGroup.get(message.group) ?? 0);
      firstOfGroup.set(message.group, number);
    }
    if (this.#isFifo) this.#checkNoneBefore(firstOfGroup, mayBeReceived);
    await this.#noteDeadLetters();
  }

  /** Nothing that could have been received stands before what was. */
  #checkNoneBefore(lastOfGroup: ReadonlyMap<string, number>, leftBehind: ReadonlySet<string>): void {
    for (const body of leftBehind) {
      const { group } = this.#expected.get(body) as Expected;
      expect(Number(body.slice(1))).toBeGreaterThan(lastOfGroup.get(group) ?? 0);
    }
  }

  async #noteDeadLetters(): Promise<void> {
    const dead = this.#world.state.byName.get(this.#isFifo ? 'dead.fifo' : 'dead');
    for (const { body } of dead?.messages.values() ?? []) {
      const message = this.#expected.get(body) as Expected;
      expect(message.receives, 'receives before the dead-letter queue').toBe(RECEIVES_MAX);
      message.isDead = true;
    }
  }

  async #useHandle(kind: 'delete' | 'release' | 'extend', pick: number): Promise<void> {
    const nowMs = this.#world.kernel.nowMs();
    const held = [...this.#expected.values()].filter(({ handle, state, heldUntilMs }) => handle && state === 'waiting' && heldUntilMs > nowMs);
    const message = held[pick % Math.max(1, held.length)];
    if (!message) return;
    const input = { QueueUrl: this.#queue, ReceiptHandle: message.handle };
    if (kind === 'delete') {
      await this.#world.call('DeleteMessage', input);
      message.state = 'deleted';
      return;
    }
    const seconds = kind === 'release' ? 0 : 60;
    await this.#world.call('ChangeMessageVisibility', { ...input, VisibilityTimeout: seconds });
    message.heldUntilMs = nowMs + seconds * 1000;
  }

  async checkCounts(): Promise<void> {
    const nowMs = this.#world.kernel.nowMs();
    const waiting = [...this.#expected.values()].filter(({ state, isDead }) => state === 'waiting' && !isDead);
    const hidden = waiting.filter(({ heldUntilMs }) => heldUntilMs > nowMs);
    expect(await this.#world.counts(this.#queue)).toEqual({
      visible: waiting.length - hidden.length,
      inFlight: hidden.filter(({ receives }) => receives > 0).length,
      delayed: hidden.filter(({ receives }) => receives === 0).length,
    });
  }

  /** Every message that nobody deleted can still be received, from the queue or from its dead-letter queue. */
  async checkNothingLost(): Promise<void> {
    const found = new Set<string>();
    const deadQueue = this.#isFifo ? 'dead.fifo' : 'dead';
    for (let round = 0; round < 400; round += 1) {
      await this.#world.wait(60_000);
      await this.#world.receive(this.#queue, { MaxNumberOfMessages: 10, VisibilityTimeout: 0 });
      for (const { Body: body = '', ReceiptHandle: handle } of await this.#world.receive(deadQueue, { MaxNumberOfMessages: 10 })) {
        expect(found.has(body), `${body} came twice`).toBe(false);
        found.add(body);
        await this.#world.call('DeleteMessage', { QueueUrl: deadQueue, ReceiptHandle: handle });
      }
      const { visible, inFlight, delayed } = await this.#world.counts(this.#queue);
      if (visible + inFlight + delayed === 0 && (await this.#world.counts(deadQueue)).visible === 0) break;
    }
    const waiting = [...this.#expected.values()].filter(({ state }) => state === 'waiting').map(({ body }) => body);
    expect([...found].sort()).toEqual(waiting.sort());
  }
}

describe.each([
  { name: 'a standard queue', isFifo: false },
  { name: 'a FIFO queue', isFifo: true },
])('$name', ({ isFifo }) => {
  it('loses nothing, has one holder a message, keeps order and counts, and is the same after a restart', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(command, { minLength: 1, maxLength: 60, size: 'max' }), async (steps) => {
        const checked = new Checked(isFifo);
        await checked.open();
        for (const step of steps) {
          await checked.run(step);
          await checked.checkCounts();
        }
        await checked.checkNothingLost();
      }),
      { numRuns: 200 },
    );
  });
});
