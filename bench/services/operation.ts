import type { Clients } from './clients.ts';

/** One call by one of the clients; `value` is what differs from one call to the next. */
export type Call = (clients: Clients, value: string) => Promise<object>;

/** A call whose value is found in the answer to the one before. */
export interface FollowUp {
  readonly call: Call;
  /** The value in the earlier answer as the SDK gives it; undefined where there is none. */
  fromOutput(output: object): string | undefined;
  /** The same in the answer's text: the first group. */
  readonly fromText: RegExp;
}

/** An operation with resources of its own, ready to be repeated. */
export interface Prepared {
  readonly call: Call;
  /** What each answer to the call must hold. */
  readonly answer: RegExp;
  readonly followUp?: FollowUp;
  /** Resolves once all that the calls set going has arrived, which is part of the time measured, and throws where something is missing. */
  settle?(units: number): Promise<void>;
  /** Throws where the state is not what that many units make of it. Not part of the time measured. */
  verify?(units: number): Promise<void>;
  /** Deletes what was made. */
  remove(): Promise<void>;
}

/** What is measured: one kind of unit of work. */
export interface Operation {
  readonly name: string;
  readonly title: string;
  /** Makes what a round needs. `units` is how many of them the round may do at most, as far as that must be prepared. */
  prepare(clients: Clients, name: string, units: number): Promise<Prepared>;
}

/** The value of a round's unit, always of the same length. */
export const unitValue = (unit: number): string => String(unit).padStart(12, '0');
