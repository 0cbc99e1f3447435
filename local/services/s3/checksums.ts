import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { NotEmulated } from '../../kernel/errors.ts';
import { badChecksum, badDigest, invalidDigest } from './errors.ts';

/** Members of inputs and outputs that carry a checksum, base 64. */
export const CHECKSUM_MEMBERS = [
  'ChecksumCRC32',
  'ChecksumCRC32C',
  'ChecksumCRC64NVME',
  'ChecksumSHA1',
  'ChecksumSHA256',
  'ChecksumSHA512',
  'ChecksumMD5',
] as const;
export type Checksums = { readonly [Member in (typeof CHECKSUM_MEMBERS)[number]]?: string };

const bigEndian32 = (value: number): string => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value >>> 0);
  return bytes.toString('base64');
};

/** Castagnoli's polynomial, reflected. @see https://www.rfc-editor.org/rfc/rfc3720#appendix-B.4 */
const CRC32C = Int32Array.from({ length: 256 }, (_, index) => {
  let value = index;
  for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? (value >>> 1) ^ 0x82f63b78 : value >>> 1;
  return value;
});

function crc32c(bytes: Uint8Array): string {
  let value = -1;
  for (let index = 0; index < bytes.length; index += 1) value = (CRC32C[(value ^ (bytes[index] as number)) & 255] as number) ^ (value >>> 8);
  return bigEndian32(~value);
}

/** The polynomial of CRC-64/NVME, reflected. @see https://reveng.sourceforge.io/crc-catalogue/17plus.htm#crc.cat.crc-64-nvme */
const NVME = 0x9a6c9329ac4bc9b5n;
/** Its table in halves: numbers of 32 bits are a hundred times as fast as BigInt. */
const [NVME_HIGH, NVME_LOW] = ((): [Int32Array, Int32Array] => {
  const table = Array.from({ length: 256 }, (_, index) => {
    let value = BigInt(index);
    for (let bit = 0; bit < 8; bit += 1) value = value & 1n ? (value >> 1n) ^ NVME : value >> 1n;
    return value;
  });
  return [Int32Array.from(table, (value) => Number(value >> 32n) | 0), Int32Array.from(table, (value) => Number(value & 0xffffffffn) | 0)];
})();

function crc64Nvme(bytes: Uint8Array): string {
  let high = -1;
  let low = -1;
  for (let index = 0; index < bytes.length; index += 1) {
    const entry = (low ^ (bytes[index] as number)) & 255;
    low = ((low >>> 8) | (high << 24)) ^ (NVME_LOW[entry] as number);
    high = (high >>> 8) ^ (NVME_HIGH[entry] as number);
  }
  const out = Buffer.alloc(8);
  out.writeInt32BE(~high, 0);
  out.writeInt32BE(~low, 4);
  return out.toString('base64');
}

const hashed =
  (algorithm: string) =>
  (bytes: Uint8Array): string =>
    createHash(algorithm).update(bytes).digest('base64');

const CALCULATE: { readonly [Member in (typeof CHECKSUM_MEMBERS)[number]]: (bytes: Uint8Array) => string } = {
  ChecksumCRC32: (bytes) => bigEndian32(crc32(bytes)),
  ChecksumCRC32C: crc32c,
  ChecksumCRC64NVME: crc64Nvme,
  ChecksumSHA1: hashed('sha1'),
  ChecksumSHA256: hashed('sha256'),
  ChecksumSHA512: hashed('sha512'),
  ChecksumMD5: hashed('md5'),
};

const UNKNOWN = ['ChecksumXXHASH64', 'ChecksumXXHASH3', 'ChecksumXXHASH128'];

/** The checksums that an upload came with, once they agree with its content. */
export function verified(input: object, content: Uint8Array): Checksums {
  const given = input as Readonly<Record<string, string | undefined>>;
  const unknown = UNKNOWN.find((member) => given[member] !== undefined);
  if (unknown) throw new NotEmulated(`The checksum ${unknown.slice('Checksum'.length)}`, 's3');
  const checksums: Record<string, string> = {};
  for (const member of CHECKSUM_MEMBERS) {
    const sent = given[member];
    if (sent === undefined) continue;
    if (CALCULATE[member](content) !== sent) throw badChecksum(member.slice('Checksum'.length));
    checksums[member] = sent;
  }
  const md5 = given['ContentMD5'];
  if (md5 !== undefined) {
    if (Buffer.from(md5, 'base64').length !== 16) throw invalidDigest();
    if (hashed('md5')(content) !== md5) throw badDigest();
  }
  return checksums;
}
