import { expiredIterator, invalidIterator } from '../errors.ts';

/** @see https://docs.aws.amazon.com/kinesis/latest/APIReference/API_GetShardIterator.html */
const ITERATOR_MS = 300_000;

/** A place in a shard, and since when it is known. */
export interface Iterator {
  readonly streamName: string;
  readonly shard: number;
  readonly index: number;
  readonly issuedMs: number;
}

/** Iterators on AWS begin so; what follows is encrypted there. */
const VERSION = Buffer.from([0, 0, 0, 0, 0, 0, 0, 1]);

/** Bytes of all that is not the stream's name. AWS's iterators have no fewer. */
const REST_BYTES = 152;

/** Writes an iterator as the opaque text that clients hand back. */
export function iteratorText({ streamName, shard, index, issuedMs }: Iterator): string {
  const bytes = Buffer.alloc(REST_BYTES + Math.floor((streamName.length + 2) / 16) * 16);
  VERSION.copy(bytes);
  bytes.write([issuedMs, shard, index, streamName].join('/'), VERSION.byteLength, 'latin1');
  return bytes.toString('base64');
}

/** Reads an iterator. Throws where the text is none, or was made more than five minutes ago. */
export function readIterator(text: string, nowMs: number): Iterator {
  const bytes = Buffer.from(text, 'base64');
  const isOurs = bytes.subarray(0, VERSION.byteLength).equals(VERSION) && bytes.toString('base64') === text;
  const match = isOurs ? /^(\d{1,16})\/(\d{1,10})\/(\d{1,16})\/([a-zA-Z0-9_.-]{1,128})\0+$/.exec(bytes.toString('latin1', VERSION.byteLength)) : null;
  if (!match) throw invalidIterator();
  const [issuedMs, shard, index] = match.slice(1, 4).map(Number) as [number, number, number];
  if (issuedMs > nowMs) throw invalidIterator();
  if (nowMs - issuedMs > ITERATOR_MS) throw expiredIterator(issuedMs, nowMs, ITERATOR_MS);
  return { streamName: match[4] as string, shard, index, issuedMs };
}

/** The stream that an iterator is of, for permissions; `undefined` where the text is none. */
export function streamOfIterator(text: string): string | undefined {
  return /\/([a-zA-Z0-9_.-]+)\0+$/.exec(Buffer.from(text, 'base64').toString('latin1', VERSION.byteLength))?.[1];
}
