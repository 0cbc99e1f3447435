import { letterBody } from '../body.ts';
import type { DeadLetter } from '../dead-letter.ts';

/** What a filter compares a field by. */
export type FieldKind = 'text' | 'prefix' | 'number' | 'duration';

interface Field {
  readonly kind: FieldKind;
  readonly read: (letter: DeadLetter, nowMs: number) => string | number | undefined;
}

/** The fields of a dead letter by the names that filters use. `data.<path>` is besides. */
const FIELDS: Readonly<Record<string, Field>> = {
  consumer: { kind: 'text', read: ({ consumer }) => consumer },
  reason: { kind: 'text', read: ({ reason }) => reason },
  fingerprint: { kind: 'prefix', read: ({ fingerprint }) => fingerprint },
  type: { kind: 'text', read: ({ type }) => type },
  subject: { kind: 'text', read: ({ subject }) => subject },
  event: { kind: 'text', read: ({ eventId }) => eventId },
  message: { kind: 'text', read: ({ messageId }) => messageId },
  thread: { kind: 'text', read: ({ correlationId }) => correlationId },
  code: { kind: 'prefix', read: ({ codeVersion }) => codeVersion },
  error: { kind: 'text', read: ({ error }) => error },
  attempts: { kind: 'number', read: ({ attempts }) => attempts },
  age: { kind: 'duration', read: ({ firstFailedAt }, nowMs) => (firstFailedAt === undefined ? undefined : nowMs - Date.parse(firstFailedAt)) },
};

/** Names of the fields, for messages and help. */
export const FIELD_NAMES: readonly string[] = [...Object.keys(FIELDS), 'data.<path>'];

/** The field of that name; `data.orderId` reads the event's data. */
export function fieldOf(name: string): Field | undefined {
  if (name.startsWith('data.')) return { kind: 'text', read: ({ payload }) => memberOf(payload, name.slice('data.'.length).split('.')) };
  return Object.hasOwn(FIELDS, name) ? FIELDS[name] : undefined;
}

function memberOf(payload: string, path: readonly string[]): string | undefined {
  let value: unknown = letterBody(payload)?.envelope.data;
  for (const name of path) value = typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
  if (value === undefined) return undefined;
  return typeof value === 'string' ? value : JSON.stringify(value);
}

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** `90s`, `15m`, `1h`, `2d` in milliseconds; `undefined` where it is none. */
export function durationMs(text: string): number | undefined {
  const found = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(text);
  return found ? Number(found[1]) * (UNIT_MS[found[2] ?? ''] ?? Number.NaN) : undefined;
}
