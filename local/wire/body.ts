import { gunzipSync } from 'node:zlib';
import { Fault } from '../kernel/errors.ts';
import type { HttpRequest } from '../kernel/http.ts';
import { serializationException } from './codecs/faults.ts';

/** Bound of a request body: DynamoDB's, the largest. Services with a smaller one (an invocation's payload) word it themselves. */
const BODY_BYTES_MAX = 16 * 1024 * 1024;

const requestTooLarge = (): Fault => new Fault('RequestEntityTooLargeException', `Request must be smaller than ${BODY_BYTES_MAX} bytes`, { status: 413 });

/** The body of a request, decompressed: CloudWatch clients send large metrics gzip-encoded. */
export function bodyOf(request: HttpRequest): Uint8Array {
  if (request.body.byteLength > BODY_BYTES_MAX) throw requestTooLarge();
  const encoding = request.headers['content-encoding'];
  if (encoding === undefined || encoding === '' || encoding === 'identity' || encoding === 'aws-chunked') return request.body;
  if (encoding !== 'gzip') throw serializationException(`The content encoding ${encoding} is not supported`);
  try {
    return gunzipSync(request.body, { maxOutputLength: BODY_BYTES_MAX });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') throw requestTooLarge();
    throw serializationException('The request body is not valid gzip');
  }
}
