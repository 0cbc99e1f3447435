import { describe, expect, it } from 'vitest';
import { Fault } from '../../../../local/kernel/errors.ts';
import type { MetricDatum } from '../../../../local/kernel/metric.ts';
import { formatLine } from '../../../../local/services/apigatewayv2/access-log.ts';
import { apiIdOf, localUrl } from '../../../../local/services/apigatewayv2/endpoint.ts';
import { RoutingTable } from '../../../../local/services/apigatewayv2/routing.ts';
import { apiWith, FUNCTION_ARN } from './world.ts';

const HELLO = { message: 'Hello' };

describe('the most specific route is taken', () => {
  const keys = [
    'GET /pets/dog/1',
    'GET /pets/dog/{id}',
    'GET /pets/{proxy+}',
    'ANY /pets/{proxy+}',
    'ANY /{proxy+}',
    '$default',
    'POST /users/{user}/orders/{order}',
    'ANY /users/{id}/orders/{item}',
    'GET /',
    'GET /a/{x}/c',
    'GET /a/b/d',
  ];
  const table = new RoutingTable(
    keys.map((routeKey, index) => ({ apiId: 'a', routeId: String(index), routeKey, integrationId: undefined })),
    [],
  );
  it.each([
    ['GET', '/pets/dog/1', 'GET /pets/dog/1', undefined],
    ['GET', '/pets/dog/2', 'GET /pets/dog/{id}', { id: '2' }],
    ['GET', '/pets/cat/1', 'GET /pets/{proxy+}', { proxy: 'cat/1' }],
    ['POST', '/pets/cat/1', 'ANY /pets/{proxy+}', { proxy: 'cat/1' }],
    ['POST', '/test/5', 'ANY /{proxy+}', { proxy: 'test/5' }],
    ['POST', '/users/u%20x/orders/7', 'POST /users/{user}/orders/{order}', { user: 'u x', order: '7' }],
    ['GET', '/users/1/orders/7', 'ANY /users/{id}/orders/{item}', { id: '1', item: '7' }],
    ['GET', '/', 'GET /', undefined],
    ['POST', '/', '$default', undefined],
    ['GET', '/a/b/c', 'GET /a/{x}/c', { x: 'b' }],
    ['GET', '/pets/dog/', 'GET /pets/{proxy+}', { proxy: 'dog/' }],
    ['GET', '/a/%E0%A4%A/c', 'GET /a/{x}/c', { x: '%E0%A4%A' }],
  ])('%s %s → %s', (method, path, routeKey, parameters) => {
    const match = table.match(method, path);
    expect(match?.destination.route.routeKey).toBe(routeKey);
    expect(match?.pathParameters).toEqual(parameters);
  });
  it('none where nothing matches', () => {
    expect(new RoutingTable([], []).match('GET', '/')).toBeUndefined();
  });
});

