/** Where an event's way to a consumer ended, or how far it is. */
export type Verdict =
  | 'processed'
  | 'in-progress'
  | 'retrying'
  | 'waiting'
  | 'in-flight'
  | 'dead-letter'
  | 'expired'
  | 'parked'
  | 'discarded'
  | 'exported'
  | 'gone'
  | 'unknown-event'
  | 'not-published'
  | 'rule-missing'
  | 'rule-disabled'
  | 'pattern'
  | 'target-missing'
  | 'undelivered'
  | 'mapping-missing'
  | 'paused'
  | 'filtered'
  | 'function-missing'
  | 'throttled'
  | 'lost'
  | 'no-trace';

/** Stages of the way, in order. */
export type Stage =
  | 'event'
  | 'published'
  | 'rule'
  | 'pattern'
  | 'target'
  | 'delivery'
  | 'mapping'
  | 'function'
  | 'queue'
  | 'stream'
  | 'dead letter'
  | 'commit'
  | 'replay';

/** What was found at one stage. `stopped`: here the way ends. */
export interface Step {
  readonly stage: Stage;
  readonly state: 'ok' | 'stopped' | 'unknown';
  readonly text: string;
}

/** A clause of a pattern that an event does not satisfy. */
export interface FailedClause {
  /** `detail.flow` */
  readonly field: string;
  /** What the pattern wants there. */
  readonly expected: unknown;
  /** What the event has there; undefined where it has nothing. */
  readonly found: unknown;
}

/** Why an event was, or was not, processed by a consumer. */
export interface Explanation {
  readonly eventId: string;
  readonly consumer: string;
  readonly verdict: Verdict;
  /** The verdict in a sentence. */
  readonly because: string;
  readonly advice: string | undefined;
  readonly type: string | undefined;
  readonly correlationId: string | undefined;
  /** Clauses of the rule's pattern, or of the mapping's filter, that failed. */
  readonly clauses: readonly FailedClause[];
  readonly steps: readonly Step[];
}
