import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import type { Context, KinesisStreamTumblingWindowEvent, SQSEvent } from 'aws-lambda';
import { readText } from '../backbone/delivery/message.ts';
import { lambdaPorts, type Ports, required } from '../backbone/ports.ts';
import { toItem } from '../backbone/table.ts';
import { counted } from '../backbone/telemetry/invocation.ts';
import type { Key } from '../backbone/work.ts';

/** Steps of an order through the system, in the order in which it takes them, and how else it ends. */
export const STAGES = ['placed', 'paid', 'reserved', 'shipped', 'confirmed', 'cancelled'] as const;
/** One of them. */
export type Stage = (typeof STAGES)[number];

/** By event type, which step it tells of. */
export const STAGE_OF: Readonly<Record<string, Stage>> = {
  OrderPlaced: 'placed',
  PaymentProcessed: 'paid',
  InventoryReserved: 'reserved',
  ShipmentPrepared: 'shipped',
  OrderConfirmed: 'confirmed',
  OrderCancelled: 'cancelled',
};

/** How many orders took each step. */
export type FunnelCounts = Readonly<Record<Stage, number>>;

/** The counts of a window without events. */
export const NO_ORDERS: FunnelCounts = { placed: 0, paid: 0, reserved: 0, shipped: 0, confirmed: 0, cancelled: 0 };

/** What one shard had in one window. It is written once, when the window ends. */
export interface WindowItem extends Key {
  readonly entity: 'WINDOW';
  readonly start: string;
  readonly end: string;
  readonly counts: FunnelCounts;
  /** Whether there were so many orders that a step which was delivered twice may be counted twice. */
  readonly isApproximate: boolean;
  /** Seconds. */
  readonly expiresAt: number;
}

/** What Lambda hands from one invocation of a window to the next: at most 1 MB. @see https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-windows.html */
export interface FunnelState {
  readonly counts?: FunnelCounts;
  /** By order, the steps it took in this window, as bits. */
  readonly steps?: Readonly<Record<string, number>>;
  readonly isApproximate?: boolean;
}

/** Orders whose steps are remembered within a window: some 50 bytes each. */
const ORDERS_MAX = 15_000;

/** The state of a window after some events: a step of an order is counted once, also where a relay has put its event twice. */
export function countSteps(state: FunnelState, events: readonly { readonly type: string; readonly orderId: string }[]): Required<FunnelState> {
  const counts = { ...(state.counts ?? NO_ORDERS) };
  const steps: Record<string, number> = { ...state.steps };
  let known = Object.keys(steps).length;
  let isApproximate = state.isApproximate ?? false;
  for (const { type, orderId } of events) {
    const stage = STAGE_OF[type];
    if (stage === undefined) continue;
    const bit = 1 << STAGES.indexOf(stage);
    const taken = steps[orderId];
    if (((taken ?? 0) & bit) !== 0) continue;
    counts[stage] += 1;
    if (taken === undefined && known >= ORDERS_MAX) {
      isApproximate = true;
      continue;
    }
    if (taken === undefined) known += 1;
    steps[orderId] = (taken ?? 0) | bit;
  }
  return { counts, steps, isApproximate };
}

/** How long windows are kept. */
const RETENTION_SECONDS = 90 * 24 * 60 * 60;

/** Key of a shard's window: those of a day are one partition, in the order of time. */
export const windowKeyOf = (start: string, part: string): Key => ({ pk: `FUNNEL#${start.slice(0, 'YYYY-MM-DD'.length)}`, sk: `${start}#${part}` });

/** What Lambda hands over of a window of one shard. */
export type WindowEvent = KinesisStreamTumblingWindowEvent & { readonly shardId: string };

/** A Lambda function on a stream with tumbling windows, and on the queue that brings what is redriven. */
export type FunnelFunction = (
  event: WindowEvent | SQSEvent,
  context: Context,
) => Promise<{ readonly state: FunnelState; readonly batchItemFailures: readonly never[] }>;

/**
 * Makes the Lambda handler that counts the steps of orders in windows, by when their events came into the stream. The state of a window is Lambda's to keep; when the window ends it becomes one
 * item, under the same key however often its end is delivered.
 */
export function funnel(name: string, ports: Ports = lambdaPorts): FunnelFunction {
  return counted(name, async (event: WindowEvent | SQSEvent, _: Context, counts) => {
    counts.add('Processed', event.Records?.length ?? 0);
    const state = 'window' in event ? await inWindow(ports, event) : await redriven(ports, event);
    return { state, batchItemFailures: [] };
  });
}

async function inWindow(ports: Ports, { Records: records = [], window, state = {}, shardId, isFinalInvokeForWindow, isWindowTerminatedEarly }: WindowEvent) {
  const texts = records.map(({ kinesis }) => Buffer.from(kinesis.data, 'base64').toString());
  const after = countSteps(
    state as FunnelState,
    texts.flatMap((text) => stepOf(text) ?? []),
  );
  if (!isFinalInvokeForWindow && !isWindowTerminatedEarly) return after;
  // A window that ended early goes on as another: each part has its own item.
  const part = isWindowTerminatedEarly ? `${shardId}#${records.at(-1)?.kinesis.sequenceNumber ?? ''}` : shardId;
  await write(ports, { ...window, part }, after);
  return {};
}

/** Length of the windows in which redriven steps are counted: that of the mapping. */
const WINDOW_MS = 60_000;

/** A step that comes back from the dead-letter queue is counted by the time of its event: its window has ended. */
async function redriven(ports: Ports, { Records }: SQSEvent): Promise<FunnelState> {
  for (const { body } of Records) {
    const step = stepOf(body);
    if (!step) continue;
    const startMs = Math.floor(step.timeMs / WINDOW_MS) * WINDOW_MS;
    const [start, end] = [startMs, startMs + WINDOW_MS].map((ms) => new Date(ms).toISOString()) as [string, string];
    await write(ports, { start, end, part: `redriven#${step.type}#${step.orderId}` }, countSteps({}, [step]));
  }
  return {};
}

interface WindowPart {
  readonly start: string;
  readonly end: string;
  readonly part: string;
}

async function write(ports: Ports, { start: begin, end, part }: WindowPart, { counts, isApproximate }: Required<FunnelState>): Promise<void> {
  const start = new Date(begin).toISOString();
  const item: WindowItem = {
    ...windowKeyOf(start, part),
    entity: 'WINDOW',
    start,
    end,
    counts,
    isApproximate,
    expiresAt: Math.floor(Date.parse(end) / 1000) + RETENTION_SECONDS,
  };
  await ports.dynamodb.send(new PutItemCommand({ TableName: required(ports.environment, 'TABLE_NAME'), Item: toItem(item) }));
}

/** What is no event is passed over: this counts, and others answer for what is wrong. */
function stepOf(text: string): { readonly type: string; readonly orderId: string; readonly timeMs: number } | undefined {
  const { content } = readText(text);
  if (content.kind === 'malformed') return undefined;
  const { type, partitionkey, time } = content.received.envelope;
  return { type, orderId: partitionkey, timeMs: Date.parse(time) };
}
