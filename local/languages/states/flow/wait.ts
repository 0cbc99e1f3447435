import type { WaitState } from '../definition/model.ts';
import { runtimeError } from '../errors.ts';
import type { Awaitable, Json } from '../json.ts';
import { findPath } from '../json-path/resolve.ts';
import { evaluateJsonata, expressionIn, isExpression, queryError, typeName } from '../jsonata/evaluate.ts';
import type { Scope } from '../scope.ts';
import { afterInputPath, afterOutputPath, assignedByPaths, type Outcome, outcomeOfJsonata } from './output.ts';
import { parseTimestamp } from './timestamp.ts';

/** How long a `Wait` waits. */
export type WaitTime = { readonly seconds: number } | { readonly timestamp: string; readonly untilMs: number };

/** How long a `Wait` waits and what it leaves behind. */
export type WaitOutcome = Outcome & WaitTime;

/**
 * The longest wait in seconds.
 *
 * @see https://states-language.net/spec.html#wait-state
 */
const SECONDS_MAX = 99_999_999;

/** Evaluates a `Wait` as it is entered. */
export function waitOf(state: WaitState, scope: Scope): Awaitable<WaitOutcome> {
  if (state.QueryLanguage === 'JSONata') return waitOfJsonata(state, scope);
  const input = afterInputPath(state, scope);
  const time = timeByPaths(state, { ...scope, input });
  return { ...time, output: afterOutputPath(state, scope, input), assigned: assignedByPaths(state.Assign, scope, input) };
}

function timeByPaths(state: WaitState, scope: Scope): WaitTime {
  if (state.SecondsPath !== undefined) return { seconds: secondsAt(state.SecondsPath, scope) };
  if (typeof state.Seconds === 'number') return { seconds: state.Seconds };
  if (state.TimestampPath === undefined) return timeAt(state.Timestamp ?? '', () => runtimeError(`The Timestamp parameter is not valid: ${state.Timestamp}`));
  const path = state.TimestampPath;
  const value = findPath(path, scope);
  if (value === undefined) throw runtimeError(`The TimestampPath parameter does not reference an input value: ${path}`);
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return timeAt(text, () =>
    runtimeError(`The TimestampPath parameter does not reference a valid ISO-8601 extended offset date-time format string: ${path} == ${text}`),
  );
}

function timeAt(timestamp: string, error: () => Error): WaitTime {
  const untilMs = parseTimestamp(timestamp);
  if (untilMs === undefined) throw error();
  return { timestamp, untilMs };
}

function secondsAt(path: string, scope: Scope): number {
  const value = findPath(path, scope);
  if (value === undefined) throw runtimeError(`The SecondsPath parameter does not reference an input value: ${path}`);
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  if (!/^[+-]?\d+$/.test(text)) throw runtimeError(`The SecondsPath parameter cannot be parsed as a long value: ${path} == ${text}`);
  const seconds = Number(text);
  if (seconds < 0) throw runtimeError(`The SecondsPath parameter references a negative value: ${path} == ${text}`);
  if (seconds > SECONDS_MAX) throw runtimeError(`The SecondsPath parameter references a value that is greater than ${SECONDS_MAX}: ${path} == ${text}`);
  return seconds;
}

async function waitOfJsonata(state: WaitState, scope: Scope): Promise<WaitOutcome> {
  const time = state.Seconds === undefined ? await timestampOfJsonata(state, scope) : { seconds: await secondsOfJsonata(state.Seconds, scope) };
  return { ...time, ...(await outcomeOfJsonata(state, scope, {}, scope.input)) };
}

async function secondsOfJsonata(template: number | string, scope: Scope): Promise<number> {
  const value = await evaluateJsonata(template, 'Seconds', scope);
  if (typeof value !== 'number') throw unexpectedType(template, 'Seconds', 'number', value);
  if (!Number.isInteger(value) || value < 0 || value > SECONDS_MAX) {
    throw queryError(
      `The JSONata expression '${sourceOf(template)}' specified for the field 'Seconds' returned a value that is not an integer between 0 and ${SECONDS_MAX}: ${value}`,
      'Seconds',
    );
  }
  return value;
}

async function timestampOfJsonata(state: WaitState, scope: Scope): Promise<WaitTime> {
  const template = state.Timestamp ?? '';
  const value = await evaluateJsonata(template, 'Timestamp', scope);
  if (typeof value !== 'string') throw unexpectedType(template, 'Timestamp', 'string', value);
  return timeAt(value, () =>
    queryError(
      `The JSONata expression '${sourceOf(template)}' specified for the field 'Timestamp' did not return a valid ISO-8601 extended offset date-time format string: ${value}`,
      'Timestamp',
    ),
  );
}

function unexpectedType(template: Json, field: string, wanted: string, value: Json): Error {
  return queryError(
    `The JSONata expression '${sourceOf(template)}' specified for the field '${field}' returned an unexpected result type. Expected '${wanted}', but was '${typeName(value)}' for value: ${JSON.stringify(value)}`,
    field,
  );
}

function sourceOf(template: Json): string {
  return isExpression(template) ? expressionIn(template) : String(template);
}
