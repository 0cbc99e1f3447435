/** Why a delivery is given up. */
export interface Failure {
  readonly code: string;
  readonly message: string;
  /** Where the retries ran out, and which limit it was. */
  readonly exhausted: 'MaximumRetryAttempts' | 'MaximumEventAgeInSeconds' | undefined;
}

/** An event on its way to a target. It is kept until the target has it or it is given up. */
export interface PendingDelivery {
  readonly id: string;
  readonly eventId: string;
  readonly busName: string;
  readonly ruleName: string;
  readonly ruleArn: string;
  readonly targetId: string;
  readonly targetArn: string;
  readonly roleArn: string | undefined;
  /** What the target is to receive. */
  readonly body: string;
  /** The event, where the target is to receive something else. */
  readonly original: string | undefined;
  /** Set once the target is given up: what is left is to bring the event to the dead-letter queue. */
  readonly failure: Failure | undefined;
  /** Attempts to do so. */
  readonly deadLetterAttempts: number;
  readonly messageGroupId: string | undefined;
  readonly partitionKey: string;
  readonly deadLetterArn: string | undefined;
  readonly retriesMax: number;
  /** When the bus took the event. */
  readonly ingestedMs: number;
  readonly expiresMs: number;
  readonly hops: number;
  /** Attempts made so far. */
  readonly attempts: number;
  readonly dueMs: number;
  /** Journal entry of the match; gone after a restart. */
  readonly cause: number | undefined;
}
