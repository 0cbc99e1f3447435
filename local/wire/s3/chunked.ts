import { Fault } from '../../kernel/errors.ts';

/** A body without its framing, and the headers that came after it. */
export interface Unframed {
  readonly body: Uint8Array;
  readonly trailers: Readonly<Record<string, string>>;
}

const incompleteBody = (): Fault => new Fault('IncompleteBody', 'The request body terminated unexpectedly', { status: 400 });

const CHUNK_HEAD = /^([0-9a-fA-F]{1,8})(;[^\r\n]*)?$/;

/** Bound of a chunk's first line, and of a trailer: a signature and its name. */
const LINE_BYTES_MAX = 8192;

/**
 * Takes a body out of `aws-chunked`: chunks with their signatures, and trailers such as a checksum.
 * Differs from AWS: the signatures of chunks are not verified.
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming-trailers.html
 */
export function unframed(framed: Uint8Array, decodedLength: number | undefined): Unframed {
  const bytes = Buffer.from(framed.buffer, framed.byteOffset, framed.byteLength);
  const pieces: Buffer[] = [];
  let position = 0;
  const line = (): string => {
    const end = bytes.indexOf('\r\n', position, 'latin1');
    if (end < 0 || end - position > LINE_BYTES_MAX) throw incompleteBody();
    const text = bytes.toString('latin1', position, end);
    position = end + 2;
    return text;
  };
  for (;;) {
    const head = CHUNK_HEAD.exec(line());
    if (!head) throw incompleteBody();
    const size = Number.parseInt(head[1] as string, 16);
    if (size === 0) break;
    if (position + size + 2 > bytes.length) throw incompleteBody();
    pieces.push(bytes.subarray(position, position + size));
    position += size;
    if (line() !== '') throw incompleteBody();
  }
  const body = pieces.length === 1 ? (pieces[0] as Buffer) : Buffer.concat(pieces);
  if (decodedLength !== undefined && decodedLength !== body.length) throw incompleteBody();
  return { body, trailers: trailersOf(bytes.toString('latin1', position)) };
}

function trailersOf(text: string): Record<string, string> {
  const trailers: Record<string, string> = {};
  for (const entry of text.split(/\r?\n/)) {
    const colon = entry.indexOf(':');
    if (colon > 0) trailers[entry.slice(0, colon).trim().toLowerCase()] = entry.slice(colon + 1).trim();
  }
  return trailers;
}
