import { bodyOf } from '../../../local/wire/body.ts';
import type { CaseVerdict } from '../conformance-set.ts';
import type { BotoOperation, Suite } from './model.ts';
import { loadOperation } from './service.ts';
import { typed, valuesDiffer } from './values.ts';

/** A request as an SDK's client sends it, and the input that it was made of. */
export interface RequestCase {
  readonly params: Readonly<Record<string, unknown>>;
  readonly serialized: {
    readonly method: string;
    readonly uri: string;
    readonly headers?: Readonly<Record<string, string>>;
    readonly body?: string;
    readonly host?: string;
  };
}

/** Reads a request as a server and compares the input with what the client was given. */
export async function tryRequest(
  file: string,
  suite: Suite<RequestCase>,
  { id, given, params, serialized }: Suite<RequestCase>['cases'][number],
): Promise<CaseVerdict> {
  const needsBody = Object.keys(params).length > 0 && serialized.body === undefined && serialized.method !== 'GET';
  if (needsBody && 'requestcompression' in given) return { id, verdict: 'outOfScope', rule: 'a request whose compressed body is not in the case' };
  try {
    const { expected, input } = await read(file, suite, { given, params, serialized });
    const difference = valuesDiffer(expected, input);
    return difference === undefined ? { id, verdict: 'passed' } : { id, verdict: 'failed', difference };
  } catch (error) {
    return { id, verdict: 'failed', difference: String(error) };
  }
}

async function read(
  file: string,
  suite: Suite<RequestCase>,
  { given, params, serialized }: RequestCase & { readonly given: BotoOperation },
): Promise<{ readonly expected: unknown; readonly input: unknown }> {
  const { protocol, service } = await loadOperation(file, suite, given);
  const { method, uri, headers = {}, body = '', host = '' } = serialized;
  const request = {
    method,
    // A custom endpoint may have a path, which whatever stands there takes off.
    target: uri.slice(host.includes('/') ? host.length - host.indexOf('/') : 0),
    headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value])),
    body: Buffer.from(body, protocol === 'rpcV2Cbor' ? 'base64' : 'utf8'),
  };
  const match = protocol === 'restJson1' ? service.match(request) : undefined;
  if (protocol === 'restJson1' && match?.operation !== given.name) throw new Error(`${method} ${uri} is taken for ${match?.operation}`);
  const endpoint = service.endpoint(given.name, protocol);
  if (!endpoint) throw new Error(`There is no operation ${given.name}`);
  const bytes = bodyOf(request);
  const form = protocol === 'awsQuery' ? new URLSearchParams(Buffer.from(bytes).toString('utf8')) : undefined;
  const input = { ...endpoint.codec.readInput({ request, body: bytes, form, labels: match?.labels }) } as Record<string, unknown>;
  const shape = endpoint.operation.input;
  const expected = { ...(typed(params, shape) as Record<string, unknown>) };
  for (const { name, traits } of shape.members) {
    // The client makes up a token where it is given none, and writes nothing for a list or map without entries outside a body, and `{}` for a body that it was not given.
    if (traits.idempotencyToken && expected[name] === undefined) delete input[name];
    const isBound = (traits.httpHeader ?? traits.httpQuery ?? traits.httpPrefixHeaders) !== undefined;
    if (isEmpty(expected[name]) && (isBound || protocol === 'awsQuery')) dropEmpty(expected, input, name);
    if (traits.httpPayload && expected[name] === undefined && isEmpty(input[name])) delete input[name];
  }
  return { expected, input };
}

const isEmpty = (value: unknown): boolean => typeof value === 'object' && value !== null && !(value instanceof Date) && Object.keys(value).length === 0;

function dropEmpty(expected: Record<string, unknown>, input: Record<string, unknown>, name: string): void {
  delete expected[name];
  if (isEmpty(input[name])) delete input[name];
}
