/** Function code on its way to a folder. */
export interface StoredCode {
  /** Folder with the unpacked bundle. */
  readonly directory: string;
  /** Base64 of the SHA-256 of what was given, as `CodeSha256` shows it. */
  readonly sha256: string;
  readonly sizeBytes: number;
}

/** Puts code that comes as bytes where a runner can load it. `runtime/` implements it; services touch no files. */
export interface CodeStore {
  /** Unpacks a zip archive. Throws an `Error` where it is none. */
  unpack(archive: Uint8Array): StoredCode;
  /** Keeps source text as `index.js`, as `ZipFile` of a template does. */
  inline(source: string): StoredCode;
}
