import type { FlowEvent } from '../../operations/flow/flow-event.ts';
import type { GlobalOptions } from '../global-options.ts';
import { formatDuration, formatTime } from '../output/duration.ts';
import { handlingText } from '../output/flow-line.ts';
import { printJson, printLine } from '../output/report.ts';
import { styled } from '../output/style.ts';
import { operationsOf } from '../target.ts';

/** Lines of one event and of what it caused. Depth first, without recursion, so that a long chain is no problem. */
function treeLines(events: readonly FlowEvent[]): string[] {
  const known = new Set(events.map(({ id }) => id));
  const effects = new Map<string, FlowEvent[]>();
  const roots: FlowEvent[] = [];
  for (const event of events) {
    const cause = event.causationId;
    if (cause === undefined || cause === event.id || !known.has(cause)) roots.push(event);
    else effects.set(cause, [...(effects.get(cause) ?? []), event]);
  }
  const lines: string[] = [];
  const waiting = roots.reverse().map((event) => ({ event, depth: 0 }));
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const { event, depth } = next;
    const indent = '   '.repeat(depth);
    lines.push(`${styled('gray', formatTime(event.atMs))}  ${indent}${styled('bold', event.type)}  ${event.summary}`);
    for (const handling of event.handlings) lines.push(`${' '.repeat(14)}${indent}  → ${handlingText(handling)}`);
    for (const effect of (effects.get(event.id) ?? []).reverse()) waiting.push({ event: effect, depth: depth + 1 });
  }
  return lines;
}

/** `tickertape trace` */
export async function trace(id: string, options: GlobalOptions): Promise<void> {
  const data = await (await operationsOf(options)).trace({ key: id });
  if (options.json) {
    printJson(data);
    return;
  }
  const { events } = data;
  const handlings = events.flatMap((event) => event.handlings);
  // What a replay did much later is no part of how long the thread took.
  const ends = handlings.filter(({ replayName }) => replayName === undefined).map(({ endedAtMs }) => endedAtMs ?? 0);
  const endMs = Math.max(...events.map(({ atMs }) => atMs), ...ends);
  const dead = handlings.filter(({ state }) => state === 'dead').length;
  const open = handlings.filter(({ state }) => state === 'waiting' || state === 'running' || state === 'retrying').length;
  const counts = [
    `${events.length} events`,
    `${new Set(handlings.map(({ consumer }) => consumer)).size} consumers`,
    formatDuration(endMs - (events[0]?.atMs ?? endMs)),
  ];
  if (open > 0) counts.push(`${open} on their way`);
  if (dead > 0) counts.push(`${dead} in DLQ`);
  printLine(`Thread ${events[0]?.correlationId ?? id}  ${counts.join(' · ')}`);
  for (const line of treeLines(events)) printLine(line);
}
