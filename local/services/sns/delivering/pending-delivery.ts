import type { DeliveryPayload } from '../../../kernel/service.ts';

/** Why a delivery was given up. */
export interface Failure {
  readonly code: string;
  readonly message: string;
}

/** A notification on its way to a subscription. It is kept until the endpoint or the dead-letter queue has it, or it is dropped. */
export interface PendingDelivery {
  readonly id: string;
  readonly messageId: string;
  readonly topicArn: string;
  readonly topicName: string;
  readonly subscriptionArn: string;
  readonly endpoint: string;
  readonly body: string;
  /** What a dead-letter queue receives, where that is something else. */
  readonly deadLetterBody: string | undefined;
  readonly attributes: DeliveryPayload['attributes'];
  readonly messageGroupId: string | undefined;
  readonly messageDeduplicationId: string | undefined;
  readonly sequenceNumber: string | undefined;
  /** Deliveries of one lane go one after the other: one group of a FIFO topic on its way to one subscription. */
  readonly lane: string | undefined;
  readonly deadLetterArn: string | undefined;
  /** Set once the endpoint is given up: what is left is to bring the notification to the dead-letter queue. */
  readonly failure: Failure | undefined;
  /** Attempts made so far, at the endpoint or at the dead-letter queue. */
  readonly attempts: number;
  readonly dueMs: number;
  /** Journal entry of the publication; gone after a restart. */
  readonly cause: number | undefined;
}
