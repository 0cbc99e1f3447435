import { CloudWatch } from '@aws-sdk/client-cloudwatch';
import { DynamoDB } from '@aws-sdk/client-dynamodb';
import { Lambda } from '@aws-sdk/client-lambda';
import { SNS } from '@aws-sdk/client-sns';
import { SQS } from '@aws-sdk/client-sqs';
import { SSM } from '@aws-sdk/client-ssm';
import { STS } from '@aws-sdk/client-sts';
import type { HttpRequest, HttpResponse } from '../../../local/kernel/http.ts';
import { Kernel } from '../../../local/kernel/kernel.ts';
import type { Principal } from '../../../local/kernel/principal.ts';
import type { Service } from '../../../local/kernel/service.ts';
import { ssm } from '../../../local/services/ssm/service.ts';
import { inProcessHandler } from '../../../local/wire/in-process.ts';
import { createWire } from '../../../local/wire/wire.ts';

type Operation = (input: never, context: { readonly principal: Principal; readonly signal: AbortSignal | undefined }) => unknown;

/** A plane whose services are told per test what they answer, with real SDK clients that reach it without a socket. */
export function wireWorld(services: Readonly<Record<string, Readonly<Record<string, Operation>>>> = {}) {
  const kernel = new Kernel({ accountId: '111111111111', region: 'us-east-1', clock: { kind: 'virtual', startMs: 0 }, seed: 1, journalCapacity: 100 });
  kernel.install(ssm);
  for (const [name, operations] of Object.entries(services)) {
    kernel.install({ name, arnService: name, createState: () => undefined, operations, access: () => [] } as unknown as Service);
  }
  const bugs: unknown[] = [];
  const sent: { request: HttpRequest; response: HttpResponse }[] = [];
  const wire = createWire(kernel, { onBug: (error) => bugs.push(error) });
  const dispatch = async (request: HttpRequest): Promise<HttpResponse> => {
    const response = await wire.dispatch(request);
    sent.push({ request, response });
    return response;
  };
  return { kernel, wire, bugs, sent, dispatch, clients: clientsOf(dispatch) };
}

export function clientsOf(dispatch: (request: HttpRequest) => Promise<HttpResponse>) {
  const options = {
    region: 'us-east-1',
    endpoint: 'http://127.0.0.1:4566',
    credentials: { accessKeyId: 'AKIAOPERATOR', secretAccessKey: 'secret' },
    maxAttempts: 1,
    requestHandler: inProcessHandler(dispatch),
  };
  return {
    cloudwatch: new CloudWatch(options),
    dynamodb: new DynamoDB(options),
    lambda: new Lambda(options),
    sns: new SNS(options),
    sqs: new SQS(options),
    ssm: new SSM(options),
    sts: new STS(options),
  };
}

/** Sends bytes as a client of any make could. */
export function send(
  dispatch: (request: HttpRequest) => Promise<HttpResponse>,
  {
    headers = {},
    body = '',
    method = 'POST',
    target = '/',
  }: { headers?: Record<string, string>; body?: string | Uint8Array; method?: string; target?: string },
): Promise<HttpResponse> {
  return dispatch({ method, target, headers, body: typeof body === 'string' ? Buffer.from(body) : body });
}

export const textOf = (response: HttpResponse): string => Buffer.from(response.body).toString();
export const jsonOf = (response: HttpResponse): Record<string, unknown> => JSON.parse(textOf(response));
