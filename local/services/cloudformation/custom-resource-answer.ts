import type { HttpRequest, HttpResponse } from '../../kernel/http.ts';
import type { Context } from '../../kernel/service.ts';

/** Host of the response URLs. On AWS they are presigned S3 URLs of this bucket. @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-requesttypes.html */
const HOST = /^cloudformation-custom-resource-response-[a-z0-9]+\.s3[.-]/;

/** @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-responses.html */
const ANSWER_BYTES_MAX = 4096;

const respond = (status: number, text: string): HttpResponse => ({ status, headers: { 'content-type': 'text/plain' }, body: Buffer.from(text) });

/** Takes what the provider of a custom resource puts to its response URL, and journals it for the deployment that waits. */
export function answerOfCustomResource(request: HttpRequest, { kernel }: Context<unknown>): Promise<HttpResponse> | undefined {
  if (!HOST.test(request.headers['host'] ?? '')) return undefined;
  if (request.method !== 'PUT') return Promise.resolve(respond(405, 'The answer of a custom resource is a PUT.'));
  if (request.body.byteLength > ANSWER_BYTES_MAX) return Promise.resolve(respond(400, `An answer has at most ${ANSWER_BYTES_MAX} bytes.`));
  const [stackId = '', logicalId, requestId] = decodeURIComponent(request.target.split('?')[0] ?? '')
    .slice(1)
    .split('|');
  const answer = parseAnswer(request.body);
  if (!answer || requestId === undefined) return Promise.resolve(respond(400, 'The answer of a custom resource is JSON with Status SUCCESS or FAILED.'));
  kernel.journal.append({
    service: 'cloudformation',
    kind: 'custom-resource-answered',
    arn: stackId,
    cause: request.cause,
    detail: { requestId, logicalId, answer },
  });
  return Promise.resolve(respond(200, ''));
}

function parseAnswer(body: Uint8Array): { readonly Status: string } | undefined {
  try {
    const answer: unknown = JSON.parse(new TextDecoder().decode(body));
    const { Status: status } = (answer ?? {}) as { Status?: unknown };
    return status === 'SUCCESS' || status === 'FAILED' ? (answer as { Status: string }) : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
