import { SLAB_BYTES, type Slab, type SlabPool } from './slab-pool.ts';

/** What a record is: a text, or bytes. */
export type Packed = string | Uint8Array;

/** Makes a record of a value, and the value anew of a record. */
export interface Codec<Value> {
  encode(value: Value): Packed;
  decode(packed: Packed): Value;
}

/** Records of a slab at the most; a handle is the slab's number times this, and the record's place. */
const RECORDS_MAX = 1024;

/** Bytes of a record's end, which stands at the slab's own end: that of the first record last. */
const END_BYTES = 4;

const [BYTES, LATIN1, UTF16] = [0, 1, 2];

const WIDE = /[^\u0000-\u00ff]/;

/** Records outside the heap, by handle. The newest slab is being filled and open; the pool decides on the others. */
export class Slabs {
  readonly #pool: SlabPool;
  readonly #slabs = new Map<number, Slab>();
  #filling: Slab | undefined;
  #number = -1;
  /** Bytes of records in the slab that is being filled. */
  #usedBytes = 0;

  constructor(pool: SlabPool) {
    this.#pool = pool;
  }

  /** Keeps a record and answers its handle, which is larger than all before. The owner is what `sparse` tells of it. */
  append(record: Packed, owner?: string): number {
    const kind = typeof record !== 'string' ? BYTES : WIDE.test(record) ? UTF16 : LATIN1;
    const bytes = 1 + (kind === UTF16 ? record.length * 2 : record.length);
    const slab = this.#room(bytes);
    const open = slab.open as Buffer;
    const start = this.#usedBytes;
    open[start] = kind as number;
    if (typeof record !== 'string') open.set(record, start + 1);
    else open.write(record, start + 1, kind === UTF16 ? 'utf16le' : 'latin1');
    this.#usedBytes += bytes;
    const place = slab.count;
    slab.count += 1;
    slab.live += 1;
    if (owner !== undefined) slab.owners.push(owner);
    open.writeUInt32LE(this.#usedBytes, slab.sizeBytes - slab.count * END_BYTES);
    return this.#number * RECORDS_MAX + place;
  }

  /** The record, made anew; `undefined` where its slab has gone. */
  read(handle: number): Packed | undefined {
    const slab = this.#slabs.get(numberOf(handle));
    if (!slab) return undefined;
    const bytes = this.#pool.bytesOf(slab);
    const place = handle % RECORDS_MAX;
    const start = place === 0 ? 0 : bytes.readUInt32LE(slab.sizeBytes - place * END_BYTES);
    const end = bytes.readUInt32LE(slab.sizeBytes - (place + 1) * END_BYTES);
    const kind = bytes[start];
    if (kind === BYTES) return new Uint8Array(bytes.subarray(start + 1, end));
    return bytes.toString(kind === UTF16 ? 'utf16le' : 'latin1', start + 1, end);
  }

  /** Says that a record is needed no more: once for each record. A full slab goes with its last. */
  release(handle: number): void {
    const number = numberOf(handle);
    const slab = this.#slabs.get(number);
    if (!slab) return;
    slab.live -= 1;
    if (slab.live === 0 && slab !== this.#filling) this.#drop(number, slab);
  }

  /** Owners and handles of a full slab's records, gone ones among them, where fewer than half of them are needed. */
  sparse(handle: number): readonly { readonly owner: string; readonly handle: number }[] {
    const number = numberOf(handle);
    const slab = this.#slabs.get(number);
    if (!slab || slab === this.#filling || slab.live * 2 >= slab.count) return [];
    return slab.owners.map((owner, place) => ({ owner, handle: number * RECORDS_MAX + place }));
  }

  /** Forgets whole slabs before the one of this handle. */
  dropBefore(handle: number): void {
    for (const [number, slab] of this.#slabs) {
      if (number >= numberOf(handle)) return;
      this.#drop(number, slab);
    }
  }

  clear(): void {
    for (const [number, slab] of this.#slabs) this.#drop(number, slab);
    this.#filling = undefined;
  }

  #drop(number: number, slab: Slab): void {
    this.#slabs.delete(number);
    this.#pool.drop(slab);
  }

  /** A slab with so many bytes left: the present one or a new one, of its own where the record is larger than a slab. */
  #room(bytes: number): Slab {
    const present = this.#filling;
    if (present && present.count < RECORDS_MAX && this.#usedBytes + bytes + (present.count + 1) * END_BYTES <= present.sizeBytes) return present;
    if (present?.live === 0) this.#drop(this.#number, present);
    else if (present) this.#pool.seal(present);
    this.#number += 1;
    this.#usedBytes = 0;
    this.#filling = this.#pool.create(Math.max(SLAB_BYTES, bytes + END_BYTES));
    this.#slabs.set(this.#number, this.#filling);
    return this.#filling;
  }
}

/** The number of the slab that a handle names. */
function numberOf(handle: number): number {
  return Math.floor(handle / RECORDS_MAX);
}
