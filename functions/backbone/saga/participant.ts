import { SpanKind } from '@opentelemetry/api';
import type { Context, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { UNCLAIMED } from '../commit-record.ts';
import { repeatingConflicts } from '../delivery/attempt.ts';
import { runBatch } from '../delivery/batch.ts';
import { type Delivery, deliver, letGo, settleShared } from '../delivery/deliver.ts';
import { identityOf, type Message, readMessage } from '../delivery/message.ts';
import { ExpiredError, PayloadMismatchError, RetryableError, TerminalError } from '../errors.ts';
import { counted } from '../telemetry/invocation.ts';
import { inSpan } from '../telemetry/telemetry.ts';
import { UnitOfWork } from '../unit-of-work.ts';
import type { Key, Work } from '../work.ts';
import { type Ask, type CommandContract, readAsk, type SagaCommand } from './command.ts';
import { answer, lambdaParticipantPorts, type ParticipantPorts, type Reply, refused } from './reply.ts';
import { type StepRecord, stepKeyOf, tombstoneOf, undoKeyOf } from './step-record.ts';

/** Takes a step, or undoes it. What it puts into `work` is committed with its reply; a repetition gets the same reply and does nothing. */
export type StepHandler<Data> = (command: SagaCommand<Data>, work: Work) => Promise<Reply> | Reply;

/** A command that a participant takes. */
export interface StepDeclaration {
  readonly kind: 'step' | 'undo';
  readonly contract: CommandContract;
  readonly handle: StepHandler<unknown>;
}

/** Declares a command that takes a step. A `TerminalError` of its handler is a refusal. */
export function performs<Data>(contract: CommandContract<Data>, handle: StepHandler<Data>): StepDeclaration {
  return { kind: 'step', contract: contract as CommandContract, handle: handle as StepHandler<unknown> };
}

/**
 * Declares a command that undoes a step. Its handler is also called where the step never ran, or has an effect that nobody committed; then it has to find out what there is to undo, and answer
 * `done` where there is nothing.
 */
export function undoes<Data>(contract: CommandContract<Data>, handle: StepHandler<Data>): StepDeclaration {
  return { kind: 'undo', contract: contract as CommandContract, handle: handle as StepHandler<unknown> };
}

/** What a participant declares. */
export interface ParticipantOptions {
  /** Part of the keys of its steps: it must never change. Its construct has the same name. */
  readonly name: string;
  readonly steps: readonly StepDeclaration[];
}

const START_RESERVE_MS = 1500;
const CONCURRENCY = 10;

/**
 * Makes the Lambda handler of a participant of sagas: it takes commands from its queue, does each once, and answers the machine that sent it. The answer is committed with the state, and sent before the
 * message is acknowledged: where the function dies in between, the command comes again and is answered with what was committed.
 */
export function participant(
  { name, steps }: ParticipantOptions,
  ports: ParticipantPorts = lambdaParticipantPorts,
): (event: SQSEvent, context: Context) => Promise<SQSBatchResponse> {
  return counted(name, async ({ Records }, context, counts) => {
    const delivery: Delivery<never> = {
      ports,
      consumer: { options: { name, on: [], onReplay: 'skip' }, handle: () => {} },
      counts,
      remainingMs: () => context.getRemainingTimeInMillis(),
      attempt: (message) => attempt(ports, { name, steps }, message),
    };
    const failed = await runBatch<Message>({
      records: Records.map(readMessage),
      concurrency: CONCURRENCY,
      // Two attempts at one command differ by their tokens, and each token wants its answer.
      identityOf: (message) => `${identityOf(message)}#${message.record.messageId}`,
      mayStart: () => context.getRemainingTimeInMillis() > START_RESERVE_MS,
      laneOf: ({ content }) => (content.kind === 'event' ? content.received.envelope.partitionkey : undefined),
      handle: (message) => deliver(delivery, message),
      shared: (message, outcome) => settleShared(delivery, message, outcome),
      left: (message) => letGo(delivery, message, { isFifo: false }),
    });
    return { batchItemFailures: failed.map(({ record }) => ({ itemIdentifier: record.messageId })) };
  });
}

async function attempt(ports: ParticipantPorts, { name, steps }: ParticipantOptions, message: Message): Promise<'processed' | 'duplicate'> {
  refuseExpired(ports, message);
  const ask = readAsk(
    steps.map(({ contract }) => contract),
    message,
  );
  const declaration = steps.find(({ contract }) => contract === ask.contract) as StepDeclaration;
  const { traceparent } = ask.command.envelope;
  return inSpan(`${name} process`, { kind: SpanKind.CONSUMER, traceparent }, async (active) => {
    const { reply, isRepeated } = await once({ ports, name, declaration, ask, traceparent: active });
    await answer(ports, ask.taskToken, reply);
    return isRepeated ? 'duplicate' : 'processed';
  });
}

function refuseExpired({ environment, nowMs }: ParticipantPorts, { queuedMs = 0 }: Message): void {
  const seconds = Number(environment['TIME_TO_LIVE_SECONDS'] ?? Number.POSITIVE_INFINITY);
  if (nowMs() - queuedMs > seconds * 1000) throw new ExpiredError(`The command is older than its time-to-live of ${seconds} s`);
}

interface Run {
  readonly ports: ParticipantPorts;
  readonly name: string;
  readonly declaration: StepDeclaration;
  readonly ask: Ask;
  readonly traceparent: string;
}

/** Takes the step, or finds what became of it before. */
function once({ ports, name, declaration: { kind, handle }, ask, traceparent }: Run): Promise<{ readonly reply: Reply; readonly isRepeated: boolean }> {
  const { command, payloadHash } = ask;
  const { id, correlationid, flow } = command.envelope;
  const stepKey = stepKeyOf(name, command);
  const key = kind === 'step' ? stepKey : undoKeyOf(name, command);
  const open = (): UnitOfWork =>
    new UnitOfWork({ ports, cause: { id, correlationid, flow, traceparent }, identity: [name, kind, command.sagaId, command.step] });
  return repeatingConflicts(ports, async () => {
    const earlier = await open().get<StepRecord>(key);
    if (earlier) return { reply: replyOf(earlier, payloadHash), isRepeated: true };
    const { reply, work } = await handled(open, (unit) => handle(command, unit));
    if (kind === 'undo') await bury(work, stepKey, ports.nowMs());
    const condition = { expression: UNCLAIMED, values: { ':nowSeconds': Math.floor(ports.nowMs() / 1000) } };
    const outcome = await work.commit({ kind: 'put', record: { ...key, payloadHash }, condition }, JSON.stringify(reply));
    return outcome.outcome === 'committed' ? { reply, isRepeated: false } : { reply: replyOf(outcome.existing as StepRecord, payloadHash), isRepeated: true };
  });
}

/** Runs a handler. Of one that refuses by an error nothing is kept but the refusal. */
async function handled(
  open: () => UnitOfWork,
  handle: (work: UnitOfWork) => Promise<Reply> | Reply,
): Promise<{ readonly reply: Reply; readonly work: UnitOfWork }> {
  const work = open();
  try {
    return { reply: await handle(work), work };
  } catch (error) {
    if (!(error instanceof TerminalError)) throw error;
    return { reply: refused(error.code, error.message), work: open() };
  }
}

/** Leaves a tombstone where the step never ran: in the same transaction, so that a forward command is either seen by the undo, or refused. */
async function bury(work: UnitOfWork, stepKey: Key, nowMs: number): Promise<void> {
  const step = await work.get<StepRecord>(stepKey);
  if (!step) work.put(tombstoneOf(stepKey, nowMs), { condition: { expression: 'attribute_not_exists(pk)' } });
}

function replyOf(record: StepRecord | undefined, payloadHash: string): Reply {
  if (record?.answer === undefined) throw new RetryableError('The step is under way, or its record is gone');
  if (record.undoneAt === undefined && record.payloadHash !== payloadHash)
    throw new PayloadMismatchError('This step of this saga was taken before, with another command');
  return JSON.parse(record.answer) as Reply;
}
