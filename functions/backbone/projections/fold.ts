import type { Envelope } from '../envelope.ts';
import { RetryableError } from '../errors.ts';
import type { Projection } from './projection.ts';

/** What is known of one source. */
export interface SourceState {
  readonly applied: number;
  readonly part: unknown;
  /** By version: events that came before their predecessor. */
  readonly ahead: ReadonlyMap<number, Envelope>;
}

/** A source before its first event. */
export const NO_SOURCE: SourceState = { applied: 0, part: undefined, ahead: new Map() };

/** What may wait for a predecessor, as JSON text: an item has 400 KB. @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html */
const AHEAD_BYTES_MAX = 128 * 1024;

/** An event that could not be folded, and why. */
export interface Unfolded {
  readonly event: Envelope;
  readonly error: unknown;
}

/** What events made of a source. */
export interface Folded {
  readonly state: SourceState;
  readonly applied: number;
  readonly duplicates: number;
  readonly failed: readonly Unfolded[];
}

/** Events of one source that cannot wait for what is missing, because too many do already. */
export class TooFarAheadError extends RetryableError {}

/**
 * Folds events of one source, that come twice, late and in any order. An event on which the fold throws is reported, and those after it wait as after one that is missing: handed in again, once
 * the fold is right, it lets them through, in order.
 */
export function foldSource(projection: Projection, source: SourceState, events: readonly Envelope[]): Folded {
  const failed: Unfolded[] = [];
  const ahead = new Map(source.ahead);
  let { applied, part } = source;
  let duplicates = 0;
  for (const event of events) {
    const { version } = projection.source(event);
    if (version <= applied || ahead.has(version)) {
      duplicates += 1;
      continue;
    }
    ahead.set(version, event);
    for (let next = ahead.get(applied + 1); next !== undefined; next = ahead.get(applied + 1)) {
      ahead.delete(applied + 1);
      try {
        part = projection.apply(part, next);
      } catch (error) {
        failed.push({ event: next, error });
        break;
      }
      applied += 1;
    }
    if (ahead.has(version) && sizeOf(ahead) > AHEAD_BYTES_MAX) {
      ahead.delete(version);
      failed.push({ event, error: new TooFarAheadError(`Version ${version} cannot wait for version ${applied + 1}: too much waits already`) });
    }
  }
  return { state: { applied, part, ahead }, applied: applied - source.applied, duplicates, failed };
}

function sizeOf(ahead: ReadonlyMap<number, Envelope>): number {
  let bytes = 0;
  for (const event of ahead.values()) bytes += JSON.stringify(event).length;
  return bytes;
}
