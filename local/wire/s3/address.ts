import { Fault } from '../../kernel/errors.ts';
import type { HttpRequest } from '../../kernel/http.ts';
import { signedServiceOf } from '../scope.ts';

/** Hosts that name a bucket: `b.s3.us-east-1.amazonaws.com`, `b.s3.localhost:4566`, and what SDK clients make of `http://localhost:4566`. */
const BUCKET_HOST = /^(.+?)\.(?:s3[.-](?:[\w.-]*\.)?(?:amazonaws\.com|localhost|localhost\.localstack\.cloud)|localhost)(?::\d+)?$/;

/** Hosts that say S3 without naming a bucket. */
const OWN_HOST = /^s3[.-](?:[\w.-]*\.)?(?:amazonaws\.com|localhost)(?::\d+)?$/;

/** Presigned by the older signature, as boto3 still does it. @see https://docs.aws.amazon.com/AmazonS3/latest/API/RESTAuthentication.html */
const PRESIGNED_V2 = /[?&]AWSAccessKeyId=/;

/** Whether a request is S3's: by its signature, or by the host that it names. */
export function isForS3(request: HttpRequest): boolean {
  const signed = signedServiceOf(request);
  if (signed !== undefined) return signed === 's3';
  const host = request.headers['host'] ?? '';
  return PRESIGNED_V2.test(request.target) || (host.includes('s3') && (OWN_HOST.test(host) || BUCKET_HOST.test(host)));
}

/** Bucket and key of a request, whichever way it is addressed. */
export interface S3Address {
  readonly bucket: string | undefined;
  readonly key: string | undefined;
}

const invalidUri = (): Fault => new Fault('InvalidURI', "Couldn't parse the specified URI.", { status: 400 });

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (error) {
    if (error instanceof URIError) throw invalidUri();
    throw error;
  }
}

/** Reads the address: the bucket in the host (virtual-host style) or first in the path (path style). */
export function addressOf(request: HttpRequest): S3Address {
  const [path = '/'] = request.target.split('?');
  const host = request.headers['host'] ?? '';
  const inHost = OWN_HOST.test(host) ? undefined : BUCKET_HOST.exec(host)?.[1];
  if (inHost !== undefined) return { bucket: inHost, key: path.length > 1 ? decoded(path.slice(1)) : undefined };
  const slash = path.indexOf('/', 1);
  const bucket = decoded(slash < 0 ? path.slice(1) : path.slice(1, slash));
  const key = slash < 0 ? '' : decoded(path.slice(slash + 1));
  return { bucket: bucket === '' ? undefined : bucket, key: key === '' ? undefined : key };
}
