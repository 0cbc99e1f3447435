import { createHash } from 'node:crypto';
import type { Kernel } from '../../../kernel/kernel.ts';
import { idempotentParameterMismatch } from '../errors.ts';
import type { DynamoDbState } from '../state.ts';

/** How long a client request token is remembered. @see https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html */
const REMEMBERED_MS = 10 * 60 * 1000;

const SEPARATOR = ' ';

/** Says whether a transaction with this token has been made within ten minutes. Throws where it asked for something else. */
export function isRepeated(kernel: Kernel, { tokens }: DynamoDbState, token: string, fingerprint: string): boolean {
  const [endedMs, known] = tokens.get(token)?.split(SEPARATOR) ?? [];
  if (known === undefined || Number(endedMs) + REMEMBERED_MS <= kernel.nowMs()) return false;
  if (known !== fingerprint) throw idempotentParameterMismatch();
  return true;
}

/** Remembers a transaction, and forgets those whose time is past. */
export function remember(kernel: Kernel, { tokens }: DynamoDbState, token: string, fingerprint: string): void {
  const nowMs = kernel.nowMs();
  tokens.delete(token);
  // Joined, the text is one flat piece; a template leaves it in pieces for as long as it is kept.
  tokens.put(token, [nowMs, fingerprint].join(SEPARATOR));
  for (const [oldest, text] of tokens.entries()) {
    if (Number(text.split(SEPARATOR)[0]) + REMEMBERED_MS > nowMs) return;
    tokens.delete(oldest);
  }
}

/** A short text that is the same for equal requests, whatever the order of their members. */
export function fingerprintOf(value: unknown): string {
  return createHash('sha1').update(canonicalText(value)).digest('base64').slice(0, 16);
}

/** A text that is the same for equal values, whatever the order of their members, and for no others. */
export function canonicalText(value: unknown): string {
  if (typeof value === 'string') return `${value.length}"${value}`;
  if (typeof value !== 'object' || value === null) return String(value);
  if (value instanceof Uint8Array) return canonicalText(Buffer.from(value).toString('base64'));
  if (Array.isArray(value)) return `[${value.map(canonicalText).join()}]`;
  const object = value as Record<string, unknown>;
  let text = '{';
  for (const name of Object.keys(object).sort()) if (object[name] !== undefined) text += `${canonicalText(name)}:${canonicalText(object[name])},`;
  return `${text}}`;
}
