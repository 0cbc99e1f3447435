import type { HttpRequest } from '../kernel/http.ts';

/** What a signature says of its maker: the access key, and the service it was made for. */
export interface CredentialScope {
  readonly accessKeyId: string | undefined;
  readonly service: string | undefined;
}

const NO_SCOPE: CredentialScope = { accessKeyId: undefined, service: undefined };

/**
 * Reads `Credential=<key>/<date>/<region>/<service>/aws4_request` of a signed request, from its header or (presigned) its query.
 * Differs from AWS: signatures are not verified; the access key alone says who calls.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-signing-elements.html
 */
export function scopeOf(request: HttpRequest): CredentialScope {
  const header = request.headers['authorization'];
  if (header !== undefined) {
    const start = header.indexOf('Credential=');
    if (start < 0) return NO_SCOPE;
    const end = header.indexOf(',', start);
    return scopeOfText(header.slice(start + 11, end < 0 ? undefined : end));
  }
  const query = request.target.indexOf('X-Amz-Credential=');
  if (query < 0) return NO_SCOPE;
  return scopeOfText(new URLSearchParams(request.target.slice(query)).get('X-Amz-Credential') ?? '');
}

function scopeOfText(text: string): CredentialScope {
  const parts = text.trim().split('/');
  // An access key has no slash; a region or service neither, so the parts count from the end.
  return { accessKeyId: parts[0], service: parts.at(-2) };
}
