import { validation } from './errors.ts';

/** An iterator can be used for 15 minutes. @see https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_streams_GetShardIterator.html */
const ITERATOR_MS = 15 * 60 * 1000;

/** A place in a stream, and since when it is known. */
export interface Iterator {
  readonly streamArn: string;
  readonly sequence: number;
  readonly issuedMs: number;
}

/** Writes an iterator as the opaque text that clients hand back. */
export function iteratorText({ streamArn, sequence, issuedMs }: Iterator): string {
  const token = Buffer.from(JSON.stringify([sequence, issuedMs])).toString('base64');
  return `${streamArn}|1|${token}`;
}

/** Reads an iterator. Throws where the text is none. */
export function readIterator(text: string): Iterator {
  const [streamArn, version, token] = text.split('|');
  const parts = version === '1' && token !== undefined ? parseToken(token) : undefined;
  if (!streamArn || !parts) throw validation('Invalid ShardIterator');
  return { streamArn, sequence: parts[0], issuedMs: parts[1] };
}

function parseToken(token: string): [number, number] | undefined {
  const match = /^\[(\d{1,15}),(\d{1,15})\]$/.exec(Buffer.from(token, 'base64').toString());
  return match ? [Number(match[1]), Number(match[2])] : undefined;
}

/** Says whether an iterator can no longer be used. */
export function isIteratorExpired({ issuedMs }: Iterator, nowMs: number): boolean {
  return issuedMs + ITERATOR_MS < nowMs;
}
