import type { Kernel } from '../../kernel/kernel.ts';
import type { Rule } from './state.ts';

/** An event on a bus. */
export interface BusEvent {
  readonly id: string;
  readonly source: string;
  readonly detailType: string;
  /** The detail's text, without the space between its tokens. */
  readonly detail: string;
  /** What targets receive: the envelope, with the detail as it was written. */
  readonly text: string;
  /** The envelope as a value. */
  readonly value: Readonly<Record<string, unknown>>;
  readonly resources: readonly string[];
  /** The detail's text as it came. */
  readonly writtenDetail: string;
  /** The replay that brought it again. */
  readonly replayName: string | undefined;
  readonly receivedMs: number;
  readonly traceHeader: string | undefined;
  /** Buses that passed it on so far. */
  readonly hops: number;
}

/** What makes an event besides the place where it happens. */
export type EventParts = Pick<BusEvent, 'id' | 'source' | 'detailType' | 'resources' | 'hops' | 'traceHeader'> & {
  readonly replayName?: string | undefined;
  readonly timeMs: number;
  readonly account: string;
  readonly region: string;
  readonly detailText: string;
  readonly detailValue: unknown;
};

const SPACE_OR_STRING = /("(?:[^"\\]|\\.)*")|[ \t\n\r]+/g;

/** JSON without the space between its tokens; numbers keep their digits. */
export function compactJson(text: string): string {
  return text.replace(SPACE_OR_STRING, '$1');
}

/** ISO 8601 in whole seconds, as events carry it. @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-events-structure.html */
export function eventTime(ms: number): string {
  const second = Math.floor(ms / 1000);
  if (second !== lastSecond) {
    lastSecond = second;
    lastTime = `${new Date(ms).toISOString().slice(0, 19)}Z`;
  }
  return lastTime;
}

/** Most events are of the same second as the one before. */
let lastSecond = Number.NaN;
let lastTime = '';

export function makeEvent(kernel: Kernel, parts: EventParts): BusEvent {
  const { id, source, detailType, resources, hops, traceHeader, account, region, replayName, detailText } = parts;
  const time = eventTime(parts.timeMs);
  const detail = compactJson(detailText);
  const head = {
    version: '0',
    id,
    'detail-type': detailType,
    source,
    account,
    time,
    region,
    resources,
    ...(replayName === undefined ? {} : { 'replay-name': replayName }),
  };
  return {
    id,
    source,
    detailType,
    detail,
    resources,
    writtenDetail: detailText,
    replayName,
    hops,
    traceHeader,
    receivedMs: kernel.nowMs(),
    text: `${JSON.stringify(head).slice(0, -1)}${DETAIL_MARK}${detail}}`,
    value: { ...head, detail: parts.detailValue },
  };
}

/** How the text of an event made here begins, and what stands before its detail: within a string, the quotes would be escaped. */
const HEAD = '{"version":"0","id":';
const DETAIL_MARK = ',"detail":';

/** The detail, digit for digit, in the text of an event made here; `undefined` where the text is another. */
export function detailTextOf(text: string): string | undefined {
  return text.startsWith(HEAD) ? text.slice(text.indexOf(DETAIL_MARK) + DETAIL_MARK.length, -1) : undefined;
}

/** The event that a schedule makes. @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-rule-schedule.html */
export function scheduledEvent(kernel: Kernel, rule: Rule): BusEvent {
  return makeEvent(kernel, {
    id: kernel.uuid(),
    source: 'aws.events',
    detailType: 'Scheduled Event',
    resources: [rule.arn],
    hops: 0,
    traceHeader: undefined,
    timeMs: kernel.nowMs(),
    account: kernel.accountId,
    region: kernel.region,
    detailText: '{}',
    detailValue: {},
  });
}

/** An archived event as a replay brings it: the event as it was, and the replay's name. */
export function replayedEvent(kernel: Kernel, text: string, replayName: string): BusEvent {
  const value = JSON.parse(text) as Record<'id' | 'source' | 'detail-type' | 'time' | 'account' | 'region', string> & {
    readonly resources: readonly string[];
    readonly detail: object;
  };
  const { id, source, 'detail-type': detailType, time, account, region, resources, detail } = value;
  return makeEvent(kernel, {
    id,
    source,
    detailType,
    resources,
    hops: 0,
    traceHeader: undefined,
    replayName,
    timeMs: Date.parse(time),
    account,
    region,
    detailText: detailTextOf(text) ?? JSON.stringify(detail),
    detailValue: detail,
  });
}
