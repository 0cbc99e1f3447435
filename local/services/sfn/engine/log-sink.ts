import type { HistoryRecord } from '../history/record.ts';

/** Takes each history event to where the execution is logged. */
export type LogSink = (event: HistoryRecord) => void;
