import type { EventContract } from '../../../schemas/index.ts';
import { contractOf } from '../delivery/attempt.ts';
import type { EventOf } from '../delivery/declaration.ts';
import type { Envelope } from '../envelope.ts';
import { MalformedError } from '../errors.ts';

/** What an event happened to, and which change of it the event is: versions count from 1, without gaps. */
export interface Source {
  readonly id: string;
  readonly version: number;
}

/** How the parts of many sources make one view. */
export interface Into<Part, View> {
  /** Keys of the views that a source is part of. A source keeps its keys for ever. */
  readonly keysOf: (part: Part) => readonly string[];
  /** The view before its first source. */
  readonly initial: View;
  /**
   * The view after one of its sources has changed from `before` to `after`: a pure function. Sources come in any order among each other, and several changes of one may come as one, so that
   * the view must not depend on either.
   */
  readonly merge: (view: View, change: Change<Part>) => View;
}

/** A change of one source. `before` is undefined where the view did not have it. */
export interface Change<Part> {
  readonly key: string;
  readonly before: Part | undefined;
  readonly after: Part;
}

/** What a projection declares. */
export interface ProjectionDefinition<C extends EventContract, Part, View> {
  /** Part of every key, so that it must never change. */
  readonly name: string;
  /** Counts up when the fold means something else than before: what another version has folded is not written any more, and `projection rebuild` makes it anew. */
  readonly version: number;
  readonly on: readonly C[];
  /** What an event is a change of. @default the aggregate: `partitionkey` and `sequence` */
  readonly source?: (event: EventOf<C>) => Source;
  /** What is known of one source after an event: a pure function. Secrets of the contract are not in `event.data`. */
  readonly apply: (part: Part | undefined, event: EventOf<C>) => Part;
  /** Views over many sources. @default none: what is known of a source is the view */
  readonly into?: Into<Part, View>;
}

/** A read model as a fold of events. */
export interface Projection {
  readonly name: string;
  readonly version: number;
  readonly on: readonly EventContract[];
  source(event: Envelope): Source;
  apply(part: unknown, event: Envelope): unknown;
  readonly into: Into<unknown, unknown> | undefined;
}

const NAME = /^[a-z][a-z0-9-]*$/;

/** Makes a projection of its definition. */
export function defineProjection<const C extends EventContract, Part, View = never>(definition: ProjectionDefinition<C, Part, View>): Projection {
  const { name, version, on, source = aggregateOf, apply, into } = definition;
  if (!NAME.test(name)) throw new RangeError(`"${name}" is no name of a projection: lower-case letters, digits and dashes`);
  if (!Number.isInteger(version) || version < 1) throw new RangeError(`The version of projection ${name} is ${version}; it is a whole number from 1`);
  // What the definition relates by types the fold relates by keys: an event reaches it only through `takes`, a part only after `apply`.
  return { name, version, on, source, apply, into } as Projection;
}

/** Whether a projection folds an event. */
export const takes = ({ on }: Projection, event: Envelope): boolean => contractOf(on, event) !== undefined;

/** The aggregate that an event changed. @throws {MalformedError} where its service keeps no event store */
function aggregateOf({ id, partitionkey, sequence }: Envelope): Source {
  if (sequence === undefined) throw new MalformedError(`Event ${id} has no \`sequence\`, by which a projection tells a duplicate`);
  return { id: partitionkey, version: Number(sequence) };
}

/** An event without what its contract calls secret. A stored one never had it. */
export function withoutSecrets(contract: EventContract, event: Envelope): Envelope {
  if (contract.secret.length === 0) return event;
  const data = Object.fromEntries(Object.entries(event.data as object).filter(([name]) => !contract.secret.includes(name)));
  return { ...event, data };
}
