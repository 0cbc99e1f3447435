import type { Shape, TimestampFormat } from '../shapes.ts';
import { serializationException } from './faults.ts';

const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;
const BASE64_CHARACTERS = /^[A-Za-z0-9+/=]*$/;

/** Whether the last character before the padding says nothing that no byte takes: after `=` two bits, after `==` four. */
function hasNoBitsLeft(text: string): boolean {
  if (!text.endsWith('=')) return true;
  return text.endsWith('==') ? 'AQgw'.includes(text.at(-3) ?? '') : /[AEIMQUYcgkosw048]=$/.test(text);
}

/** Decodes base 64 into an array of its own: a slice of Node's pool would keep eight kilobytes alive for each blob that is stored. */
export function decodeBlob(text: string): Uint8Array {
  if (text.length % 4 !== 0) {
    throw serializationException(`Base64 encoded length is expected a multiple of 4 bytes but found: ${text.length}`);
  }
  if (!BASE64_CHARACTERS.test(text)) throw serializationException('Invalid Base64 character');
  const bytes = new Uint8Array(Buffer.from(text, 'base64'));
  // AWS spells it so.
  if (!BASE64.test(text) || !hasNoBitsLeft(text)) throw serializationException('Invalid last non-pad Base64 character dectected');
  return bytes;
}

/** Encodes bytes as base 64; text is taken as UTF-8, as the SDK's own codecs take it. */
export function encodeBlob(value: unknown): string {
  if (typeof value === 'string') return Buffer.from(value).toString('base64');
  const bytes = value as Uint8Array;
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}

/** Reads a timestamp in any of AWS's forms: seconds since the epoch, ISO 8601, or an HTTP date. */
export function parseTimestamp(value: string | number): Date {
  const seconds = typeof value === 'number' ? value : /^-?\d+(\.\d+)?$/.test(value) ? Number(value) : undefined;
  const date = seconds === undefined ? new Date(value) : new Date(Math.round(seconds * 1000));
  if (Number.isNaN(date.getTime())) throw serializationException(`${String(value)} is not a timestamp`);
  return date;
}

/** Writes a timestamp; `fallback` is the protocol's own format. */
export function formatTimestamp(date: Date, format: TimestampFormat, fallback: TimestampFormat): string | number {
  switch (format === 'default' ? fallback : format) {
    case 'http-date':
      return date.toUTCString();
    case 'date-time':
      return date.toISOString().replace('.000Z', 'Z');
    default:
      return date.getTime() / 1000;
  }
}

/** Reads a scalar from text: a form value, a header, a label, a query parameter. */
export function scalarFromText(shape: Shape, text: string): unknown {
  switch (shape.kind) {
    case 'boolean':
      if (text === 'true' || text === 'false') return text === 'true';
      throw serializationException(`${text} is not a boolean`);
    case 'number': {
      const value = Number(text);
      if (text.trim() === '' || (Number.isNaN(value) && text !== 'NaN')) throw serializationException(`${text} is not a number`);
      return value;
    }
    case 'timestamp':
      return parseTimestamp(text);
    case 'blob':
      return decodeBlob(text);
    case 'string':
      return text;
    default:
      throw serializationException(`A ${shape.kind} was expected`);
  }
}

/** Writes a scalar as text: an XML element, a header. */
export function scalarToText(shape: Shape, value: unknown, fallback: TimestampFormat): string {
  if (shape.kind === 'timestamp') return String(formatTimestamp(value as Date, shape.format, fallback));
  if (shape.kind === 'blob') return encodeBlob(value);
  return String(value);
}
