import type { Member, Shape } from '../shapes.ts';
import { scalarFromText, scalarToText } from './scalars.ts';

/** A list's entries in a header: quoted, or up to the next comma. */
const ENTRY = /\s*(?:"((?:[^"\\]|\\.)*)"\s*|([^,]*))(?:,|$)/y;

/** The entries of a header that holds a list. An HTTP date has a comma of its own. */
function entriesOf(text: string, item: Shape): string[] {
  if (item.kind === 'timestamp' && (item.format === 'default' || item.format === 'http-date')) {
    return (text.match(/[^,]+,[^,]+/g) ?? []).map((date) => date.trim());
  }
  if (item.kind !== 'string') return text.split(',').map((entry) => entry.trim());
  const entries: string[] = [];
  ENTRY.lastIndex = 0;
  while (ENTRY.lastIndex < text.length) {
    const [, quoted, plain = ''] = ENTRY.exec(text) ?? [];
    entries.push(quoted === undefined ? plain.trim() : quoted.replace(/\\(.)/g, '$1'));
    if (ENTRY.lastIndex === 0) break;
  }
  return entries;
}

/** JSON in a header is encoded. @see https://smithy.io/2.0/spec/protocol-traits.html#mediatype-trait */
const isJson = ({ traits }: Member): boolean => traits.mediaType === 'application/json';

/** Reads a member that is bound to a header. */
export function readHeader(member: Member, text: string): unknown {
  const { shape } = member;
  if (shape.kind === 'list') return entriesOf(text, shape.item.shape).map((entry) => scalarFromText(shape.item.shape, entry));
  return isJson(member) ? Buffer.from(text, 'base64').toString('utf8') : scalarFromText(shape, text);
}

/** Writes a member that is bound to a header. @see https://smithy.io/2.0/spec/http-bindings.html#httpheader-trait */
export function writeHeader(member: Member, value: unknown): string {
  const { shape } = member;
  if (shape.kind === 'list')
    return (value as readonly unknown[]).map((entry) => quoted(scalarToText(shape.item.shape, entry, 'http-date'), shape.item.shape)).join(', ');
  const text = scalarToText(shape, value, 'http-date');
  return isJson(member) ? Buffer.from(text).toString('base64') : text;
}

const quoted = (text: string, { kind }: Shape): string => (kind === 'string' && /[",]/.test(text) ? `"${text.replace(/["\\]/g, '\\$&')}"` : text);
