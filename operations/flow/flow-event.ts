/** Where an event stands at one consumer. `dead`: in its dead-letter queue. */
export type HandlingState = 'waiting' | 'running' | 'retrying' | 'done' | 'dead';

/** One event at one consumer. Times are milliseconds since the epoch on the plane's clock. */
export interface Handling {
  readonly consumer: string;
  /** The archive replay that brought the event once more; absent for the event as it was published. */
  readonly replayName?: string;
  readonly state: HandlingState;
  /** Receives so far. */
  readonly attempts: number;
  readonly queuedAtMs: number;
  /** Start of the last attempt. */
  readonly startedAtMs: number | undefined;
  readonly endedAtMs: number | undefined;
  /** Why the last attempt failed, or why it was dead-lettered. */
  readonly error: string | undefined;
}

/** One business event and what became of it. */
export interface FlowEvent {
  readonly id: string;
  readonly type: string;
  readonly source: string;
  readonly subject: string | undefined;
  /** One readable line, from the summary template of its schema. */
  readonly summary: string;
  readonly correlationId: string | undefined;
  readonly causationId: string | undefined;
  readonly flow: string | undefined;
  readonly atMs: number;
  readonly handlings: readonly Handling[];
}

/** What a recorder tells its listeners: an event was published, or something became of it at a consumer. */
export type FlowChange =
  | { readonly kind: 'published'; readonly event: FlowEvent }
  | { readonly kind: 'handled'; readonly event: FlowEvent; readonly handling: Handling }
  | StrayDeadLetter;

/** Something came into a dead-letter queue that is no event known here: a message without an envelope, or one of before the start. */
export interface StrayDeadLetter {
  readonly kind: 'dead-lettered';
  /** Whose dead-letter queue it is; `bus` for the bus's own. */
  readonly consumer: string;
  readonly queue: string;
  readonly messageId: string;
  /** As the dead-letter index names it. */
  readonly reason: string;
  readonly error: string | undefined;
  readonly atMs: number;
}

/** What a follower in another process gets: the changes, and how many it was too slow for. */
export type FollowedChange = FlowChange | { readonly kind: 'dropped'; readonly count: number };
