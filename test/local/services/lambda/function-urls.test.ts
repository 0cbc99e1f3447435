import { describe, expect, it } from 'vitest';
import { Fault } from '../../../../local/kernel/errors.ts';
import type { HttpRequest } from '../../../../local/kernel/http.ts';
import type { AccessCheck, Principal } from '../../../../local/kernel/principal.ts';
import type { Context } from '../../../../local/kernel/service.ts';
import { createAuthorizer } from '../../../../local/services/iam/authorizer.ts';
import { iam } from '../../../../local/services/iam/service.ts';
import { answerUrl } from '../../../../local/services/lambda/function-url/http.ts';
import type { LambdaState } from '../../../../local/services/lambda/state.ts';
import { ACCOUNT, createWorld, type Script } from './world.ts';

async function withUrl(work: Script, config: object = {}) {
  const world = createWorld({ functions: { work } });
  const { FunctionUrl } = await world.lambda('CreateFunctionUrlConfig', { FunctionName: 'work', AuthType: 'NONE', ...config });
  const { host } = new URL(FunctionUrl);
  const checks: { readonly principal: Principal; readonly check: AccessCheck }[] = [];
  const send = async (request: Partial<HttpRequest> = {}) => {
    const context = world.kernel.contextFor('lambda') as Context<LambdaState>;
    const whole = { method: 'GET', target: '/', body: new Uint8Array(), ...request, headers: { host, ...request.headers } };
    const response = await world.settle(answerUrl(whole, context) ?? Promise.reject(new Error('not for a function')));
    return { ...response, text: Buffer.from(response.body).toString() };
  };
  return { world, send, checks, host, FunctionUrl };
}

