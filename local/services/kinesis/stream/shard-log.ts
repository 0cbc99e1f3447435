import type { Collection } from '../../../kernel/collection.ts';
import type { Codec } from '../../../kernel/packed/slabs.ts';

/** A record on its way into a shard. */
export interface NewRecord {
  readonly partitionKey: string;
  readonly data: Uint8Array;
}

/** A record as it is read. */
export interface KeptRecord extends NewRecord {
  readonly index: number;
  readonly atMs: number;
  readonly isEncrypted: boolean;
}

/** Records of a shard that lie one after the other: what is to be known of them without looking at them. */
interface Slab {
  readonly first: number;
  readonly count: number;
  readonly sizeBytes: number;
  readonly lastMs: number;
}

/** Slabs are bytes already. */
export const SLAB_CODEC: Codec<Uint8Array> = { encode: (bytes) => bytes, decode: (packed) => packed as Uint8Array };

/** What a slab begins with: the number of its records. */
const SLAB_HEADER_BYTES = 4;

/** What a record begins with: its length (4), arrival (6), flags (1) and the length of its partition key (2). */
const RECORD_HEADER_BYTES = 13;

/** Slabs below this size are laid together, so many at a time: a record that is put alone costs a key and two objects only for a while. */
const SMALL_SLAB_BYTES = 32 * 1024;
const SMALL_SLABS_MAX = 32;

const FLAG_ENCRYPTED = 1;

/**
 * The records of one shard, in order. They are kept packed, some dozens or hundreds to a slab, outside the heap and mostly compressed: a
 * day's worth stays in memory.
 * A slab is one value of the collection, under `<shard>/<index of its first record>`.
 */
export class ShardLog {
  readonly #kept: Collection<Uint8Array>;
  readonly #shard: number;
  readonly #slabs: Slab[] = [];
  #small = 0;
  #next = 1;

  constructor(kept: Collection<Uint8Array>, shard: number, firstIndex: number) {
    this.#kept = kept;
    this.#shard = shard;
    this.#next = firstIndex;
  }

  /** Index that the next record gets. */
  get next(): number {
    return this.#next;
  }

  /** Index of the oldest record that is there; `next` where none is. */
  get first(): number {
    return this.#slabs[0]?.first ?? this.#next;
  }

  /** When the newest record came; `undefined` where none is there. */
  get lastMs(): number | undefined {
    return this.#slabs.at(-1)?.lastMs;
  }

  /** Takes over what was kept before a restart. Called with slabs in any order, then `restored`. */
  restore(first: number, bytes: Uint8Array): void {
    this.#slabs.push(slabOf(first, bufferOf(bytes)));
  }

  restored(): void {
    this.#slabs.sort((a, b) => a.first - b.first);
    const last = this.#slabs.at(-1);
    if (last) this.#next = last.first + last.count;
  }

  /** Appends records that came together and answers the index of the first. */
  append(records: readonly NewRecord[], { atMs, isEncrypted }: { readonly atMs: number; readonly isEncrypted: boolean }): number {
    const first = this.#next;
    let sizeBytes = SLAB_HEADER_BYTES;
    for (const { partitionKey, data } of records) sizeBytes += RECORD_HEADER_BYTES + Buffer.byteLength(partitionKey) + data.byteLength;
    const bytes = Buffer.allocUnsafeSlow(sizeBytes);
    bytes.writeUInt32LE(records.length, 0);
    let offset = SLAB_HEADER_BYTES;
    for (const record of records) offset = writeRecord(bytes, offset, record, { atMs, isEncrypted });
    this.#next = first + records.length;
    this.#push({ first, count: records.length, sizeBytes, lastMs: atMs }, bytes);
    return first;
  }

  /**
   * Calls `take` with the records from `from` on, those that came before `oldestMs` left out, until it answers `false`.
   */
  read(from: number, oldestMs: number, take: (record: KeptRecord) => boolean): void {
    for (let at = this.#slabWith(from); at < this.#slabs.length; at += 1) {
      const slab = this.#slabs[at] as Slab;
      if (slab.lastMs < oldestMs) continue;
      const bytes = this.#bytesOf(slab);
      let offset = SLAB_HEADER_BYTES;
      for (let index = slab.first; index < slab.first + slab.count; index += 1) {
        if (index >= from && bytes.readUIntLE(offset + 4, 6) >= oldestMs && !take(readRecord(bytes, offset, index))) return;
        offset += bytes.readUInt32LE(offset);
      }
    }
  }

