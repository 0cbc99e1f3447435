/**
 * A CloudEvents 1.0 event with our extensions. It is the same on every leg: outbox, bus, queue, stream.
 * @see https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/spec.md
 */
export interface Envelope<Type extends string = string, Data = unknown> {
  readonly specversion: '1.0';
  /** Unique within `source`. An equal pair is a duplicate. */
  readonly id: string;
  /** `tickertape.<context>` */
  readonly source: string;
  /** `OrderPlaced` */
  readonly type: Type;
  readonly time: string;
  /** The entity that the event is about. */
  readonly subject: string;
  readonly datacontenttype: 'application/json';
  /** `tickertape:<context>/<kebab-type>/v<major>.<minor>` */
  readonly dataschema: string;
  readonly data: Data;
  /** The same for all that follows from one request. */
  readonly correlationid: string;
  /** `id` of the event or command that was the cause. */
  readonly causationid: string;
  /** W3C trace context. @see https://www.w3.org/TR/trace-context/ */
  readonly traceparent: string;
  /** What the event is ordered by. */
  readonly partitionkey: string;
  /** Which of the flows the request takes: `choreography` or `orchestration`. */
  readonly flow: string;
  /** Version of the aggregate, padded so that text order is number order. Absent where the order across commits does not matter. */
  readonly sequence?: string;
}
