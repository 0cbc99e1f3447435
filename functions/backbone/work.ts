import type { NativeAttributeValue } from '@aws-sdk/util-dynamodb';
import type { EventContract, Payload } from '../../schemas/index.ts';
import type { Aggregate } from './event-store/aggregate.ts';
import type { Loaded } from './event-store/load.ts';

/** An item of the service's table, or any part of one, as plain values. */
export type Attributes = Record<string, NativeAttributeValue>;

/** Key of an item. */
export interface Key {
  readonly pk: string;
  readonly sk: string;
}

/** A DynamoDB expression with its names (`#…`) and values (`:…`). */
export interface Expression {
  readonly expression: string;
  readonly names?: Readonly<Record<string, string>>;
  readonly values?: Readonly<Record<string, NativeAttributeValue>>;
}

/** A condition under which a write takes place. Where it does not hold, nothing of the unit of work is written, and the handler runs again. */
export interface Conditional {
  readonly condition?: Expression;
}

/** A query on the table or on its index `byOwner`. */
export interface QueryInput {
  readonly pk: string;
  /** Begin of the sort key. */
  readonly skPrefix?: string;
  /** With `skPrefix`, the greatest sort key that is wanted. */
  readonly skAtMost?: string;
  /** `byOwner`: `pk` and `skPrefix` are then those of `ownerKey` and `ownerSort`. */
  readonly index?: 'byOwner';
  /** @default 100 */
  readonly limit?: number;
  /** @default false */
  readonly newestFirst?: boolean;
  /** Where an earlier page ended. */
  readonly cursor?: string | undefined;
}

/** One page of items. `cursor` is set where there may be more. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly cursor: string | undefined;
}

/** Reads the service's own table (`TABLE_NAME`). */
export interface Reader {
  /** One item, read consistently. */
  get<T extends object = Attributes>(key: Key): Promise<T | undefined>;
  query<T extends object = Attributes>(input: QueryInput): Promise<Page<T>>;
}

/** More about an event that is emitted. */
export interface EmitOptions {
  /** When it happened, where that is not now: ISO 8601. */
  readonly time?: string;
  /**
   * Version of the aggregate that the event makes, counted from 1 without gaps. With it the relay publishes the aggregate's events in this order, across commits, and parks
   * what comes before its predecessor; it costs the relay one conditional write a commit. Set it on every event of an aggregate or on none.
   */
  readonly sequence?: number;
}

/** A call to the outside of the service: mail, money. */
export interface OutsideCall<T> {
  /** Whom it goes to: `mail`. */
  readonly port: string;
  /** What it asks for, as JSON. */
  readonly request: unknown;
  /** What the handler goes on with in a shadow replay, in which the call is not made. */
  readonly inShadow: () => T | Promise<T>;
}

/**
 * A unit of work: state and events that are committed together, once. Everything collected takes effect in one `TransactWriteItems` with the commit record
 * after the handler returned; a handler that throws has changed nothing. At most 99 writes, one per item.
 */
export interface Work extends Reader {
  /** Writes a whole item. */
  put<T extends Key>(item: T, options?: Conditional): void;
  /** Changes attributes of an item: `work.update(key, { expression: 'SET #s = :s', … })`. The item is made where it does not exist. */
  update(key: Key, change: Expression, options?: Conditional): void;
  delete(key: Key, options?: Conditional): void;
  /** Only checks that a condition holds. */
  check(key: Key, condition: Expression): void;
  /** Emits an event. Its id is derived from consumer, cause and position: the same on every attempt. */
  emit(payload: Payload, options?: EmitOptions): void;
  /** Reads an event-sourced aggregate, consistently. */
  load<State, C extends EventContract>(aggregate: Aggregate<State, C>, id: string): Promise<Loaded<State>>;
  /**
   * Appends events to an aggregate as it was loaded, and answers what it is then. They are published as emitted ones are, in the order of the aggregate. Where the aggregate has changed since it
   * was loaded, the handler runs again on what it is now.
   */
  append<State, C extends EventContract>(aggregate: Aggregate<State, C>, loaded: Loaded<State>, payloads: readonly Payload[]): Loaded<State>;
  /**
   * Calls the outside. Every call that has an effect out there goes through here: a shadow replay captures it, and does not make it. It takes place when it is made, whatever becomes of the unit of
   * work.
   */
  outside<T>(call: OutsideCall<T>, perform: () => Promise<T>): Promise<T>;
  /** An id that is the same on every attempt at this unit of work: a UUID of the cause and `purpose`. */
  id(purpose: string): string;
  /** When this attempt began: ISO 8601. */
  readonly now: string;
}
