/** Bytes of a slab: large enough to compress well, small enough to be opened for the sake of one record. */
export const SLAB_BYTES = 16 * 1024;

/** Bytes of full slabs that stay open. */
const OPEN_BYTES_MAX = 4 * 1024 * 1024;

/** Emptied buffers kept for the next slabs: garbage outside the heap does not hurry the collector. */
const SPARE_MAX = 16;

/** Makes bytes smaller, and what they were of that. `expand` may answer a part of a larger block, and so may `compress`. */
export interface Compression {
  compress(bytes: Uint8Array): Uint8Array;
  expand(compressed: Uint8Array, sizeBytes: number): Uint8Array;
}

/** A block of bytes outside the heap with many records in it: open, compressed, or both. */
export class Slab {
  readonly sizeBytes: number;
  open: Buffer | undefined;
  compressed: Uint8Array | undefined;
  /** Records ever written to it, and those that are still needed. */
  count = 0;
  live = 0;
  /** To whom its records belong, where that is kept. */
  readonly owners: string[] = [];

  constructor(open: Buffer) {
    this.open = open;
    this.sizeBytes = open.byteLength;
  }
}

/** Keeps the full slabs that were used last open, and the others compressed; without a compression all stay open. All slabs of a plane share one. */
export class SlabPool {
  readonly #compression: Compression | undefined;
  readonly #openBytesMax: number;
  /** Full slabs that are open, the one used last at the end. */
  readonly #open = new Set<Slab>();
  readonly #spare: Buffer[] = [];
  #latest: Slab | undefined;
  #openBytes = 0;
  #slabCount = 0;

  constructor(options: { readonly compression?: Compression | undefined; readonly openBytesMax?: number } = {}) {
    this.#compression = options.compression;
    this.#openBytesMax = options.openBytesMax ?? OPEN_BYTES_MAX;
  }

  /** Slabs that are not dropped. */
  get slabCount(): number {
    return this.#slabCount;
  }

  /** An empty slab that is the caller's until `seal`. */
  create(sizeBytes = SLAB_BYTES): Slab {
    this.#slabCount += 1;
    return new Slab(this.#buffer(sizeBytes));
  }

  /** Takes a slab that is full: from now on it may be compressed. */
  seal(slab: Slab): void {
    this.#openBytes += slab.sizeBytes;
    this.#use(slab);
    this.#trim();
  }

  /** The bytes of a slab, good until the next call. */
  bytesOf(slab: Slab): Buffer {
    const { open } = slab;
    if (open) {
      if (this.#open.has(slab)) this.#use(slab);
      return open;
    }
    const bytes = this.#buffer(slab.sizeBytes);
    bytes.set((this.#compression as Compression).expand(slab.compressed as Uint8Array, slab.sizeBytes));
    slab.open = bytes;
    this.seal(slab);
    return bytes;
  }

  /** Forgets a slab, full or not. */
  drop(slab: Slab): void {
    this.#slabCount -= 1;
    if (this.#open.delete(slab)) this.#openBytes -= slab.sizeBytes;
    if (this.#latest === slab) this.#latest = undefined;
    this.#recycle(slab);
    slab.compressed = undefined;
  }

  #use(slab: Slab): void {
    if (this.#latest === slab) return;
    this.#open.delete(slab);
    this.#open.add(slab);
    this.#latest = slab;
  }

  /** Closes the slabs that were not used for longest; never the one just used. */
  #trim(): void {
    const compression = this.#compression;
    if (!compression) return;
    for (const slab of this.#open) {
      if (this.#openBytes <= this.#openBytesMax || slab === this.#latest) return;
      this.#open.delete(slab);
      this.#openBytes -= slab.sizeBytes;
      // A copy, which holds on to no larger block.
      slab.compressed ??= new Uint8Array(compression.compress(slab.open as Buffer));
      this.#recycle(slab);
    }
  }

  #buffer(sizeBytes: number): Buffer {
    return (sizeBytes === SLAB_BYTES ? this.#spare.pop() : undefined) ?? Buffer.allocUnsafeSlow(sizeBytes);
  }

  #recycle(slab: Slab): void {
    const { open } = slab;
    slab.open = undefined;
    if (open?.byteLength === SLAB_BYTES && this.#spare.length < SPARE_MAX) this.#spare.push(open);
  }
}
