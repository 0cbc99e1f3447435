import type { FlowEvent } from './flow/flow-event.ts';
import type { Meters } from './operations.ts';
import type { System } from './system.ts';

/** An event as it was put on the bus. */
export interface PublishedEvent {
  readonly source: string;
  readonly detailType: string;
  /** JSON text. */
  readonly detail: string;
}

/** What a recorder of the flow knows, where there is one. */
export interface RecordedThread {
  readonly events: readonly FlowEvent[];
  /** Whether it knows of everything that was published, so that the tables need not be read. */
  readonly isWhole: boolean;
}

/**
 * What clients alone cannot do, because only the side of the plane knows it, or because it is the side's own: its time, its addresses, what it has seen. All
 * the rest of `Operations` is one implementation over clients.
 */
export interface Surroundings {
  /** `embedded`: a plane in this process. `aws`: AWS, or any endpoint that answers like it. */
  readonly kind: 'embedded' | 'aws';
  /** Where clients connect; undefined on AWS itself. */
  readonly endpoint: string | undefined;
  /** Seconds that a receive waits for messages: a short poll of SQS asks some of its servers only, and may miss what is there. */
  readonly receiveWaitSeconds: number;
  nowMs(): number;
  wait(ms: number): Promise<void>;
  apiUrl(system: System): string;
  /** Events published since the plane started; undefined where nobody counts. */
  publishedCount(): number | undefined;
  /** @throws {NotOnAwsError} where nobody meters */
  meters(): Meters;
  quiet(system: System, timeoutMs: number): Promise<boolean>;
  recordedThread(key: string): RecordedThread;
  /** The event with that id in its envelope, as the bus took it, where somebody remembers; `undefined` where nobody does. */
  publishedEvent(eventId: string): PublishedEvent | undefined;
  /** Whether the bus took the event; `undefined` where nobody remembers all that it took. */
  wasPublished(eventId: string): boolean | undefined;
}
