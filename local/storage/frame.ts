import { crc32 } from 'node:zlib';

/**
 * A data file is a file header and frames:
 *
 *     header  "TKRTAPE\n" (8)  version (4)  crc32 of the 12 bytes before (4)
 *     frame   length (4)  crc32 of the payload (4)  crc32 of the 8 bytes before (4)  payload
 *
 * Numbers are unsigned, little endian. The length has a checksum of its own, so that a damaged length is told from a batch that was cut off.
 */
export const FILE_HEADER_BYTES = 16;
export const FRAME_HEADER_BYTES = 12;

/**
 * Version of the format that is written; a newer one is refused. Of an older one a folder is read, and goes on in new files:
 *
 *     1  items of DynamoDB are trees of attribute values
 *     2  they are packed texts
 */
export const FORMAT_VERSION = 2;

const MAGIC = Buffer.from('TKRTAPE\n', 'latin1');

/** The first bytes of every data file. */
export function fileHeader(version: number = FORMAT_VERSION): Buffer {
  const header = Buffer.alloc(FILE_HEADER_BYTES);
  MAGIC.copy(header);
  header.writeUInt32LE(version, 8);
  header.writeUInt32LE(crc32(header.subarray(0, 12)), 12);
  return header;
}

/** The version that a file header states; `undefined` where it is none of ours or damaged. */
export function readFileHeader(header: Buffer): number | undefined {
  const isOurs = header.subarray(0, 8).equals(MAGIC) && header.readUInt32LE(12) === crc32(header.subarray(0, 12));
  return isOurs ? header.readUInt32LE(8) : undefined;
}

/** A payload as it stands in a file. */
export function frame(payload: Uint8Array): Buffer {
  const framed = Buffer.allocUnsafe(FRAME_HEADER_BYTES + payload.byteLength);
  framed.writeUInt32LE(payload.byteLength, 0);
  framed.writeUInt32LE(crc32(payload), 4);
  framed.writeUInt32LE(crc32(framed.subarray(0, 8)), 8);
  framed.set(payload, FRAME_HEADER_BYTES);
  return framed;
}

/** The length and checksum in a frame's header; `undefined` where it is damaged. */
export function readFrameHeader(header: Buffer): { readonly length: number; readonly checksum: number } | undefined {
  if (header.readUInt32LE(8) !== crc32(header.subarray(0, 8))) return undefined;
  return { length: header.readUInt32LE(0), checksum: header.readUInt32LE(4) };
}

export const checksumOf = (payload: Uint8Array): number => crc32(payload);
