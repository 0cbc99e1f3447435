import type { Target } from '@aws-sdk/client-scheduler';

/** Why an invocation is given up. */
export interface Failure {
  readonly code: string;
  readonly message: string;
  /** Where the retries ran out, and which limit it was. */
  readonly exhausted: 'MaximumRetryAttempts' | 'MaximumEventAgeInSeconds' | undefined;
}

/** An invocation of a schedule's target. It is kept until the target has it or it is given up. */
export interface PendingInvocation {
  readonly id: string;
  readonly scheduleArn: string;
  readonly groupName: string;
  readonly scheduleName: string;
  readonly target: Target;
  readonly scheduledMs: number;
  readonly expiresMs: number;
  readonly retriesMax: number;
  /** Attempts made so far. */
  readonly attempts: number;
  readonly dueMs: number;
  /** Set once the target is given up: what is left is to bring the input to the dead-letter queue. */
  readonly failure: Failure | undefined;
  /** Attempts to do so. */
  readonly deadLetterAttempts: number;
  /** Journal entry of the time that the schedule named; gone after a restart. */
  readonly cause: number | undefined;
}
