import { gunzipSync } from 'node:zlib';
import { Fault } from '../kernel/errors.ts';
import type { HttpRequest } from '../kernel/http.ts';
import { serializationException } from './codecs/faults.ts';

/** Bound of most requests' bodies: DynamoDB's. Services with a smaller one (an invocation's payload) word it themselves. */
const BODY_BYTES_MAX = 16 * 1024 * 1024;

/** Requests to Lambda may bring an archive of 50 MiB, in base64. @see https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const LAMBDA_BYTES_MAX = 70_167_211;

/** How large the body of a request may be: one that is signed for Lambda is larger than others. */
const bodyBytesMaxOf = (authorization: string | undefined): number => (authorization?.includes('/lambda/aws4_request') ? LAMBDA_BYTES_MAX : BODY_BYTES_MAX);

const requestTooLarge = (limit: number): Fault => new Fault('RequestEntityTooLargeException', `Request must be smaller than ${limit} bytes`, { status: 413 });

/** The body of a request, decompressed: CloudWatch clients send large metrics gzip-encoded. */
export function bodyOf(request: HttpRequest): Uint8Array {
  const limit = bodyBytesMaxOf(request.headers['authorization']);
  if (request.body.byteLength > limit) throw requestTooLarge(limit);
  const encoding = request.headers['content-encoding'];
  if (encoding === undefined || encoding === '' || encoding === 'identity' || encoding === 'aws-chunked') return request.body;
  if (encoding !== 'gzip') throw serializationException(`The content encoding ${encoding} is not supported`);
  try {
    return gunzipSync(request.body, { maxOutputLength: limit });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') throw requestTooLarge(limit);
    throw serializationException('The request body is not valid gzip');
  }
}
