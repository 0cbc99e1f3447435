import { Fault } from '../../kernel/errors.ts';
import type { HttpRequest } from '../../kernel/http.ts';
import { unframed } from './chunked.ts';

/** The largest body that is taken whole. Larger objects come in parts. */
const BODY_BYTES_MAX = 256 * 1024 * 1024;

const entityTooLarge = (): Fault =>
  new Fault('EntityTooLarge', `Your proposed upload exceeds the maximum allowed size: here ${BODY_BYTES_MAX} bytes at once. Upload it in parts.`, {
    status: 400,
  });

const expired = (): Fault => new Fault('AccessDenied', 'Request has expired', { status: 403 });

/** Basic ISO 8601, as signatures have it. */
const AMZ_DATE = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/;

/** When a presigned URL ends, in milliseconds; `undefined` for a request that is none. */
function presignedUntilMs(target: string): number | undefined {
  const start = target.indexOf('?');
  if (start < 0 || !/[?&](X-Amz-Expires|AWSAccessKeyId)=/.test(target)) return undefined;
  const query = new URLSearchParams(target.slice(start + 1));
  const date = AMZ_DATE.exec(query.get('X-Amz-Date') ?? '');
  if (date) {
    const [year, month, day, hour, minute, second] = date.slice(1).map(Number) as [number, number, number, number, number, number];
    return Date.UTC(year, month - 1, day, hour, minute, second) + Number(query.get('X-Amz-Expires')) * 1000;
  }
  const expires = query.get('Expires');
  return expires === null ? undefined : Number(expires) * 1000;
}

/** A request of S3 as its protocol reads it: the body without framing, what came after it among the headers. An expired URL is refused. */
export function acceptS3(request: HttpRequest, nowMs: number): HttpRequest {
  const untilMs = presignedUntilMs(request.target);
  if (untilMs !== undefined && untilMs < nowMs) throw expired();
  if (request.body.byteLength > BODY_BYTES_MAX) throw entityTooLarge();
  const { headers, method, target, cause } = request;
  const encodings = (headers['content-encoding'] ?? '').split(',').map((part) => part.trim());
  if (!headers['x-amz-content-sha256']?.startsWith('STREAMING-') && !encodings.includes('aws-chunked')) return request;
  const decoded = headers['x-amz-decoded-content-length'];
  const { body, trailers } = unframed(request.body, decoded === undefined ? undefined : Number(decoded));
  const { 'content-encoding': _framing, ...others } = headers;
  const own = encodings.filter((encoding) => encoding !== 'aws-chunked' && encoding !== '').join(',');
  return {
    method,
    target,
    cause,
    body,
    headers: { ...others, ...trailers, ...(own !== '' && { 'content-encoding': own }), 'content-length': String(body.byteLength) },
  };
}
