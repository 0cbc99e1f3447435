/** An attempt that failed. */
export interface FailedAttempt {
  readonly at: string;
  /** Rung on which it was made: `undefined` for the first, which came from the source. */
  readonly rung?: number;
  readonly error: string;
  readonly fingerprint: string;
}

/** What a message carries up the ladder. */
export interface Climb {
  readonly rung: number;
  /** It is attempted no sooner. */
  readonly dueMs: number;
  /** Over all its journeys. */
  readonly attempts: number;
  readonly firstFailedAt: string;
  /** The last attempts, oldest first. */
  readonly history: readonly FailedAttempt[];
  /** Whether it had come back from a dead-letter queue before it climbed. */
  readonly isRedriven: boolean;
}

/** The message attribute that holds it. */
export const CLIMB_ATTRIBUTE = 'climb';

/** Reads what a message carries. */
export function readClimb(text: string | undefined): Climb | undefined {
  return text === undefined ? undefined : (JSON.parse(text) as Climb);
}
