import { createHash } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { unzipSync } from 'fflate';
import type { CodeStore, StoredCode } from '../kernel/code-store.ts';

/** Size of the code, unpacked. @see https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const UNPACKED_BYTES_MAX = 262_144_000;

/**
 * Keeps code that comes as bytes in folders below `directory`, one for each content; in a new temporary folder where none is given. What is there
 * already is not written again.
 */
export function createCodeStore(options: { readonly directory?: string } = {}): CodeStore {
  let root: string | undefined = options.directory;
  const keep = (given: Uint8Array, files: () => Readonly<Record<string, Uint8Array>>): StoredCode => {
    root ??= fs.mkdtempSync(path.join(os.tmpdir(), 'tickertape-code-'));
    const digest = createHash('sha256').update(given).digest();
    const directory = path.join(root, digest.toString('hex'));
    const stored = { directory, sha256: digest.toString('base64'), sizeBytes: given.byteLength };
    if (fs.existsSync(directory)) return stored;
    const partial = `${directory}.partial`;
    fs.rmSync(partial, { recursive: true, force: true });
    fs.mkdirSync(partial, { recursive: true });
    for (const [name, bytes] of Object.entries(files())) {
      const file = path.join(partial, name);
      if (!file.startsWith(partial + path.sep)) throw new Error(`The archive has an entry outside of it: ${name}`);
      if (name.endsWith('/')) continue;
      fs.mkdirSync(path.dirname(file), { recursive: true });
      fs.writeFileSync(file, bytes);
    }
    fs.renameSync(partial, directory);
    return stored;
  };
  return {
    unpack: (archive) => keep(archive, () => unpacked(archive)),
    inline: (source) => keep(Buffer.from(source), () => ({ 'index.js': Buffer.from(source) })),
  };
}

function unpacked(archive: Uint8Array): Record<string, Uint8Array> {
  let bytes = 0;
  return unzipSync(archive, {
    filter: ({ originalSize }) => {
      bytes += originalSize;
      if (bytes > UNPACKED_BYTES_MAX) throw new Error(`Unzipped size must be smaller than ${UNPACKED_BYTES_MAX} bytes`);
      return true;
    },
  });
}
