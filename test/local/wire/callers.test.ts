import { describe, expect, it, vi } from 'vitest';
import type { Principal } from '../../../local/kernel/principal.ts';
import type { Service } from '../../../local/kernel/service.ts';
import { SERVICE_ROWS } from '../../../local/wire/services.ts';
import { send, textOf, wireWorld } from './world.ts';

describe('who calls', () => {
  const world = () => {
    const seen: Principal[] = [];
    const made = wireWorld({
      sts: {
        GetCallerIdentity: (_input, { principal }) => {
          seen.push(principal);
          return { Account: '1' };
        },
      },
    });
    return { ...made, seen };
  };
  const role: Principal = { type: 'role', roleArn: 'arn:aws:iam::111111111111:role/r', sessionName: 's' };
  const body = 'Version=2011-06-15&Action=GetCallerIdentity';
  const form = { 'content-type': 'application/x-www-form-urlencoded' };

  it('is the operator where the plane did not issue the key, or there is none', async () => {
    const { clients, dispatch, seen } = world();
    await clients.sts.getCallerIdentity({});
    await send(dispatch, { headers: form, body });
    await send(dispatch, { headers: { ...form, authorization: 'Bearer x' }, body });
    expect(seen).toEqual([{ type: 'root' }, { type: 'root' }, { type: 'root' }]);
  });

  it('is the principal of an issued key, by header or by query', async () => {
    const { kernel, dispatch, seen } = world();
    const { accessKeyId } = kernel.credentials.issue(role);
    const authorization = `AWS4-HMAC-SHA256 Credential=${accessKeyId}/20261124/us-east-1/sts/aws4_request, SignedHeaders=host, Signature=0`;
    await send(dispatch, { headers: { ...form, authorization }, body });
    await send(dispatch, { method: 'GET', target: `/?${body}&X-Amz-Credential=${encodeURIComponent(`${accessKeyId}/20261124/us-east-1/sts/aws4_request`)}` });
    expect(seen).toEqual([role, role]);
  });
});

describe('a call', () => {
  it('hands cause and signal on, and the same request id to journal and answer', async () => {
    const seen: unknown[] = [];
    const { dispatch, kernel } = wireWorld({
      sqs: {
        GetQueueUrl: (_input, { signal }) => {
          seen.push(signal);
          return {};
        },
      },
    });
    const controller = new AbortController();
    const request = { method: 'POST', target: '/', headers: { 'x-amz-target': 'AmazonSQS.GetQueueUrl' }, body: Buffer.from('{"QueueName":"q"}') };
    const response = await dispatch({ ...request, cause: 7, signal: controller.signal });
    expect(seen).toEqual([controller.signal]);
    expect(kernel.journal.at(1)).toMatchObject({ kind: 'GetQueueUrl', cause: 7, detail: { requestId: response.headers['x-amzn-requestid'] } });
  });

  it('loads its own service only', async () => {
    const loads = SERVICE_ROWS.map((row) => [row.name, vi.spyOn(row, 'load')] as const);
    const { dispatch } = wireWorld();
    await send(dispatch, { headers: { 'x-amz-target': 'Nobody.Nope' } });
    for (let count = 0; count < 2; count += 1) await send(dispatch, { headers: { 'x-amz-target': 'AmazonSSM.GetParameter' }, body: '{"Name":"/a"}' });
    expect(loads.flatMap(([name, load]) => load.mock.calls.map(() => name))).toEqual(['ssm']);
    vi.restoreAllMocks();
  });

  it('goes to a service that answers plain HTTP before it is taken for one of AWS', async () => {
    const { kernel, dispatch } = wireWorld();
    const api: Service = {
      name: 'api',
      arnService: 'execute-api',
      createState: () => undefined,
      operations: {},
      access: () => [],
      http: (request) => (request.target.startsWith('/orders') ? Promise.resolve({ status: 202, headers: {}, body: request.body }) : undefined),
    };
    kernel.install(api);
    const response = await send(dispatch, { target: '/orders/1', body: 'order' });
    expect([response.status, textOf(response)]).toEqual([202, 'order']);
    expect((await send(dispatch, { target: '/nobody' })).status).toBe(404);
  });
});
