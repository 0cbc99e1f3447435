import type { DataOf, EventContract } from '../../../schemas/index.ts';
import type { EventOf } from '../delivery/declaration.ts';
import type { Envelope } from '../envelope.ts';
import { majorOf } from '../envelope.ts';
import { checkPersonal, type PersonalData } from './personal.ts';

/** What an event of an old version says in a newer one. */
export interface Upcast {
  readonly dataschema: string;
  readonly data: unknown;
}

/** What an aggregate declares: which events it has, and what they make of its state. */
export interface AggregateDefinition<State, C extends EventContract> {
  /** `Order`: part of every key, so that it must never change. */
  readonly type: string;
  /** All events that its stream may hold. */
  readonly events: readonly C[];
  /** The state before the first event. */
  readonly initial: State;
  /** The state after an event: a pure function. What a contract calls secret is not in `event.data` any more. */
  readonly evolve: (state: State, event: EventOf<C>) => State;
  /** Counts up when `evolve` means something else than before: snapshots of another fold are not used. @default 1 */
  readonly foldVersion?: number;
  /** Events in the tip item before they move out, and a snapshot is made: a load folds at most as many. @default 50 */
  readonly snapshotEvery?: number;
  /** By the `dataschema` that was stored: what such an event says today. They are followed until there is none. */
  readonly upcasters?: Readonly<Record<string, (data: never) => Upcast>>;
  /** Where the index `byOwner` finds it. */
  readonly index?: (state: State) => { readonly ownerKey: string; readonly ownerSort: string } | undefined;
  /** Whether the stream has ended: nothing is appended after it. @default never */
  readonly isClosed?: (state: State) => boolean;
  /** What is kept of people, under keys of their own. @default nothing: personal members are kept as they are */
  readonly personal?: PersonalData<DataOf<C>>;
}

/** An aggregate with all that its definition leaves out. */
export type Aggregate<State, C extends EventContract = EventContract> = Required<Omit<AggregateDefinition<State, C>, 'personal'>> &
  Pick<AggregateDefinition<State, C>, 'personal'>;

const SNAPSHOT_EVERY = 50;

/** Makes an aggregate of its definition. */
export function defineAggregate<State, const C extends EventContract>(definition: AggregateDefinition<State, C>): Aggregate<State, C> {
  const { snapshotEvery = SNAPSHOT_EVERY } = definition;
  if (!Number.isInteger(snapshotEvery) || snapshotEvery < 1)
    throw new RangeError(`snapshotEvery of ${definition.type} is ${snapshotEvery}; it is a whole number from 1`);
  for (const { type, secret } of definition.events) {
    const nested = secret.find((path) => /[.[]/.test(path));
    if (nested !== undefined) throw new RangeError(`${type} has a secret inside another member, ${nested}; a stream can leave out whole members only`);
  }
  if (definition.personal) for (const contract of definition.events) checkPersonal(contract, definition.personal);
  return { foldVersion: 1, upcasters: {}, index: () => undefined, isClosed: () => false, ...definition, snapshotEvery };
}

/** What events make of a state. @throws where the stream holds an event that the aggregate does not declare */
export function fold<State, C extends EventContract>(aggregate: Aggregate<State, C>, state: State, events: readonly Envelope[]): State {
  let folded = state;
  for (const event of events) folded = aggregate.evolve(folded, current(aggregate, event));
  return folded;
}

/** An event as its newest version has it. */
function current<State, C extends EventContract>({ type, events, upcasters }: Aggregate<State, C>, stored: Envelope): EventOf<C> {
  let event = stored;
  for (let upcast = upcasters[event.dataschema]; upcast !== undefined; upcast = upcasters[event.dataschema])
    event = { ...event, ...upcast(event.data as never) };
  const isKnown = events.some((contract) => contract.type === event.type && contract.major === majorOf(event.dataschema));
  if (!isKnown) throw new Error(`The stream of a ${type} holds ${event.type} with ${event.dataschema}, which the aggregate does not declare`);
  return event as EventOf<C>;
}