describe('the event', () => {
  it('has payload format 2.0', async () => {
    const { send, invoked } = apiWith(['POST /orders/{orderId}'], () => HELLO);
    await send('POST', '/orders/a%20b?x=1&x=2&y=a+b', {
      headers: { 'content-type': 'application/json', cookie: 'a=1; b=2', 'user-agent': 'test', 'x-amzn-trace-id': 'Root=1-2-3' },
      body: '{"q":1}',
    });
    expect(invoked[0]?.event).toEqual({
      version: '2.0',
      routeKey: 'POST /orders/{orderId}',
      rawPath: '/orders/a%20b',
      rawQueryString: 'x=1&x=2&y=a+b',
      cookies: ['a=1', 'b=2'],
      headers: {
        'content-type': 'application/json',
        'user-agent': 'test',
        host: 'cdefghijkl.execute-api.eu-west-1.amazonaws.com',
        'x-amzn-trace-id': 'Root=1-2-3',
        'x-forwarded-for': '127.0.0.1',
        'x-forwarded-port': '443',
        'x-forwarded-proto': 'https',
      },
      queryStringParameters: { x: '1,2', y: 'a b' },
      pathParameters: { orderId: 'a b' },
      requestContext: {
        accountId: '000000000000',
        apiId: 'cdefghijkl',
        domainName: 'cdefghijkl.execute-api.eu-west-1.amazonaws.com',
        domainPrefix: 'cdefghijkl',
        http: { method: 'POST', path: '/orders/a%20b', protocol: 'HTTP/1.1', sourceIp: '127.0.0.1', userAgent: 'test' },
        requestId: expect.stringMatching(/^[A-Za-z0-9]{15}=$/),
        routeKey: 'POST /orders/{orderId}',
        stage: '$default',
        time: '12/Mar/2020:19:03:58 +0000',
        timeEpoch: Date.UTC(2020, 2, 12, 19, 3, 58, 390),
      },
      body: '{"q":1}',
      isBase64Encoded: false,
    });
  });

  it('leaves out what the request does not have', async () => {
    const { send, invoked } = apiWith(['GET /']);
    await send('GET', '/');
    expect(Object.keys(invoked[0]?.event).sort()).toEqual(['headers', 'isBase64Encoded', 'rawPath', 'rawQueryString', 'requestContext', 'routeKey', 'version']);
  });

  it.each([
    ['application/octet-stream', true],
    ['application/x-www-form-urlencoded', true],
    ['text/plain', false],
    ['application/cloudevents+json; charset=utf-8', false],
    [undefined, false],
  ])('a body of type %s is base64: %s', async (type, isBase64Encoded) => {
    const { send, invoked } = apiWith(['POST /']);
    await send('POST', '/', { headers: type === undefined ? {} : { 'content-type': type }, body: 'héllo' });
    expect(invoked[0]?.event).toMatchObject({ isBase64Encoded, body: isBase64Encoded ? Buffer.from('héllo').toString('base64') : 'héllo' });
  });

  it('is sent as API Gateway with the route as source, so that permissions of the function are enforced', async () => {
    const { send, invoked } = apiWith(['GET /orders/{id}', 'ANY /x', '$default']);
    await send('GET', '/orders/1');
    await send('PUT', '/x');
    await send('GET', '/else');
    expect(invoked[0]?.functionName).toBe(FUNCTION_ARN);
    const arn = 'arn:aws:execute-api:eu-west-1:000000000000:cdefghijkl/$default';
    expect(invoked.map(({ principal }) => principal)).toEqual(
      [`${arn}/GET/orders/{id}`, `${arn}/PUT/x`, `${arn}/$default`].map((sourceArn) => ({ type: 'service', service: 'apigateway.amazonaws.com', sourceArn })),
    );
  });
});

describe('the response', () => {
  it.each([
    ['an object without statusCode', { a: 1 }, 200, '{"a":1}', 'application/json'],
    ['a text', 'Hello from Lambda!', 200, 'Hello from Lambda!', 'application/json'],
    ['nothing', undefined, 200, 'null', 'application/json'],
    ['a statusCode alone', { statusCode: 204 }, 204, '', 'text/plain; charset=utf-8'],
    ['headers in any case', { statusCode: 201, headers: { 'Content-Type': 'text/html', 'X-N': 5 }, body: '<p>' }, 201, '<p>', 'text/html'],
    ['base64', { statusCode: 200, body: Buffer.from('bytes').toString('base64'), isBase64Encoded: true }, 200, 'bytes', 'text/plain; charset=utf-8'],
    ['a malformed statusCode', { statusCode: 'ok' }, 500, '{"message":"Internal Server Error"}', 'application/json'],
    ['headers that are none', { statusCode: 200, headers: 'x' }, 500, '{"message":"Internal Server Error"}', 'application/json'],
  ])('of %s', async (_name, answer, status, text, type) => {
    const { send } = apiWith(['GET /'], () => answer);
    expect(await send('GET', '/')).toMatchObject({ status, text, headers: { 'content-type': type, 'apigw-requestid': expect.stringMatching(/=$/) } });
  });

  it('carries one cookie as a header, several by themselves', async () => {
    const { send } = apiWith(['GET /{n}'], (event) => ({ statusCode: 200, cookies: ['a=1', 'b=2'].slice(0, Number(event.pathParameters.n)) }));
    expect((await send('GET', '/1'))?.headers['set-cookie']).toBe('a=1');
    expect((await send('GET', '/2'))?.setCookies).toEqual(['a=1', 'b=2']);
  });
});

