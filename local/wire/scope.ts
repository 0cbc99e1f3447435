import type { HttpRequest } from '../kernel/http.ts';

/** `<key>/<date>/<region>/<service>/aws4_request` of a signed request, from its header or (presigned) its query; empty where it is not signed. */
function credentialOf(request: HttpRequest): string {
  const header = request.headers['authorization'];
  if (header !== undefined) {
    const start = header.indexOf('Credential=');
    if (start < 0) return '';
    const end = header.indexOf(',', start);
    return header.slice(start + 'Credential='.length, end < 0 ? undefined : end);
  }
  const query = request.target.indexOf('X-Amz-Credential=');
  return query < 0 ? '' : (new URLSearchParams(request.target.slice(query)).get('X-Amz-Credential') ?? '');
}

/** The key of a URL that the older signature of S3 presigned. */
const KEY_OF_V2 = /[?&]AWSAccessKeyId=([^&]+)/;

/**
 * The access key that a request is signed with: who calls.
 * Differs from AWS: signatures are not verified.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-signing-elements.html
 */
export function accessKeyOf(request: HttpRequest): string {
  const credential = credentialOf(request) || (KEY_OF_V2.exec(request.target)?.[1] ?? '');
  const end = credential.indexOf('/');
  return end < 0 ? credential : credential.slice(0, end);
}

/** The service that a signature was made for. */
export function signedServiceOf(request: HttpRequest): string | undefined {
  return credentialOf(request).split('/').at(-2);
}
