import type { FlowEvent, FollowedChange, Handling } from '../../operations/flow/flow-event.ts';
import { formatDuration, formatTime } from './duration.ts';
import { headline } from './printable.ts';
import { stateLabel, styled } from './style.ts';

/** Wide enough for the longest event type of ours. */
const TYPE_WIDTH = 18;

function eventColumns(event: FlowEvent): string {
  return `${styled('bold', event.type.padEnd(TYPE_WIDTH))}  ${event.summary}`;
}

/** What became of an event at one consumer: `notifications ● done 12 ms`. */
export function handlingText({ consumer, replayName, state, attempts, queuedAtMs, endedAtMs, error }: Handling): string {
  const took = endedAtMs === undefined ? '' : ` ${formatDuration(endedAtMs - queuedAtMs)}`;
  const notes = [...(replayName === undefined ? [] : ['replayed']), ...(attempts > 1 ? [`attempt ${attempts}`] : [])];
  const tries = notes.length > 0 ? ` (${notes.join(', ')})` : '';
  return `${consumer} ${stateLabel(state, tries)}${state === 'done' ? took : ''}${error && state !== 'done' ? `  ${headline(error)}` : ''}`;
}

/** One readable line for one change. */
export function flowLine(change: FollowedChange): string {
  if (change.kind === 'dropped') return styled('gray', `┄ ${change.count} more, too fast to show ┄`);
  if (change.kind === 'dead-lettered') {
    const { atMs, consumer, queue, messageId, reason, error } = change;
    return `${styled('gray', formatTime(atMs))}  ${styled('bold', 'no known event'.padEnd(TYPE_WIDTH))}  message ${messageId}  → ${consumer} ${stateLabel('dead')}  ${headline(error ?? reason)} (${queue})`;
  }
  const { event } = change;
  if (change.kind === 'published') return `${styled('gray', formatTime(event.atMs))}  ${eventColumns(event)}`;
  const atMs = change.handling.endedAtMs ?? event.atMs;
  return `${styled('gray', formatTime(atMs))}  ${eventColumns(event)}  → ${handlingText(change.handling)}`;
}
