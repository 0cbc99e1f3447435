import { closeSync, ftruncateSync, openSync, renameSync, writeSync } from 'node:fs';
import { fileHeader, frame } from './frame.ts';

/** A data file that is written at its end. What `append` returned from would survive `kill -9`; it is not forced to the disk. */
export class DataFile {
  readonly path: string;
  readonly #descriptor: number;
  #sizeBytes: number;

  private constructor(path: string, descriptor: number, sizeBytes: number) {
    this.path = path;
    this.#descriptor = descriptor;
    this.#sizeBytes = sizeBytes;
  }

  /** Makes a new, empty file. It comes to its name with its header: one without was damaged, and is not one that was being made. */
  static create(path: string): DataFile {
    const part = `${path}.part`;
    const file = new DataFile(path, openSync(part, 'w'), 0);
    file.#write(fileHeader());
    renameSync(part, path);
    return file;
  }

  /** Opens a file to go on after its first `goodBytes`; the rest is cut off. */
  static continueAt(path: string, goodBytes: number): DataFile {
    const descriptor = openSync(path, 'r+');
    ftruncateSync(descriptor, goodBytes);
    return new DataFile(path, descriptor, goodBytes);
  }

  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  append(payload: Uint8Array): void {
    this.#write(frame(payload));
  }

  close(): void {
    closeSync(this.#descriptor);
  }

  #write(bytes: Buffer): void {
    for (let written = 0; written < bytes.length; ) {
      written += writeSync(this.#descriptor, bytes, written, bytes.length - written, this.#sizeBytes + written);
    }
    this.#sizeBytes += bytes.length;
  }
}
