import type { ShardRecord } from './records.ts';

/**
 * A sequence number is 47 hexadecimal digits, written as a decimal number:
 *
 *     2  seconds of the shard's creation (9)  shard mod 16 (1)  index (16)  00  seconds of arrival (9)  shard (8)  2
 *
 * So numbers of a shard grow with its index, and those of a child are greater than those of its parents.
 * @see https://github.com/mhart/kinesalite/blob/master/db/index.js where the parts were found out
 */
const SHARD_BITS = 4n;
const ARRIVAL_BITS = 36n;
const INDEX_BITS = 80n;
const SHARD_DIGIT_BITS = 144n;
const CREATED_BITS = 148n;
const FIRST = 2n << 184n;
const LAST = 3n << 184n;
const VERSION = 2n;
const STEP = 1n << INDEX_BITS;

const UINT31_MAX = 0x7f_ff_ff_ffn;
const INT63_MAX = 0x7f_ff_ff_ff_ff_ff_ff_ffn;
const SECONDS_MASK = 0xf_ff_ff_ff_ffn;

/** Numbers of an earlier kind are smaller than this; those that are smaller still lack a leading digit. */
const EARLIEST_BIT = 1n << 124n;
const EARLIER_MAX = 1n << 129n;

/** The index of the last record that a shard could ever have: where a closed shard ends. */
const INDEX_OF_END = INT63_MAX;

type ShardIdentity = Pick<ShardRecord, 'number' | 'createdSeconds'>;

function baseOf({ number, createdSeconds }: ShardIdentity): bigint {
  const shard = BigInt(number);
  return FIRST | (BigInt(createdSeconds) << CREATED_BITS) | ((shard & 15n) << SHARD_DIGIT_BITS) | (shard << SHARD_BITS) | VERSION;
}

/** Writes the sequence numbers of a shard. Records that come one after the other in the same second cost one addition each. */
export class SequenceNumbers {
  readonly #base: bigint;
  readonly #createdSeconds: number;
  #seconds = -1;
  #index = 0;
  #value = 0n;

  constructor(shard: ShardIdentity) {
    this.#base = baseOf(shard);
    this.#createdSeconds = shard.createdSeconds;
  }

  of(index: number, atMs: number): string {
    const seconds = Math.floor(atMs / 1000);
    if (seconds === this.#seconds && index === this.#index + 1) this.#value += STEP;
    else this.#value = this.#base | (BigInt(index) << INDEX_BITS) | (BigInt(seconds) << ARRIVAL_BITS);
    this.#seconds = seconds;
    this.#index = index;
    return String(this.#value);
  }

  /** Where the shard begins: before its first record. */
  get start(): string {
    return String(this.#base | (BigInt(this.#createdSeconds) << ARRIVAL_BITS));
  }

  /** Where a shard that was closed at that time ends: after its last record. */
  end(closedMs: number): string {
    return String(this.#base | (INDEX_OF_END << INDEX_BITS) | (BigInt(Math.floor(closedMs / 1000)) << ARRIVAL_BITS));
  }
}

/** What a sequence number says. Numbers of versions 0 and 1 are of before 2014 and belong to no stream that is there. */
export type ReadSequenceNumber =
  | { readonly version: 0; readonly shardNumber: number; readonly text: string }
  | { readonly version: 1 | 2; readonly shardNumber: number; readonly createdSeconds: number; readonly index: number; readonly arrivalSeconds: number };

/** Versions that the service itself fails on. */
export class UnknownVersion extends Error {}

/** Dates of the earliest numbers are below this many seconds. */
const EARLIEST_SECONDS_MAX = 16_025_175_000n;

/** Reads a sequence number; `undefined` where the digits are none. Throws `UnknownVersion` for version 3. */
export function readSequenceNumber(text: string): ReadSequenceNumber | undefined {
  let value = BigInt(text);
  if (value < EARLIEST_BIT) value += EARLIEST_BIT;
  if (value < EARLIER_MAX) return readEarliest(value);
  if (value <= FIRST - 1n || value >= LAST) return undefined;
  const version = value & 15n;
  if (version === 3n) throw new UnknownVersion();
  if (version !== 1n && version !== 2n) return undefined;
  const index = (value >> INDEX_BITS) & 0xff_ff_ff_ff_ff_ff_ff_ffn;
  const shardNumber = (value >> SHARD_BITS) & 0xff_ff_ff_ffn;
  if (version === 2n && (index > INT63_MAX || shardNumber > UINT31_MAX)) return undefined;
  return {
    version: version === 1n ? 1 : 2,
    shardNumber: Number(shardNumber),
    createdSeconds: Number((value >> CREATED_BITS) & SECONDS_MASK),
    index: Math.min(Number(index), Number.MAX_SAFE_INTEGER - 1),
    arrivalSeconds: version === 2n ? Number((value >> ARRIVAL_BITS) & SECONDS_MASK) : 0,
  };
}

function readEarliest(value: bigint): ReadSequenceNumber | undefined {
  const seconds = (value >> 88n) & SECONDS_MASK;
  if (seconds >= EARLIEST_SECONDS_MAX) return undefined;
  return { version: 0, shardNumber: Number(value & 0xff_ffn), text: String((value % EARLIEST_BIT) + EARLIEST_BIT) };
}

/** An earliest number as messages show it: with the leading digit that it may lack. */
export function shownSequenceNumber(text: string): string {
  const value = BigInt(text);
  return value < EARLIEST_BIT ? String(value + EARLIEST_BIT) : text;
}
