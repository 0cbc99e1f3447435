import { Fault } from '../../../../local/kernel/errors.ts';
import type { HttpRequest, HttpResponse } from '../../../../local/kernel/http.ts';
import { Kernel } from '../../../../local/kernel/kernel.ts';
import type { Principal } from '../../../../local/kernel/principal.ts';
import type { ResourcePlace } from '../../../../local/kernel/resource.ts';
import type { Service } from '../../../../local/kernel/service.ts';
import { apigatewayv2 } from '../../../../local/services/apigatewayv2/service.ts';

export const FUNCTION_ARN = 'arn:aws:lambda:eu-west-1:000000000000:function:f';

// biome-ignore lint/suspicious/noExplicitAny: events and answers are whatever a test makes of them
type Any = any;

/** What the stand-in for Lambda was asked. */
export interface Invoked {
  readonly event: Any;
  readonly principal: Principal;
  readonly functionName: string;
}

/** A plane with one HTTP API, whose function is `handle`: its result is the answer, an error is the function's error, a fault is Lambda's. */
export function world(handle: (event: Any, kernel: Kernel) => unknown = () => 'ok') {
  const invoked: Invoked[] = [];
  const kernel = new Kernel({
    accountId: '000000000000',
    region: 'eu-west-1',
    clock: { kind: 'virtual', startMs: Date.UTC(2020, 2, 12, 19, 3, 58, 390) },
    seed: 'gateway',
    journalCapacity: 1000,
  });
  const lambda: Service<undefined> = {
    name: 'lambda',
    arnService: 'lambda',
    createState: () => undefined,
    access: () => [],
    operations: {
      Invoke: async ({ FunctionName: functionName, Payload }: { FunctionName: string; Payload: Uint8Array }, { principal }) => {
        const event = JSON.parse(new TextDecoder().decode(Payload));
        invoked.push({ event, principal, functionName });
        try {
          const result = await handle(event, kernel);
          return { Payload: Buffer.from(JSON.stringify(result ?? null)) };
        } catch (error) {
          if (error instanceof Fault) throw error;
          return { FunctionError: 'Unhandled', Payload: Buffer.from('{"errorMessage":"boom"}') };
        }
      },
    },
  };
  kernel.install(lambda);
  kernel.install(apigatewayv2);
  const resource = (type: string, logicalId: string, properties: object): string => {
    const place: ResourcePlace = {
      stackName: 'S',
      logicalId,
      generatedName: () => `s-${logicalId.toLowerCase()}-abcdefghijkl`,
      assetDirectory: () => undefined,
      metadata: {},
    };
    const made = apigatewayv2.resourceTypes?.[`AWS::ApiGatewayV2::${type}`]?.create(properties, place, kernel.contextFor('apigatewayv2') as Any);
    return (made as { ref: string }).ref;
  };
  const send = async (
    method: string,
    target: string,
    options: { readonly headers?: Record<string, string>; readonly body?: string | Uint8Array; readonly host?: string } = {},
  ) => {
    const request: HttpRequest = {
      method,
      target,
      headers: { host: options.host ?? 'cdefghijkl.execute-api.eu-west-1.amazonaws.com', ...options.headers },
      body: Buffer.from(options.body ?? ''),
    };
    let response: HttpResponse | undefined;
    void apigatewayv2.http?.(request, kernel.contextFor('apigatewayv2') as Any)?.then((answer) => {
      response = answer;
    });
    await kernel.run({ isDone: () => response !== undefined, untilMs: kernel.nowMs() + 40_000 });
    return response && { ...response, text: Buffer.from(response.body).toString() };
  };
  return { kernel, invoked, resource, send };
}

/** The same with an API, a `$default` stage, and routes to the function. */
export function apiWith(
  routes: readonly string[],
  handle?: (event: Any, kernel: Kernel) => unknown,
  options: { readonly api?: object; readonly stage?: object; readonly integration?: object } = {},
) {
  const plane = world(handle);
  const { resource } = plane;
  const ApiId = resource('Api', 'Api', { Name: 'orders', ProtocolType: 'HTTP', ...options.api });
  resource('Stage', 'Stage', { ApiId, StageName: '$default', AutoDeploy: true, ...options.stage });
  const integration = resource('Integration', 'Integration', {
    ApiId,
    IntegrationType: 'AWS_PROXY',
    IntegrationUri: FUNCTION_ARN,
    PayloadFormatVersion: '2.0',
    ...options.integration,
  });
  for (const [index, RouteKey] of routes.entries()) {
    const place: ResourcePlace = {
      stackName: 'S',
      logicalId: `R${index}`,
      generatedName: () => `s-r-route${String(index).padStart(2, '0')}`,
      assetDirectory: () => undefined,
      metadata: {},
    };
    void apigatewayv2.resourceTypes?.['AWS::ApiGatewayV2::Route']?.create(
      { ApiId, RouteKey, Target: `integrations/${integration}` },
      place,
      plane.kernel.contextFor('apigatewayv2') as Any,
    );
  }
  return { ...plane, apiId: ApiId };
}
