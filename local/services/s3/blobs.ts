/** Where the content of objects is kept, by name. `storage/` implements it; a service touches no files. */
export interface Blobs {
  put(content: Uint8Array): string;
  read(name: string, start: number, length: number): Uint8Array;
  delete(name: string): void;
  /** Forgets whatever is not named. */
  keepOnly(names: ReadonlySet<string>): void;
}