describe('what goes wrong', () => {
  it.each([
    ['no such route', 'GET', '/nothing', 404, 'Not Found'],
    ['a function that throws', 'GET', '/throws', 500, 'Internal Server Error'],
    ['a function that may not be invoked', 'GET', '/denied', 500, 'Internal Server Error'],
    ['a function that is throttled', 'GET', '/throttled', 503, 'Service Unavailable'],
    ['a function that takes too long', 'GET', '/slow', 503, 'Service Unavailable'],
  ])('%s', async (_name, method, target, status, message) => {
    const { send } = apiWith(['GET /throws', 'GET /denied', 'GET /throttled', 'GET /slow'], async (event, kernel) => {
      if (event.rawPath === '/throws') throw new Error('boom');
      if (event.rawPath === '/denied') throw new Fault('AccessDeniedException', 'no');
      if (event.rawPath === '/throttled') throw new Fault('TooManyRequestsException', 'Rate Exceeded.');
      await kernel.until(kernel.nowMs() + 31_000, 'slow function');
    });
    expect(await send(method, target)).toMatchObject({ status, text: JSON.stringify({ message }) });
  });

  it('an unknown API and a disabled one', async () => {
    const { send } = apiWith(['GET /'], undefined, { api: { DisableExecuteApiEndpoint: true } });
    expect((await send('GET', '/'))?.status).toBe(403);
    expect((await send('GET', '/', { host: 'nobody.execute-api.localhost' }))?.status).toBe(404);
    expect(await send('GET', '/', { host: 'sqs.eu-west-1.amazonaws.com' })).toBeUndefined();
  });

  it('a body of more than 10 MB', async () => {
    const { send, invoked } = apiWith(['POST /']);
    expect(await send('POST', '/', { body: new Uint8Array(10 * 1024 * 1024 + 1) })).toMatchObject({
      status: 413,
      text: '{"message":"Request Entity Too Large"}',
    });
    expect(invoked).toEqual([]);
  });

  it('an integration has its own timeout', async () => {
    const { send, kernel } = apiWith(['GET /'], (_event, plane) => plane.until(plane.nowMs() + 5_000, 'slow'), { integration: { TimeoutInMillis: 2_000 } });
    const startMs = kernel.nowMs();
    expect((await send('GET', '/'))?.status).toBe(503);
    expect(kernel.nowMs() - startMs).toBe(2_000);
  });
});

describe('a stage', () => {
  it('lets in a burst, then its rate', async () => {
    const { send, kernel } = apiWith(['GET /', 'GET /free'], undefined, {
      stage: {
        DefaultRouteSettings: { ThrottlingRateLimit: 2, ThrottlingBurstLimit: 3 },
        RouteSettings: { 'GET /free': { ThrottlingRateLimit: 100, ThrottlingBurstLimit: 100 } },
      },
    });
    const statuses = async (): Promise<(number | undefined)[]> => [
      (await send('GET', '/'))?.status,
      (await send('GET', '/'))?.status,
      (await send('GET', '/'))?.status,
      (await send('GET', '/'))?.status,
    ];
    expect(await statuses()).toEqual([200, 200, 200, 429]);
    expect((await send('GET', '/free'))?.status).toBe(200);
    await kernel.run({ untilMs: kernel.nowMs() + 1000 });
    expect(await statuses()).toEqual([200, 200, 429, 429]);
  });

  it('with a name is the first segment of the path, which the event keeps', async () => {
    const { send, resource, invoked, apiId } = apiWith(['GET /orders']);
    resource('Stage', 'Dev', { ApiId: apiId, StageName: 'dev', AutoDeploy: true, StageVariables: { colour: 'red' } });
    expect((await send('GET', '/dev/orders'))?.status).toBe(200);
    expect(invoked[0]?.event).toMatchObject({ rawPath: '/dev/orders', stageVariables: { colour: 'red' }, requestContext: { stage: 'dev' } });
  });

  it('without automatic deployment serves the routes of its deployment', async () => {
    const { send, resource, apiId } = apiWith(['GET /old']);
    const DeploymentId = resource('Deployment', 'D', { ApiId: apiId });
    resource('Stage', 'Fixed', { ApiId: apiId, StageName: 'fixed', DeploymentId });
    resource('Route', 'Late', { ApiId: apiId, RouteKey: 'GET /late' });
    expect([(await send('GET', '/fixed/old'))?.status, (await send('GET', '/fixed/late'))?.status]).toEqual([200, 404]);
  });

  it('is reached by a path of the plane as well', async () => {
    const { send, invoked, apiId } = apiWith(['GET /', 'GET /orders']);
    expect(localUrl('http://127.0.0.1:4566/', apiId)).toBe(`http://127.0.0.1:4566/_aws/execute-api/${apiId}`);
    for (const target of [`/_aws/execute-api/${apiId}`, `/_aws/execute-api/${apiId}?x=1`, `/_aws/execute-api/${apiId}/orders?x=1`])
      await send('GET', target, { host: '127.0.0.1:4566' });
    await send('GET', '/orders', { host: `${apiId}.execute-api.localhost:4566` });
    expect(invoked.map(({ event }) => [event.rawPath, event.rawQueryString])).toEqual([
      ['/', ''],
      ['/', 'x=1'],
      ['/orders', 'x=1'],
      ['/orders', ''],
    ]);
    expect(apiIdOf('https://cdefghijkl.execute-api.eu-west-1.amazonaws.com/x')).toBe('cdefghijkl');
  });
});

