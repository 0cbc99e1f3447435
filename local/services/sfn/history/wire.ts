import type { HistoryEvent, HistoryEventType } from '@aws-sdk/client-sfn';
import type { HistoryRecord } from './record.ts';

/** Events of states name their details by what happened to the state. */
const SHARED: readonly (readonly [RegExp, string])[] = [
  [/^[A-Za-z]+StateEntered$/, 'stateEnteredEventDetails'],
  [/^[A-Za-z]+StateExited$/, 'stateExitedEventDetails'],
];

const members = new Map<HistoryEventType, string>();

/** The member of a history event that holds the details of its type. */
function memberOf(type: HistoryEventType): string {
  const known = members.get(type);
  if (known !== undefined) return known;
  const shared = SHARED.find(([pattern]) => pattern.test(type))?.[1];
  const member = shared ?? `${type.slice(0, 1).toLowerCase()}${type.slice(1)}EventDetails`;
  members.set(type, member);
  return member;
}

/** Members that hold data of the execution, each with the one that says whether it was cut. */
const DATA: Readonly<Record<string, string>> = { input: 'inputDetails', output: 'outputDetails', assignedVariables: 'assignedVariablesDetails' };

/** Nothing is cut: payloads have a limit that all fit in. */
const WHOLE = { truncated: false };

/** An event as `GetExecutionHistory` answers it. */
export function wireEvent({ id, previousEventId, type, atMs, details }: HistoryRecord, options: { readonly isDataIncluded: boolean }): HistoryEvent {
  const event = { timestamp: new Date(atMs), type, id, previousEventId };
  return details === undefined ? event : { ...event, [memberOf(type)]: wireDetails(details, options) };
}

/** Details with, or without, the data of the execution. */
export function wireDetails(details: Readonly<Record<string, unknown>>, { isDataIncluded }: { readonly isDataIncluded: boolean }): Record<string, unknown> {
  const shown: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(details)) {
    const truncation = DATA[name];
    if (truncation === undefined) {
      if (isDataIncluded || name !== 'parameters') shown[name] = value;
    } else if (isDataIncluded) {
      shown[name] = value;
      shown[truncation] = WHOLE;
    }
  }
  return shown;
}
