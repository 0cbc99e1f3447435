import { Transform } from 'node:stream';
import zlib from 'node:zlib';
import { derived } from './refused.ts';

type Sync = (bytes: Uint8Array, options?: object) => Buffer;

const STREAMS = {
  createGzip: zlib.gzipSync,
  createGunzip: zlib.gunzipSync,
  createDeflate: zlib.deflateSync,
  createInflate: zlib.inflateSync,
  createDeflateRaw: zlib.deflateRawSync,
  createInflateRaw: zlib.inflateRawSync,
  createUnzip: zlib.unzipSync,
  createBrotliCompress: zlib.brotliCompressSync,
  createBrotliDecompress: zlib.brotliDecompressSync,
} as Record<string, Sync>;

function streamOf(convert: Sync, options?: object): Transform {
  const chunks: Buffer[] = [];
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      chunks.push(chunk);
      done();
    },
    flush(done) {
      try {
        done(null, convert(Buffer.concat(chunks), options));
      } catch (error) {
        done(error as Error);
      }
    },
  });
}

function callbackOf(convert: Sync): (bytes: Uint8Array, options: unknown, callback?: unknown) => void {
  return (bytes, options, callback) => {
    const done = (typeof options === 'function' ? options : callback) as (error: unknown, result?: Buffer) => void;
    try {
      process.nextTick(done, null, convert(bytes, typeof options === 'object' && options !== null ? options : undefined));
    } catch (error) {
      process.nextTick(done, error);
    }
  };
}

/** `zlib` that ends in the order of its calls: everything is computed at once, a stream's all when it ends. For virtual clocks. */
export function synchronousZlib(): object {
  const replaced: Record<string, unknown> = {};
  for (const [create, convert] of Object.entries(STREAMS)) {
    const name = create.slice('create'.length);
    replaced[create] = (options?: object) => streamOf(convert, options);
    replaced[`${name.charAt(0).toLowerCase()}${name.slice(1)}`] = callbackOf(convert);
  }
  return derived(zlib, replaced);
}
