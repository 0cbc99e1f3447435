/** One message in a dead-letter queue, as an operator sees it. Times are ISO 8601, UTC. */
export interface DeadLetter {
  /** The consumer that could not process it; `bus` where no subscription could match it. */
  readonly consumer: string;
  readonly messageId: string;
  /** Id of the event in the message; absent where it carries no envelope. */
  readonly eventId: string | undefined;
  readonly source: string | undefined;
  readonly type: string | undefined;
  /** Key in the dead-letter index: `<source>#<event id>`, or what else identifies a message without an envelope. */
  readonly eventKey: string;
  readonly correlationId: string | undefined;
  readonly subject: string | undefined;
  /** What the event is ordered by: at a consumer group that keeps order, all letters of a key belong together. */
  readonly partitionKey: string | undefined;
  /** `malformed`, `expired`, `business`, `defect`, `parked`, `lost` or `retries-exhausted`; the last also where the queue moved it because no handler answered. */
  readonly reason: string;
  readonly error: string | undefined;
  /** The same for failures of the same cause. */
  readonly fingerprint: string | undefined;
  readonly attempts: number | undefined;
  readonly codeVersion: string | undefined;
  readonly firstFailedAt: string | undefined;
  readonly lastFailedAt: string | undefined;
  /** The redrive that this message came back from, where the queue itself moved it; a handler that dead-letters writes attributes of its own. */
  readonly redriveJob: string | undefined;
  /** What became of its attempts on the rungs of a retry ladder, as JSON text. */
  readonly history: string | undefined;
  /** The message's body, unchanged. */
  readonly payload: string;
}

/** One dead-letter queue in numbers. */
export interface DeadLetterQueue {
  /** Whose it is; `bus` for the bus's own. */
  readonly consumer: string;
  readonly queue: string;
  readonly queueUrl: string;
  /** Visible and in flight: as exact as SQS counts. */
  readonly messages: number;
  /** Indexed in the last hour. */
  readonly newInLastHour: number;
  readonly oldestAt: string | undefined;
  /** When SQS drops the oldest message for good. */
  readonly expiresAt: string | undefined;
  /** How many there are of each reason. */
  readonly reasons: Readonly<Record<string, number>>;
}

/** Name of a queue from its URL. */
export function queueName(queueUrl: string): string {
  return queueUrl.slice(queueUrl.lastIndexOf('/') + 1);
}
