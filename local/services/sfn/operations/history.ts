import type { GetExecutionHistoryInput, GetExecutionHistoryOutput } from '@aws-sdk/client-sfn';
import { CHUNK } from '../history/append.ts';
import type { HistoryRecord } from '../history/record.ts';
import { wireEvent } from '../history/wire.ts';
import type { States, StatesState } from '../state.ts';
import { pageSize, readToken, writeToken } from './paging.ts';
import { resolveExecution } from './resolve.ts';

/** Oldest first, or newest. A page reads the chunks that it shows, however long the history is. */
export function getExecutionHistory(input: GetExecutionHistoryInput, { state }: States): GetExecutionHistoryOutput {
  const execution = resolveExecution(state, input.executionArn ?? '');
  const from = readToken(input.nextToken);
  const isDataIncluded = input.includeExecutionData ?? true;
  const end = Math.min(execution.events, from + pageSize(input.maxResults));
  const events = [];
  for (let place = from; place < end; place += 1) {
    const record = eventAt(state, execution.arn, input.reverseOrder ? execution.events - place : place + 1);
    if (record) events.push(wireEvent(record, { isDataIncluded }));
  }
  return { events, ...(end < execution.events && { nextToken: writeToken(end) }) };
}

function eventAt(state: StatesState, arn: string, id: number): HistoryRecord | undefined {
  return state.history.get(`${arn}|${Math.floor((id - 1) / CHUNK)}`)?.[(id - 1) % CHUNK];
}