  /** Index of the first record that came at `atMs` or later; `next` where none did. */
  indexAt(atMs: number): number {
    let low = 0;
    let high = this.#slabs.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#slabs[middle] as Slab).lastMs >= atMs) high = middle;
      else low = middle + 1;
    }
    const slab = this.#slabs[low];
    if (!slab) return this.#next;
    const bytes = this.#bytesOf(slab);
    let offset = SLAB_HEADER_BYTES;
    for (let index = slab.first; index < slab.first + slab.count; index += 1) {
      if (bytes.readUIntLE(offset + 4, 6) >= atMs) return index;
      offset += bytes.readUInt32LE(offset);
    }
    return this.#next;
  }

  /** Drops slabs all of whose records came before `oldestMs`; answers whether there were any. */
  trim(oldestMs: number): boolean {
    let count = 0;
    while (count < this.#slabs.length && (this.#slabs[count] as Slab).lastMs < oldestMs) count += 1;
    if (count === 0) return false;
    for (const { first } of this.#slabs.splice(0, count)) this.#kept.delete(this.#keyOf(first));
    this.#small = Math.min(this.#small, this.#slabs.length);
    return true;
  }

  #keyOf(first: number): string {
    return `${this.#shard}/${first}`;
  }

  #bytesOf({ first }: Slab): Buffer {
    return bufferOf(this.#kept.get(this.#keyOf(first)) as Uint8Array);
  }

  #push(slab: Slab, bytes: Uint8Array): void {
    this.#slabs.push(slab);
    this.#kept.put(this.#keyOf(slab.first), bytes);
    if (slab.sizeBytes >= SMALL_SLAB_BYTES) this.#small = 0;
    else this.#small += 1;
    if (this.#small === SMALL_SLABS_MAX) this.#join();
  }

  /** Lays the small slabs at the end into one. */
  #join(): void {
    const slabs = this.#slabs.splice(-this.#small);
    const [first, last] = [slabs[0] as Slab, slabs.at(-1) as Slab];
    const count = slabs.reduce((sum, slab) => sum + slab.count, 0);
    const sizeBytes = slabs.reduce((sum, slab) => sum + slab.sizeBytes - SLAB_HEADER_BYTES, SLAB_HEADER_BYTES);
    const bytes = Buffer.allocUnsafeSlow(sizeBytes);
    bytes.writeUInt32LE(count, 0);
    let offset = SLAB_HEADER_BYTES;
    for (const slab of slabs) {
      offset += this.#bytesOf(slab).copy(bytes, offset, SLAB_HEADER_BYTES);
      this.#kept.delete(this.#keyOf(slab.first));
    }
    this.#small = 0;
    this.#push({ first: first.first, count, sizeBytes, lastMs: last.lastMs }, bytes);
  }

  /** Place of the slab that holds `index`, or of the first after it. */
  #slabWith(index: number): number {
    let low = 0;
    let high = this.#slabs.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const slab = this.#slabs[middle] as Slab;
      if (slab.first + slab.count > index) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}

const bufferOf = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);

function writeRecord(
  bytes: Buffer,
  start: number,
  { partitionKey, data }: NewRecord,
  arrival: { readonly atMs: number; readonly isEncrypted: boolean },
): number {
  const keyBytes = bytes.write(partitionKey, start + RECORD_HEADER_BYTES, 'utf8');
  const end = start + RECORD_HEADER_BYTES + keyBytes + data.byteLength;
  bytes.writeUInt32LE(end - start, start);
  bytes.writeUIntLE(arrival.atMs, start + 4, 6);
  bytes.writeUInt8(arrival.isEncrypted ? FLAG_ENCRYPTED : 0, start + 10);
  bytes.writeUInt16LE(keyBytes, start + 11);
  bytes.set(data, start + RECORD_HEADER_BYTES + keyBytes);
  return end;
}

function readRecord(bytes: Buffer, start: number, index: number): KeptRecord {
  const end = start + bytes.readUInt32LE(start);
  const keyEnd = start + RECORD_HEADER_BYTES + bytes.readUInt16LE(start + 11);
  return {
    index,
    atMs: bytes.readUIntLE(start + 4, 6),
    isEncrypted: bytes.readUInt8(start + 10) === FLAG_ENCRYPTED,
    partitionKey: bytes.toString('utf8', start + RECORD_HEADER_BYTES, keyEnd),
    data: bytes.subarray(keyEnd, end),
  };
}

function slabOf(first: number, bytes: Buffer): Slab {
  const count = bytes.readUInt32LE(0);
  let offset = SLAB_HEADER_BYTES;
  let lastMs = 0;
  for (let record = 0; record < count; record += 1) {
    lastMs = bytes.readUIntLE(offset + 4, 6);
    offset += bytes.readUInt32LE(offset);
  }
  return { first, count, sizeBytes: bytes.byteLength, lastMs };
}
