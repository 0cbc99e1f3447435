/** What is read of a message in Internet Message Format. */
export interface RawMessage {
  readonly from: string | undefined;
  readonly to: readonly string[];
  readonly cc: readonly string[];
  readonly subject: string;
  readonly text: string | undefined;
  readonly html: string | undefined;
}

interface Part {
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
}

/** Parts within parts that are looked into. */
const DEPTH_MAX = 5;

/** Reads headers and the first plain and HTML text. Bytes stand as Latin-1 until a part says what they are. @see https://www.rfc-editor.org/rfc/rfc5322 */
export function parseRawMessage(bytes: Uint8Array): RawMessage {
  const part = parsePart(Buffer.from(bytes).toString('latin1'));
  const header = (name: string): string | undefined => part.headers.get(name);
  return {
    from: header('from'),
    to: splitAddresses(header('to')),
    cc: splitAddresses(header('cc')),
    subject: header('subject') ?? '',
    text: findText(part, 'text/plain', DEPTH_MAX),
    html: findText(part, 'text/html', DEPTH_MAX),
  };
}

function parsePart(source: string): Part {
  const end = /\r?\n\r?\n/.exec(source);
  const head = end ? source.slice(0, end.index) : source;
  const headers = new Map<string, string>();
  for (const line of head.replace(/\r?\n[ \t]+/g, ' ').split(/\r?\n/)) {
    const colon = line.indexOf(':');
    const name = line.slice(0, colon).trim().toLowerCase();
    if (colon > 0 && !headers.has(name)) headers.set(name, decodeWords(line.slice(colon + 1).trim()));
  }
  return { headers, body: end ? source.slice(end.index + end[0].length) : '' };
}

/** Words in other character sets: `=?utf-8?B?…?=`. @see https://www.rfc-editor.org/rfc/rfc2047 */
function decodeWords(value: string): string {
  const joined = value.replace(/(\?=)\s+(=\?)/g, '$1$2');
  const decoded = joined.replace(/=\?([^?]+)\?([bq])\?([^?]*)\?=/gi, (_, charset: string, encoding: string, text: string) => {
    const bytes = encoding.toLowerCase() === 'b' ? Buffer.from(text, 'base64') : quotedPrintable(text.replaceAll('_', ' '));
    return decodeBytes(bytes, charset);
  });
  return decoded === joined ? decodeBytes(Buffer.from(joined, 'latin1'), 'utf-8') : decoded;
}

function quotedPrintable(text: string): Buffer {
  const joined = text.replace(/=\r?\n/g, '');
  return Buffer.from(
    joined.replace(/=([0-9a-f]{2})/gi, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 16))),
    'latin1',
  );
}

function decodeBytes(bytes: Buffer, charset: string): string {
  return /^(utf-?8|us-ascii)$/i.test(charset) ? bytes.toString('utf8') : bytes.toString('latin1');
}

function findText(part: Part, type: string, depth: number): string | undefined {
  const contentType = part.headers.get('content-type') ?? 'text/plain';
  const boundary = /boundary="?([^";]+)"?/i.exec(contentType)?.[1];
  if (boundary !== undefined && /^multipart\//i.test(contentType)) {
    if (depth === 0) return undefined;
    // The first piece stands before the first boundary, the last one after the closing mark. The line's end before a boundary is the boundary's.
    for (const piece of `\n${part.body}`.replaceAll('\r\n', '\n').split(`\n--${boundary}`).slice(1)) {
      const found = piece.startsWith('--') ? undefined : findText(parsePart(piece.replace(/^\n/, '')), type, depth - 1);
      if (found !== undefined) return found;
    }
    return undefined;
  }
  if (!contentType.toLowerCase().startsWith(type)) return undefined;
  const charset = /charset="?([^";]+)"?/i.exec(contentType)?.[1] ?? 'utf-8';
  const encoding = part.headers.get('content-transfer-encoding')?.toLowerCase();
  const bytes =
    encoding === 'base64' ? Buffer.from(part.body, 'base64') : encoding === 'quoted-printable' ? quotedPrintable(part.body) : Buffer.from(part.body, 'latin1');
  return decodeBytes(bytes, charset);
}

function splitAddresses(value: string | undefined): string[] {
  return (value ?? '').split(/,(?=(?:[^"]*"[^"]*")*[^"]*$)/).flatMap((address) => (address.trim() === '' ? [] : [address.trim()]));
}
