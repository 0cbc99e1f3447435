import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { Compression } from '../kernel/packed/slab-pool.ts';

/** The window is one slab, and what is kept for hashes little more: a slab takes a tenth of a millisecond, and its opening a quarter of that. */
const OPTIONS = { level: 6, windowBits: 14, memLevel: 7 };

/** Compression of slabs in memory. */
export const compression: Compression = {
  compress: (bytes) => deflateRawSync(bytes, { ...OPTIONS, chunkSize: Math.max(bytes.byteLength, 64) }),
  expand: (compressed, sizeBytes) => inflateRawSync(compressed, { chunkSize: Math.max(sizeBytes, 64) }),
};
