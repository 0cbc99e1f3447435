import type { KeyIndex } from './key-index.ts';

/** What is to be listed. */
export interface Listing {
  readonly prefix: string;
  readonly delimiter: string;
  /** Only what comes after. */
  readonly after: string;
  readonly pageSize: number;
}

/** A page of keys, and of what stands for those that share a prefix up to the delimiter. */
export interface Page {
  readonly keys: readonly string[];
  readonly commonPrefixes: readonly string[];
  readonly isTruncated: boolean;
  /** The last key or common prefix of the page: the next one begins after it. */
  readonly last: string | undefined;
}

/** Greater than any key that begins with `prefix`. */
const pastPrefix = (prefix: string): string => `${prefix}\uffff`;

/**
 * Lists keys in order. Keys that go on after a delimiter are one common prefix, and are passed over at once, however many they are.
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-prefixes.html
 */
export function pageOf(index: KeyIndex, { prefix, delimiter, after, pageSize }: Listing, isListed: (key: string) => boolean): Page {
  const keys: string[] = [];
  const commonPrefixes: string[] = [];
  let last: string | undefined;
  // A page that ended with a common prefix goes on behind all of its keys.
  const isPastPrefix = delimiter !== '' && after.endsWith(delimiter) && after.startsWith(prefix) && after.length > prefix.length;
  let position = Math.max(index.position(prefix), after === '' ? 0 : index.position(isPastPrefix ? pastPrefix(after) : `${after}\u0000`));
  for (let key = index.at(position); key?.startsWith(prefix); key = index.at(position)) {
    position += 1;
    if (!isListed(key)) continue;
    if (keys.length + commonPrefixes.length >= pageSize) return { keys, commonPrefixes, isTruncated: pageSize > 0, last };
    const end = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length);
    if (end < 0) {
      keys.push(key);
      last = key;
    } else {
      last = key.slice(0, end + delimiter.length);
      commonPrefixes.push(last);
      position = index.position(pastPrefix(last));
    }
  }
  return { keys, commonPrefixes, isTruncated: false, last };
}
