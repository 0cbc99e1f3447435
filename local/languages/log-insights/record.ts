/** A value in a query: text, a number, or nothing. */
export type Value = string | number | boolean | undefined;

/** One row of a query: its fields by name. */
export type Row = ReadonlyMap<string, Value>;

/** A log event as a query sees it. */
export interface InsightsEvent {
  readonly timestampMs: number;
  readonly ingestedMs: number;
  readonly message: string;
  readonly logStream: string;
  /** `account:group` */
  readonly log: string;
  readonly pointer: string;
}

/** Fields that are discovered in one JSON line. @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_AnalyzeLogData-discoverable-fields.html */
const FIELDS_MAX = 200;

/** Times are compared as numbers and shown as AWS shows them. */
export const instantOf = (ms: number): string => new Date(ms).toISOString().replace('T', ' ').replace('Z', '');

/** The row of an event: the fields every event has, and those found in a line that is JSON. */
export function rowOf(event: InsightsEvent): Map<string, Value> {
  const row = new Map<string, Value>();
  if (event.message.trimStart().startsWith('{')) discover(row, event.message);
  row.set('@timestamp', instantOf(event.timestampMs));
  row.set('@ingestionTime', instantOf(event.ingestedMs));
  row.set('@message', event.message);
  row.set('@logStream', event.logStream);
  row.set('@log', event.log);
  row.set('@ptr', event.pointer);
  return row;
}

function discover(row: Map<string, Value>, message: string): void {
  let parsed: unknown;
  try {
    parsed = JSON.parse(message);
  } catch {
    return; // no JSON: the line has no fields of its own
  }
  walk(parsed, '', row);
}

function walk(value: unknown, path: string, row: Map<string, Value>): void {
  if (row.size >= FIELDS_MAX) return;
  if (typeof value === 'object' && value !== null) {
    const prefix = path === '' ? '' : `${path}.`;
    for (const [name, inner] of Object.entries(value)) walk(inner, `${prefix}${name}`, row);
  } else if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') {
    row.set(path, value);
  }
}

/** What a value is as a number; `undefined` where it is none. */
export function numberOf(value: Value): number | undefined {
  if (typeof value === 'number') return value;
  if (typeof value !== 'string' || value.trim() === '') return undefined;
  const number = Number(value);
  return Number.isNaN(number) ? undefined : number;
}

/** Orders values: numbers as such where both are, text otherwise; nothing comes first. */
export function compareValues(a: Value, b: Value): number {
  if (a === undefined || b === undefined) return Number(a !== undefined) - Number(b !== undefined);
  const [first, second] = [numberOf(a), numberOf(b)];
  if (first !== undefined && second !== undefined) return first - second;
  const [left, right] = [String(a), String(b)];
  return left < right ? -1 : Number(left > right);
}
