import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { UserError } from '../kernel/errors.ts';
import { checksumOf, FILE_HEADER_BYTES, FORMAT_VERSION, FRAME_HEADER_BYTES, readFileHeader, readFrameHeader } from './frame.ts';

/** Bytes read from a file at once. */
const WINDOW_BYTES = 1024 * 1024;

/** How the reading of a file ended: `goodBytes` of it hold whole frames, and it has `sizeBytes`. `version` is that of its format. */
export interface FramesRead {
  readonly version: number;
  readonly goodBytes: number;
  readonly sizeBytes: number;
}

function corrupt(file: string, offset: number, what: string): UserError {
  return new UserError(
    `The data file ${file} is damaged at byte ${offset}: ${what}. Nothing was changed. Restore the folder from a copy, ` +
      `or keep what stands before the damage and lose what comes after: copy the folder, then run truncate -s ${offset} '${file}' and delete log files with higher numbers.`,
  );
}

/** Reads a file from its beginning to its end, a window at a time. */
class FileWindow {
  readonly #descriptor: number;
  #window = Buffer.alloc(0);
  #start = 0;

  constructor(descriptor: number) {
    this.#descriptor = descriptor;
  }

  /** The bytes from `offset` on: valid until the next call, and shorter than asked for at the end of the file. */
  bytes(offset: number, length: number): Buffer {
    const isHeld = offset >= this.#start && offset + length <= this.#start + this.#window.length;
    if (!isHeld) {
      const window = Buffer.allocUnsafe(Math.max(WINDOW_BYTES, length));
      let filled = 0;
      while (filled < window.length) {
        const count = readSync(this.#descriptor, window, filled, window.length - filled, offset + filled);
        if (count === 0) break;
        filled += count;
      }
      this.#window = window.subarray(0, filled);
      this.#start = offset;
    }
    return this.#window.subarray(offset - this.#start, offset - this.#start + length);
  }
}

/**
 * Hands each whole frame's payload to `take`, in order. What stands after the last whole frame is a batch that was being written when the process
 * ended. Damage is a `UserError` that names file and byte; so is a file of another kind or of a newer version.
 */
export function readFrames(file: string, take: (payload: Buffer) => void): FramesRead {
  const descriptor = openSync(file, 'r');
  try {
    const sizeBytes = fstatSync(descriptor).size;
    const window = new FileWindow(descriptor);
    if (sizeBytes < FILE_HEADER_BYTES) {
      throw new UserError(
        `The data file ${file} has ${sizeBytes} bytes, less than the header that each begins with: what it held is gone. Nothing was changed. ` +
          'Restore the folder from a copy, or delete the folder to begin with nothing.',
      );
    }
    const version = readFileHeader(window.bytes(0, FILE_HEADER_BYTES));
    if (version === undefined) throw corrupt(file, 0, 'it does not begin as a data file does');
    if (version > FORMAT_VERSION) {
      throw new UserError(
        `The data file ${file} has version ${version}; this program knows versions up to ${FORMAT_VERSION}. Use the newer program, or another folder.`,
      );
    }
    let offset = FILE_HEADER_BYTES;
    while (offset + FRAME_HEADER_BYTES <= sizeBytes) {
      const header = readFrameHeader(window.bytes(offset, FRAME_HEADER_BYTES));
      if (!header) throw corrupt(file, offset, 'a batch has a wrong length');
      const end = offset + FRAME_HEADER_BYTES + header.length;
      if (end > sizeBytes) break;
      // A copy: what is deserialized from it may go on using its memory.
      const payload = Buffer.from(window.bytes(offset + FRAME_HEADER_BYTES, header.length));
      if (checksumOf(payload) !== header.checksum) throw corrupt(file, offset, 'a batch has a wrong checksum');
      take(payload);
      offset = end;
    }
    return { version, goodBytes: offset, sizeBytes };
  } finally {
    closeSync(descriptor);
  }
}
