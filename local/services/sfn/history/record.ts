import type { HistoryEventType } from '@aws-sdk/client-sfn';

/** One history event, as it is kept: its details are those of its type, without what says that nothing was cut. */
export interface HistoryRecord {
  readonly id: number;
  readonly previousEventId: number;
  readonly type: HistoryEventType;
  readonly atMs: number;
  readonly details: Readonly<Record<string, unknown>> | undefined;
}