describe('other origins', () => {
  const CorsConfiguration = {
    AllowOrigins: ['https://shop.example', 'http://*'],
    AllowMethods: ['GET', 'POST'],
    AllowHeaders: ['content-type'],
    ExposeHeaders: ['x-id'],
    MaxAge: 60,
    AllowCredentials: true,
  };
  const preflight = (origin: string) => ({ headers: { origin, 'access-control-request-method': 'POST' } });

  it('are answered by the API, without a route', async () => {
    const { send, invoked } = apiWith(['$default'], undefined, { api: { CorsConfiguration } });
    const answer = await send('OPTIONS', '/any', preflight('https://shop.example'));
    expect(answer).toMatchObject({
      status: 204,
      headers: {
        'access-control-allow-origin': 'https://shop.example',
        'access-control-allow-methods': 'GET,POST',
        'access-control-allow-headers': 'content-type',
        'access-control-allow-credentials': 'true',
        'access-control-max-age': '60',
      },
    });
    expect((await send('OPTIONS', '/any', preflight('https://evil.example')))?.headers).not.toHaveProperty('access-control-allow-origin');
    expect((await send('OPTIONS', '/any', preflight('http://any.example')))?.headers['access-control-allow-origin']).toBe('http://any.example');
    expect(invoked).toEqual([]);
  });

  it('and the function has no say', async () => {
    const { send } = apiWith(['$default'], () => ({ statusCode: 200, headers: { 'Access-Control-Allow-Origin': '*', 'x-id': '1' } }), {
      api: { CorsConfiguration },
    });
    expect((await send('GET', '/', { headers: { origin: 'https://shop.example' } }))?.headers).toMatchObject({
      'access-control-allow-origin': 'https://shop.example',
      'access-control-expose-headers': 'x-id',
      'x-id': '1',
    });
    expect((await send('GET', '/'))?.headers).not.toHaveProperty('access-control-allow-origin');
  });
});

