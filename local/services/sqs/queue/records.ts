/** A message attribute, as the API spells it. */
export interface MessageAttribute {
  readonly DataType: string;
  readonly StringValue?: string;
  readonly BinaryValue?: Uint8Array;
}

/**
 * A message as it is kept. Where it stands follows from two members:
 *
 * | state     | `availableMs` | `receivedMs` |
 * |-----------|---------------|--------------|
 * | visible   | past          | any          |
 * | delayed   | future        | 0            |
 * | in flight | future        | set          |
 */
export interface Message {
  readonly id: string;
  readonly body: string;
  readonly md5: string;
  readonly attributes: Readonly<Record<string, MessageAttribute>> | undefined;
  readonly traceHeader: string | undefined;
  readonly senderId: string;
  /** `SentTimestamp`: retention counts from it. */
  readonly sentMs: number;
  /** When it came into this queue: later than `sentMs` in a dead-letter queue. */
  readonly arrivedMs: number;
  readonly groupId: string | undefined;
  readonly deduplicationId: string | undefined;
  readonly sequenceNumber: string | undefined;
  /** The queue that dead-lettered it. */
  readonly sourceArn: string | undefined;
  /** Receives in the queues it was in before: `ApproximateReceiveCount` counts on, `maxReceiveCount` does not. */
  readonly priorReceives: number;
  availableMs: number;
  /** Receives in this queue. Also the number of the newest receipt handle. */
  receiveCount: number;
  firstReceivedMs: number;
  receivedMs: number;
  /** Journal entry of its `message-sent` (or of its move). Entries do not outlive the process, so neither does this. */
  cause: number | undefined;
}

/** A queue as it is kept. `attributes` holds what was set, in AWS's spelling; what is absent has its default. */
export interface QueueRecord {
  readonly name: string;
  readonly createdMs: number;
  modifiedMs: number;
  attributes: Readonly<Record<string, string>>;
  tags: Readonly<Record<string, string>>;
  /** 0 where never. */
  purgedMs: number;
  /** The deduplication scope that still counts after a change, and until when. */
  formerScope: { readonly scope: 'queue' | 'messageGroup'; readonly untilMs: number } | undefined;
}

/** A deduplication id within its window: what a duplicate is answered. */
export interface Deduplication {
  readonly messageId: string;
  readonly sequenceNumber: string;
  readonly untilMs: number;
}

/** A task that moves messages out of a dead-letter queue. */
export interface MoveTask {
  readonly id: string;
  readonly sourceArn: string;
  /** Absent: each message back to its own source. */
  readonly destinationArn: string | undefined;
  readonly perSecondMax: number | undefined;
  readonly startedMs: number;
  readonly toMove: number;
  moved: number;
  status: 'RUNNING' | 'COMPLETED' | 'CANCELLED' | 'FAILED';
  failureReason: string | undefined;
}
