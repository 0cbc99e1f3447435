import type { CollectionStore } from '../../../../local/kernel/collection.ts';
import type { Invocation, InvocationResult } from '../../../../local/kernel/function-runner.ts';
import type { JournalEntry } from '../../../../local/kernel/journal.ts';
import { Kernel } from '../../../../local/kernel/kernel.ts';
import type { MetricDatum } from '../../../../local/kernel/metric.ts';
import type { Service } from '../../../../local/kernel/service.ts';
import { createCodeStore } from '../../../../local/runtime/code-store.ts';
import { createLambda } from '../../../../local/services/lambda/service.ts';
import { putFunction } from '../../../../local/services/lambda/state.ts';
import { sqs } from '../../../../local/services/sqs/service.ts';

export const START_MS = Date.UTC(2026, 10, 24, 12);
export const ACCOUNT = '111122223333';
export const queueUrl = (name: string): string => `https://sqs.eu-west-1.amazonaws.com/${ACCOUNT}/${name}`;
export const queueArn = (name: string): string => `arn:aws:sqs:eu-west-1:${ACCOUNT}:${name}`;

/** What a scripted function does with an event: answers, throws, or takes its time. */
// biome-ignore lint/suspicious/noExplicitAny: events of all shapes
export type Script = (event: any, invocation: Invocation) => unknown;

const failure = (errorType: string, errorMessage: string): string => JSON.stringify({ errorType, errorMessage, trace: [] });

export interface WorldOptions {
  readonly functions: Readonly<Record<string, Script>>;
  readonly concurrencyMax?: number;
  readonly store?: CollectionStore;
  readonly services?: readonly Service[];
  readonly seed?: number;
}

/** Lambda and SQS on a virtual clock, with functions that are scripts. */
export function createWorld({ functions, concurrencyMax = 24, store, services = [], seed = 1 }: WorldOptions) {
  const kernel = new Kernel({ accountId: ACCOUNT, region: 'eu-west-1', clock: { kind: 'virtual', startMs: START_MS }, seed, journalCapacity: 100_000, store });
  const invocations: { readonly atMs: number; readonly functionName: string; readonly event: unknown }[] = [];
  const metrics: MetricDatum[] = [];
  let running = 0;
  const peak = { running: 0 };
  kernel.onMetric((datum) => metrics.push(datum));
  kernel.setFunctionRunner({
    concurrencyMax,
    retire: () => {},
    close: async () => {},
    invoke: async (invocation): Promise<InvocationResult> => {
      const startMs = kernel.nowMs();
      const event = JSON.parse(invocation.event) as unknown;
      const { functionName } = invocation.code;
      invocations.push({ atMs: startMs, functionName, event });
      running += 1;
      peak.running = Math.max(peak.running, running);
      try {
        const answer = await functions[functionName]?.(event, invocation);
        return { outcome: 'succeeded', payload: JSON.stringify(answer ?? null), durationMs: kernel.nowMs() - startMs, initDurationMs: undefined, logs: [] };
      } catch (error) {
        const payload = failure((error as Error).name, (error as Error).message);
        return { outcome: 'handled-error', payload, durationMs: kernel.nowMs() - startMs, initDurationMs: undefined, logs: [] };
      } finally {
        running -= 1;
      }
    },
  });
  kernel.install(sqs);
  for (const service of services) kernel.install(service);
  const state = kernel.install(createLambda({ codeStore: createCodeStore() }));
  for (const name of Object.keys(functions)) if (!state.functions.has(name)) addFunction(name);
  function addFunction(name: string): void {
    putFunction(
      { kernel, state },
      {
        name,
        arn: kernel.arn('lambda', `function:${name}`),
        runtime: 'nodejs24.x',
        handler: 'index.handler',
        role: `arn:aws:iam::${ACCOUNT}:role/${name}-role`,
        description: '',
        timeoutSeconds: 3,
        memoryMiB: 128,
        environment: {},
        architectures: ['arm64'],
        deadLetterArn: undefined,
        tracingMode: 'PassThrough',
        logGroup: `/aws/lambda/${name}`,
        logFormat: 'Text',
        directory: '/nowhere',
        contentHash: 'hash',
        sizeBytes: 1,
        tags: {},
        layers: [],
        ephemeralStorageMiB: 512,
        applicationLogLevel: undefined,
        systemLogLevel: undefined,
        reservedConcurrency: undefined,
      },
    );
  }
  const settle = async <Result>(work: Promise<Result>): Promise<Result> => {
    let isDone = false;
    const done = work.finally(() => {
      isDone = true;
    });
    done.catch(() => {});
    await kernel.run({ isDone: () => isDone });
    return done;
  };
  // biome-ignore lint/suspicious/noExplicitAny: outputs of all operations
  const call = async (service: string, operation: string, input: object): Promise<any> =>
    settle(kernel.request({ service, operation, input, principal: { type: 'root' } }));
  // biome-ignore lint/suspicious/noExplicitAny: outputs of all operations
  const lambda = (operation: string, input: object): Promise<any> => call('lambda', operation, input);
  const createQueue = (name: string, attributes: Record<string, string> = {}) => call('sqs', 'CreateQueue', { QueueName: name, Attributes: attributes });
  const sendMessage = (name: string, body: unknown, more: object = {}) =>
    call('sqs', 'SendMessage', { QueueUrl: queueUrl(name), MessageBody: typeof body === 'string' ? body : JSON.stringify(body), ...more });
  /** Messages of a queue, taken out. */
  const drain = async (name: string): Promise<string[]> => {
    const bodies: string[] = [];
    for (;;) {
      const { Messages: messages = [] } = await call('sqs', 'ReceiveMessage', { QueueUrl: queueUrl(name), MaxNumberOfMessages: 10 });
      if (messages.length === 0) return bodies;
      for (const { Body, ReceiptHandle } of messages) {
        bodies.push(Body);
        await call('sqs', 'DeleteMessage', { QueueUrl: queueUrl(name), ReceiptHandle });
      }
    }
  };
  const depth = async (name: string): Promise<number> => {
    const { Attributes: attributes } = await call('sqs', 'GetQueueAttributes', { QueueUrl: queueUrl(name), AttributeNames: ['All'] });
    return Number(attributes.ApproximateNumberOfMessages) + Number(attributes.ApproximateNumberOfMessagesNotVisible);
  };
  const entries = (kind: string): JournalEntry[] => [...kernel.journal.since(0)].filter((entry) => entry.service === 'lambda' && entry.kind === kind);
  const advance = (ms: number): Promise<unknown> => kernel.run({ untilMs: kernel.nowMs() + ms });
  const metric = (name: string): number[] => metrics.filter((datum) => datum.name === name).map(({ value }) => value);
  return { kernel, state, invocations, peak, settle, call, lambda, createQueue, sendMessage, drain, depth, entries, advance, metric };
}

/** Keeps collections; `crash` answers what a plane that is started after a `kill -9` finds. */
export interface MemoryStore extends CollectionStore {
  crash(): MemoryStore;
}

export function memoryStore(collections = new Map<string, Map<string, unknown>>()): MemoryStore {
  return {
    open: (name) => {
      const values = collections.get(name) ?? new Map<string, unknown>();
      collections.set(name, values);
      return values;
    },
    changed: () => {},
    settled: async () => {},
    crash: () => memoryStore(structuredClone(collections)),
  };
}