describe('a function URL', () => {
  it('brings the request as payload format 2.0', async () => {
    const { send, host } = await withUrl((event) => event);
    const headers = { 'content-type': 'application/json', cookie: 'a=1; b=2', 'user-agent': 'test' };
    const { status, text } = await send({ method: 'POST', target: '/shop/a%20b?x=1&x=2&y=', headers, body: Buffer.from('{"n":1}') });
    expect(status).toBe(200);
    expect(JSON.parse(text)).toMatchObject({
      version: '2.0',
      routeKey: '$default',
      rawPath: '/shop/a%20b',
      rawQueryString: 'x=1&x=2&y=',
      queryStringParameters: { x: '1,2', y: '' },
      cookies: ['a=1', 'b=2'],
      headers: { host, 'user-agent': 'test' },
      requestContext: { accountId: 'anonymous', domainName: host, http: { method: 'POST', path: '/shop/a%20b' }, stage: '$default' },
      body: '{"n":1}',
      isBase64Encoded: false,
    });
  });

  it('brings other bodies as base64', async () => {
    const { send } = await withUrl((event) => [event.body, event.isBase64Encoded]);
    expect(JSON.parse((await send({ method: 'POST', headers: { 'content-type': 'image/png' }, body: Buffer.from([1, 2]) })).text)).toEqual(['AQI=', true]);
  });

  const answers: readonly { name: string; answer: unknown; status: number; text: string; type: string }[] = [
    { name: 'text', answer: 'hello', status: 200, text: 'hello', type: 'application/json' },
    { name: 'a list', answer: [1, true], status: 200, text: '[1,true]', type: 'application/json' },
    { name: 'nothing', answer: null, status: 200, text: 'null', type: 'application/json' },
    { name: 'a response', answer: { statusCode: 201, headers: { 'Content-Type': 'text/plain' }, body: 'made' }, status: 201, text: 'made', type: 'text/plain' },
    { name: 'base64', answer: { statusCode: 200, body: 'aGk=', isBase64Encoded: true }, status: 200, text: 'hi', type: 'application/json' },
    { name: 'a status that is none', answer: { statusCode: 'x' }, status: 502, text: 'Internal Server Error', type: 'application/json' },
  ];
  for (const { name, answer, status, text, type } of answers) {
    it(`answers ${name}`, async () => {
      const { send } = await withUrl(() => answer);
      const response = await send();
      expect([response.status, response.text, response.headers['content-type']]).toEqual([status, text, type]);
    });
  }

  it('answers 502 where the function fails, 429 where it is throttled', async () => {
    const { send, world } = await withUrl(() => {
      throw new Error('no');
    });
    expect((await send()).status).toBe(502);
    await world.lambda('PutFunctionConcurrency', { FunctionName: 'work', ReservedConcurrentExecutions: 0 });
    expect((await send()).status).toBe(429);
  });

  it('is found on the endpoint of the plane by its id', async () => {
    const { world, host } = await withUrl((event) => event.rawPath);
    const urlId = host.split('.')[0];
    const context = world.kernel.contextFor('lambda') as Context<LambdaState>;
    const request = { method: 'GET', target: `/_aws/lambda-url/${urlId}/a/b?c=d`, headers: { host: '127.0.0.1:4566' }, body: new Uint8Array() };
    const answered = answerUrl(request, context);
    expect(Buffer.from((await world.settle(answered as NonNullable<typeof answered>)).body).toString()).toBe('/a/b');
    expect(answerUrl({ ...request, target: '/2015-03-31/functions' }, context)).toBeUndefined();
  });

  it('asks the policies: of anyone where nobody signs, of the caller where somebody has to', async () => {
    const { world, send } = await withUrl((event) => event.requestContext.authorizer?.iam.userArn ?? 'anyone', { AuthType: 'AWS_IAM' });
    const seen: { principal: Principal; check: AccessCheck }[] = [];
    world.kernel.setAuthorizer((principal, check) => {
      seen.push({ principal, check });
      if (principal.type === 'service') throw new Fault('AccessDeniedException', 'no', { status: 403 });
    });
    expect((await send()).status).toBe(403);
    const roleArn = `arn:aws:iam::${ACCOUNT}:role/caller`;
    const { accessKeyId } = world.kernel.credentials.issue({ type: 'role', roleArn, sessionName: 's' });
    const authorization = `AWS4-HMAC-SHA256 Credential=${accessKeyId}/20261124/eu-west-1/lambda/aws4_request, SignedHeaders=host, Signature=0`;
    expect((await send({ headers: { authorization } })).text).toBe(`arn:aws:sts::${ACCOUNT}:assumed-role/caller/s`);
    const asked = seen.filter(({ principal }) => principal.type === 'role').map(({ check }) => check);
    expect(asked.map(({ action }) => action)).toEqual(['lambda:InvokeFunctionUrl', 'lambda:InvokeFunction']);
    for (const { conditionKeys } of asked) {
      expect(conditionKeys).toEqual({ 'lambda:FunctionUrlAuthType': 'AWS_IAM', 'lambda:InvokedViaFunctionUrl': 'true' });
    }
    world.kernel.setAuthorizer(() => {});
    await world.lambda('UpdateFunctionUrlConfig', { FunctionName: 'work', AuthType: 'NONE' });
    world.kernel.setAuthorizer((principal) => {
      if (principal.type === 'service') throw new Fault('AccessDeniedException', 'no', { status: 403 });
    });
    expect((await send()).status).toBe(403);
  });

  it('needs both permissions: to invoke the URL, and to invoke the function by it', async () => {
    const { world, send } = await withUrl(() => 'fine');
    world.kernel.setAuthorizer(createAuthorizer(world.kernel, world.kernel.install(iam)));
    const allow = (StatementId: string, Action: string, more: object) =>
      world.lambda('AddPermission', { FunctionName: 'work', StatementId, Action, Principal: '*', ...more });
    await allow('url', 'lambda:InvokeFunctionUrl', { FunctionUrlAuthType: 'NONE' });
    expect((await send()).status).toBe(403);
    await allow('function', 'lambda:InvokeFunction', { InvokedViaFunctionUrl: true });
    expect(await send()).toMatchObject({ status: 200, text: 'fine' });
    await world.lambda('RemovePermission', { FunctionName: 'work', StatementId: 'url' });
    expect((await send()).status).toBe(403);
  });

  it('answers for other origins as it was told', async () => {
    const Cors = { AllowOrigins: ['https://shop.example'], AllowMethods: ['POST'], AllowHeaders: ['x-a'], MaxAge: 60, ExposeHeaders: ['x-b'] };
    const { send, world } = await withUrl(() => ({ statusCode: 200, headers: { 'access-control-allow-origin': '*' }, body: '' }), { Cors });
    const origin = 'https://shop.example';
    const preflight = await send({ method: 'OPTIONS', headers: { origin, 'access-control-request-method': 'POST' } });
    expect(preflight.headers).toMatchObject({ 'access-control-allow-origin': origin, 'access-control-allow-methods': 'POST', 'access-control-max-age': '60' });
    expect(world.invocations).toHaveLength(0);
    expect((await send({ headers: { origin } })).headers).toMatchObject({ 'access-control-allow-origin': origin, 'access-control-expose-headers': 'x-b' });
    expect((await send({ headers: { origin: 'https://evil.example' } })).headers['access-control-allow-origin']).toBeUndefined();
  });

  it('is refused where it would stream, or is there already', async () => {
    const { world } = await withUrl(() => 1);
    await expect(world.lambda('CreateFunctionUrlConfig', { FunctionName: 'work', AuthType: 'NONE' })).rejects.toMatchObject({
      code: 'ResourceConflictException',
    });
    await expect(world.lambda('UpdateFunctionUrlConfig', { FunctionName: 'work', InvokeMode: 'RESPONSE_STREAM' })).rejects.toThrow(
      'A function URL with InvokeMode RESPONSE_STREAM is not emulated',
    );
  });
});
