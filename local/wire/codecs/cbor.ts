import { isUtf8 } from 'node:buffer';
import { serializationException } from './faults.ts';

/** What nests deeper is an attack: no shape of AWS does. */
const DEPTH_MAX = 128;

const INDEFINITE = 31;
/** Ends what has no length. */
const BREAK = 0xff;
const SPECIALS: ReadonlyMap<number, boolean | null> = new Map([
  [20, false],
  [21, true],
  [22, null],
  [23, null],
]);

const MAJOR = { unsigned: 0, negative: 1, bytes: 2, text: 3, list: 4, map: 5, tag: 6 } as const;

/** Reads one CBOR data item after the other; every length is held against what is left before anything is made of it. */
class CborReader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get isAtEnd(): boolean {
    return this.#at === this.#bytes.length;
  }

  /** Reads an item as the JSON value that AWS's JSON protocols have for it: bytes in base 64, a tagged time as its seconds. */
  read(depth = 0): unknown {
    if (depth > DEPTH_MAX) throw serializationException('The request body is nested too deeply');
    const initial = this.#byte();
    const major = initial >> 5;
    const minor = initial & 31;
    switch (major) {
      case MAJOR.unsigned:
        return this.#count(minor);
      case MAJOR.negative:
        return -1 - this.#count(minor);
      case MAJOR.bytes:
        return this.#chunks(major, minor).toString('base64');
      case MAJOR.text:
        return this.#text(minor);
      case MAJOR.list:
        return this.#list(minor, depth);
      case MAJOR.map:
        return this.#map(minor, depth);
      case MAJOR.tag:
        // Of all tags only the time is of use here, whose value is the seconds.
        this.#count(minor);
        return this.read(depth + 1);
      default:
        return this.#special(minor);
    }
  }

  #byte(): number {
    const byte = this.#bytes[this.#at];
    if (byte === undefined) throw serializationException('The request body ends too early');
    this.#at += 1;
    return byte;
  }

  #take(length: number): Buffer {
    if (length > this.#bytes.length - this.#at) throw serializationException('The request body ends too early');
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }

  #count(minor: number): number {
    if (minor < 24) return minor;
    if (minor > 27) throw serializationException('The request body is not valid CBOR');
    const bytes = this.#take(1 << (minor - 24));
    return bytes.length === 8 ? Number(bytes.readBigUInt64BE()) : bytes.readUIntBE(0, bytes.length);
  }

  #text(minor: number): string {
    const bytes = this.#chunks(MAJOR.text, minor);
    if (!isUtf8(bytes)) throw serializationException('The request body has a text that is not valid UTF-8');
    return bytes.toString('utf8');
  }

  #chunks(major: number, minor: number): Buffer {
    if (minor !== INDEFINITE) return this.#take(this.#count(minor));
    const chunks: Buffer[] = [];
    for (let initial = this.#byte(); initial !== BREAK; initial = this.#byte()) {
      if (initial >> 5 !== major || (initial & 31) === INDEFINITE) throw serializationException('The request body is not valid CBOR');
      chunks.push(this.#take(this.#count(initial & 31)));
    }
    return Buffer.concat(chunks);
  }

  /** Whether one more item follows; steps over the end of what has no length. */
  #hasNext(read: number, length: number | undefined): boolean {
    if (length !== undefined) return read < length;
    if (this.#bytes[this.#at] !== BREAK) return true;
    this.#at += 1;
    return false;
  }

  #list(minor: number, depth: number): unknown[] {
    const length = minor === INDEFINITE ? undefined : this.#count(minor);
    const list: unknown[] = [];
    while (this.#hasNext(list.length, length)) list.push(this.read(depth + 1));
    return list;
  }

  #map(minor: number, depth: number): object {
    const length = minor === INDEFINITE ? undefined : this.#count(minor);
    const entries: [string, unknown][] = [];
    while (this.#hasNext(entries.length, length)) {
      const initial = this.#byte();
      if (initial >> 5 !== MAJOR.text) throw serializationException('A key in the request body is no text');
      const key = this.#text(initial & 31);
      entries.push([key, this.read(depth + 1)]);
    }
    // Sets keys as its own, `__proto__` too.
    return Object.fromEntries(entries);
  }

  #special(minor: number): unknown {
    switch (minor) {
      case 25:
        return halfOf(this.#take(2).readUInt16BE());
      case 26:
        return this.#take(4).readFloatBE();
      case 27:
        return this.#take(8).readDoubleBE();
      default: {
        const value = SPECIALS.get(minor);
        if (value === undefined) throw serializationException('The request body is not valid CBOR');
        return value;
      }
    }
  }
}

/** @see https://www.rfc-editor.org/rfc/rfc8949.html#name-half-precision */
function halfOf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * 2 ** -14 * (fraction / 1024);
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * 2 ** (exponent - 15) * (1 + fraction / 1024);
}

/** Decodes a body in CBOR. Throws `SerializationException` where it is none. @see https://www.rfc-editor.org/rfc/rfc8949.html */
export function decodeCbor(bytes: Uint8Array): unknown {
  const reader = new CborReader(bytes);
  const value = reader.read();
  if (!reader.isAtEnd) throw serializationException('The request body goes on after its end');
  return value;
}
