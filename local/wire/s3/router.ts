import type { HttpRequest } from '../../kernel/http.ts';
import type { ServiceModel } from '../model.ts';
import type { RestMatch } from '../rest-router.ts';
import { addressOf } from './address.ts';

/** What tells operations of one method and path apart besides the queries in the model: query parameters and headers that must be there. */
const TELLING: Readonly<Record<string, { readonly query?: readonly string[]; readonly header?: string }>> = {
  CopyObject: { header: 'x-amz-copy-source' },
  UploadPart: { query: ['partNumber', 'uploadId'] },
  UploadPartCopy: { query: ['partNumber', 'uploadId'], header: 'x-amz-copy-source' },
  CompleteMultipartUpload: { query: ['uploadId'] },
  AbortMultipartUpload: { query: ['uploadId'] },
  ListParts: { query: ['uploadId'] },
  GetBucketAnalyticsConfiguration: { query: ['id'] },
  GetBucketIntelligentTieringConfiguration: { query: ['id'] },
  GetBucketInventoryConfiguration: { query: ['id'] },
  GetBucketMetricsConfiguration: { query: ['id'] },
};

/** Operations of the whole account or of other endpoints: they share method and path with operations of a bucket. */
const WITHOUT_BUCKET = new Set(['ListBuckets']);
const OF_OTHER_ENDPOINTS = new Set(['ListDirectoryBuckets', 'WriteGetObjectResponse']);

interface Candidate {
  readonly operation: string;
  readonly query: readonly (readonly [name: string, value: string])[];
  readonly header: string | undefined;
}

/**
 * Finds S3's operations. Their paths are `/` and `/{Key+}` only, the bucket is part of the address, and queries and a header tell them apart: of those
 * that a request satisfies it is the one that asks for most.
 */
export function s3Router(model: ServiceModel): (request: HttpRequest) => RestMatch | undefined {
  const candidates = new Map<string, Candidate[]>();
  for (const { operation, http } of model.httpBindings()) {
    if (OF_OTHER_ENDPOINTS.has(operation)) continue;
    const [method, path] = http;
    const [pathPart, queryText] = path.split('?');
    const { query = [], header } = TELLING[operation] ?? {};
    const place = pathPart !== '/' ? 'object' : WITHOUT_BUCKET.has(operation) ? 'account' : 'bucket';
    // `x-id` repeats the operation's name, and not every client sends it.
    const told = [...new URLSearchParams(queryText)].filter(([name]) => name !== 'x-id');
    const group = `${method} ${place}`;
    candidates.set(group, [...(candidates.get(group) ?? []), { operation, header, query: [...told, ...query.map((name) => [name, ''] as const)] }]);
  }
  for (const group of candidates.values()) group.sort((a, b) => asks(b) - asks(a));
  return (request) => {
    const { bucket, key } = addressOf(request);
    const place = bucket === undefined ? 'account' : key === undefined ? 'bucket' : 'object';
    const queryStart = request.target.indexOf('?');
    const sent = new URLSearchParams(queryStart < 0 ? '' : request.target.slice(queryStart + 1));
    const found = candidates.get(`${request.method} ${place}`)?.find((candidate) => isSatisfied(candidate, sent, request));
    return found && { operation: found.operation, labels: { ...(bucket !== undefined && { Bucket: bucket }), ...(key !== undefined && { Key: key }) } };
  };
}

const asks = ({ query, header }: Candidate): number => query.length + (header === undefined ? 0 : 1);

const isSatisfied = ({ query, header }: Candidate, sent: URLSearchParams, request: HttpRequest): boolean =>
  (header === undefined || request.headers[header] !== undefined) && query.every(([name, value]) => (value === '' ? sent.has(name) : sent.get(name) === value));