describe('what can be seen', () => {
  it('each request is journalled and metered', async () => {
    const { send, kernel } = apiWith(['GET /slow'], (_event, plane) => plane.until(plane.nowMs() + 250, 'work'));
    const data: MetricDatum[] = [];
    kernel.onMetric((datum) => data.push(datum));
    await send('GET', '/slow?x=1');
    await send('GET', '/none');
    const entries = [...kernel.journal.since(0)].filter(({ kind }) => kind === 'http-request');
    expect(entries.map(({ detail }) => detail)).toMatchObject([
      { method: 'GET', path: '/slow', status: 200, ms: 250, routeKey: 'GET /slow' },
      { method: 'GET', path: '/none', status: 404, ms: 0 },
    ]);
    expect(data.map(({ name, value }) => `${name} ${value}`)).toEqual([
      'Count 1',
      '4xx 0',
      '5xx 0',
      'Latency 250',
      'IntegrationLatency 250',
      'Count 1',
      '4xx 1',
      '5xx 0',
      'Latency 0',
    ]);
    expect(data[0]).toMatchObject({ namespace: 'AWS/ApiGateway', dimensions: { ApiId: 'cdefghijkl', Stage: '$default' } });
  });

  it('an access log line is put to the log group in a batch, in the format of the stage', async () => {
    const { send, kernel } = apiWith(['GET /'], undefined, {
      stage: {
        AccessLogSettings: {
          DestinationArn: 'arn:aws:logs:eu-west-1:000000000000:log-group:/api:*',
          Format: '{"route":"$context.routeKey","status":$context.status,"ip":"$context.identity.sourceIp","none":"$context.authorizer.claims"}',
        },
      },
    });
    const calls: unknown[] = [];
    kernel.install({
      name: 'cloudwatch-logs',
      arnService: 'logs',
      createState: () => undefined,
      access: () => [],
      operations: { CreateLogStream: (input) => void calls.push(input), PutLogEvents: (input) => void calls.push(input) },
    });
    await send('GET', '/');
    await send('GET', '/');
    await kernel.run({ untilMs: kernel.nowMs() + 2_000 });
    const message = '{"route":"GET /","status":200,"ip":"127.0.0.1","none":"-"}';
    expect(calls).toMatchObject([{ logGroupName: '/api' }, { logGroupName: '/api', logEvents: [{ message }, { message }] }]);
    expect(formatLine('$context.requestId.', { requestId: 'x' })).toBe('x.');
  });

  it('a lost access log line is journalled', async () => {
    const { send, kernel } = apiWith(['GET /'], undefined, {
      stage: { AccessLogSettings: { DestinationArn: 'arn:aws:logs:eu-west-1:000000000000:log-group:/api', Format: '$context.status' } },
    });
    await send('GET', '/');
    await kernel.run({ untilMs: kernel.nowMs() + 2_000 });
    expect([...kernel.journal.since(0)].at(-1)).toMatchObject({ kind: 'access-log-lost', detail: { lines: 1, error: 'NotEmulated' } });
  });

  it('operations answer what there is', async () => {
    const { kernel, apiId } = apiWith(['GET /orders']);
    const call = (operation: string, input: object) => kernel.request({ service: 'apigatewayv2', operation, input, principal: { type: 'root' } });
    expect(await call('GetApis', {})).toMatchObject({
      Items: [{ ApiId: apiId, Name: 'orders', ApiEndpoint: `https://${apiId}.execute-api.eu-west-1.amazonaws.com` }],
    });
    expect(await call('GetRoutes', { ApiId: apiId })).toMatchObject({ Items: [{ RouteKey: 'GET /orders', Target: expect.stringMatching(/^integrations\//) }] });
    expect(await call('GetIntegrations', { ApiId: apiId })).toMatchObject({ Items: [{ IntegrationUri: FUNCTION_ARN }] });
    expect(await call('GetStages', { ApiId: apiId })).toMatchObject({ Items: [{ StageName: '$default', AutoDeploy: true }] });
    await expect(call('GetApi', { ApiId: 'x' })).rejects.toMatchObject({ code: 'NotFoundException' });
  });
});

it.each([
  ['Api', { ProtocolType: 'WEBSOCKET' }, 'ProtocolType WEBSOCKET is not emulated'],
  ['Integration', { IntegrationType: 'HTTP_PROXY' }, 'IntegrationType HTTP_PROXY is not emulated'],
  ['Integration', { IntegrationType: 'AWS_PROXY', IntegrationUri: FUNCTION_ARN }, 'PayloadFormatVersion 1.0 is not emulated'],
  [
    'Integration',
    { IntegrationType: 'AWS_PROXY', PayloadFormatVersion: '2.0', IntegrationUri: 'arn:aws:sqs:x:1:q' },
    'IntegrationUri arn:aws:sqs:x:1:q is not emulated',
  ],
  ['Route', { RouteKey: 'GET /', AuthorizationType: 'JWT' }, 'AuthorizationType JWT is not emulated'],
  ['Route', { RouteKey: 'GET orders' }, 'route key is not formatted properly'],
  ['Route', { RouteKey: 'GET /{proxy+}/x' }, 'route key is not formatted properly'],
  ['Route', { ApiId: 'cdefghijkl', RouteKey: 'GET /' }, 'Route with key GET / already exists'],
])('%s %j is refused', (type, properties, message) => {
  const { resource } = apiWith(['GET /']);
  expect(() => resource(type, 'New', properties)).toThrow(message);
});
