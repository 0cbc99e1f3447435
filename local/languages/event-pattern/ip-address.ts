/** Addresses from `low` to `high`, both within. Version 4 has 4 bytes, version 6 has 16; the two never meet. */
export interface AddressRange {
  readonly bytes: 4 | 16;
  readonly low: bigint;
  readonly high: bigint;
}

const IPV4 = /^[0-9]+\.[0-9]+\.[0-9]+\.[0-9]+$/;
const IPV6 = /^[0-9a-fA-F:]*:[0-9a-fA-F:]*$/;
const INTEGER = /^[+-]?[0-9]+$/;

/** A version 6 address that stands for a version 4 one: ten zero bytes and two of ones. @see https://www.rfc-editor.org/rfc/rfc4291#section-2.5.5.2 */
const MAPPED_PREFIX = 0xffffn;

/** Reads an address literal; `undefined` where the text is none. */
export function parseAddress(text: string): AddressRange | undefined {
  if (IPV4.test(text)) return parseVersion4(text);
  if (IPV6.test(text)) return parseVersion6(text);
  return undefined;
}

function parseVersion4(text: string): AddressRange | undefined {
  let address = 0n;
  for (const part of text.split('.')) {
    const byte = Number(part);
    if (byte > 255) return undefined;
    address = (address << 8n) | BigInt(byte);
  }
  return { bytes: 4, low: address, high: address };
}

function parseVersion6(text: string): AddressRange | undefined {
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const [head = [], tail = []] = halves.map((half) => (half === '' ? [] : half.split(':')));
  const missing = 8 - head.length - tail.length;
  if (halves.length === 1 ? missing !== 0 : missing < 1) return undefined;
  let address = 0n;
  for (const group of [...head, ...Array<string>(halves.length === 2 ? missing : 0).fill('0'), ...tail]) {
    if (group === '' || group.length > 4) return undefined;
    address = (address << 16n) | BigInt(`0x${group}`);
  }
  if (address >> 32n === MAPPED_PREFIX) return { bytes: 4, low: address & 0xffffffffn, high: address & 0xffffffffn };
  return { bytes: 16, low: address, high: address };
}

/** Reads `address/bits`. Throws an `Error` with the engine's message. The range begins at the address as written, as AWS has it, not at its network. */
export function parseCidr(text: string): AddressRange {
  const [address = '', bits = '', ...more] = text.split('/');
  if (bits === '' || more.length > 0) throw new Error("Malformed CIDR, one '/' required");
  if (!INTEGER.test(bits)) throw new Error('Malformed CIDR, mask bits must be an integer');
  const maskBits = Number(bits);
  if (maskBits < 0) throw new Error('Malformed CIDR, mask bits must not be negative');
  const parsed = parseAddress(address);
  if (!parsed) throw new Error(`Nonstandard IP address: ${address}`);
  const size = parsed.bytes * 8;
  if (maskBits >= size) throw new Error(`IPv${parsed.bytes === 4 ? 4 : 6} mask bits must be < ${size}`);
  const hostMask = (1n << BigInt(size - maskBits)) - 1n;
  return { bytes: parsed.bytes, low: parsed.low, high: parsed.low | hostMask };
}

/** Whether the text is an address within the range. */
export function isWithin(range: AddressRange, text: string): boolean {
  const address = parseAddress(text);
  return address !== undefined && address.bytes === range.bytes && address.low >= range.low && address.low <= range.high;
}
