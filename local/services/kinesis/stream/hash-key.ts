import { hash } from 'node:crypto';

/** Hash keys are whole numbers below 2^128. @see https://docs.aws.amazon.com/streams/latest/dev/key-concepts.html#partition-key */
const HASH_KEYS = 1n << 128n;

/** As 32 hexadecimal digits, which compare as text as the numbers do. */
export const hexOf = (hashKey: string): string => BigInt(hashKey).toString(16).padStart(32, '0');

/** The hash key of a partition key, as 32 hexadecimal digits: its MD5. */
export const hashOf = (partitionKey: string): string => hash('md5', partitionKey, 'hex');

export const isHashKey = (hashKey: string): boolean => BigInt(hashKey) < HASH_KEYS;

/** Cuts all hash keys into `count` ranges of one size, but for the last, which takes what is left. */
export function evenRanges(count: number): { readonly start: string; readonly end: string }[] {
  const width = HASH_KEYS / BigInt(count);
  return Array.from({ length: count }, (_, index) => ({
    start: String(width * BigInt(index)),
    end: String(index === count - 1 ? HASH_KEYS - 1n : width * BigInt(index + 1) - 1n),
  }));
}
