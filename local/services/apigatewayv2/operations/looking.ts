import type {
  GetApiCommandInput,
  GetApiCommandOutput,
  GetApisCommandInput,
  GetApisCommandOutput,
  GetIntegrationsCommandInput,
  GetIntegrationsCommandOutput,
  GetRoutesCommandInput,
  GetRoutesCommandOutput,
  GetStagesCommandInput,
  GetStagesCommandOutput,
  Api as WireApi,
} from '@aws-sdk/client-apigatewayv2';
import { refuseAllBut } from '../../../kernel/errors.ts';
import { apiEndpoint } from '../endpoint.ts';
import { apiNotFound } from '../errors.ts';
import { type Api, type Gateway, ofApi } from '../state.ts';

type Output<T> = Omit<T, '$metadata'>;

/** Lists are answered whole, so that there never is a token to go on with. */
const PAGING = ['MaxResults'];

function checkApiId(operation: string, input: { readonly ApiId?: string | undefined }, { state }: Gateway): string {
  refuseAllBut(['ApiId', ...PAGING], input, { operation, page: 'apigatewayv2' });
  const apiId = input.ApiId ?? '';
  if (!state.apis.has(apiId)) throw apiNotFound(apiId);
  return apiId;
}

function wireApi(api: Api, { kernel }: Gateway): WireApi {
  const { cors } = api;
  return {
    ApiId: api.apiId,
    ApiEndpoint: apiEndpoint(api.apiId, kernel.region),
    Name: api.name,
    ProtocolType: 'HTTP',
    RouteSelectionExpression: '$request.method $request.path',
    ApiKeySelectionExpression: '$request.header.x-api-key',
    CreatedDate: new Date(api.createdMs),
    DisableExecuteApiEndpoint: api.isEndpointDisabled,
    ...(api.description !== undefined && { Description: api.description }),
    ...(cors && {
      CorsConfiguration: {
        AllowCredentials: cors.allowCredentials,
        AllowHeaders: [...cors.allowHeaders],
        AllowMethods: [...cors.allowMethods],
        AllowOrigins: [...cors.allowOrigins],
        ExposeHeaders: [...cors.exposeHeaders],
        MaxAge: cors.maxAgeSeconds,
      },
    }),
  };
}

/** Answers one API. */
export function getApi(input: GetApiCommandInput, context: Gateway): Output<GetApiCommandOutput> {
  return wireApi(context.state.apis.get(checkApiId('GetApi', input, context)) as Api, context);
}

/** Answers all APIs. */
export function getApis(input: GetApisCommandInput, context: Gateway): Output<GetApisCommandOutput> {
  refuseAllBut(PAGING, input, { operation: 'GetApis', page: 'apigatewayv2' });
  return { Items: [...context.state.apis.values()].map((api) => wireApi(api, context)) };
}

/** Answers the routes of an API. */
export function getRoutes(input: GetRoutesCommandInput, context: Gateway): Output<GetRoutesCommandOutput> {
  const apiId = checkApiId('GetRoutes', input, context);
  const items = ofApi(context.state.routes, apiId).map(({ routeId, routeKey, integrationId }) => ({
    RouteId: routeId,
    RouteKey: routeKey,
    AuthorizationType: 'NONE' as const,
    ApiKeyRequired: false,
    Target: integrationId && `integrations/${integrationId}`,
  }));
  return { Items: items };
}

/** Answers the integrations of an API. */
export function getIntegrations(input: GetIntegrationsCommandInput, context: Gateway): Output<GetIntegrationsCommandOutput> {
  const apiId = checkApiId('GetIntegrations', input, context);
  const items = ofApi(context.state.integrations, apiId).map(({ integrationId, uri, timeoutMs, description }) => ({
    IntegrationId: integrationId,
    IntegrationType: 'AWS_PROXY' as const,
    IntegrationMethod: 'POST',
    IntegrationUri: uri,
    ConnectionType: 'INTERNET' as const,
    PayloadFormatVersion: '2.0',
    TimeoutInMillis: timeoutMs,
    Description: description,
  }));
  return { Items: items };
}

/** Answers the stages of an API. */
export function getStages(input: GetStagesCommandInput, context: Gateway): Output<GetStagesCommandOutput> {
  const apiId = checkApiId('GetStages', input, context);
  const items = ofApi(context.state.stages, apiId).map((stage) => ({
    StageName: stage.stageName,
    AutoDeploy: stage.isAutoDeployed,
    CreatedDate: new Date(stage.createdMs),
    DeploymentId: stage.deploymentId,
    Description: stage.description,
    StageVariables: { ...stage.variables },
    DefaultRouteSettings: { DetailedMetricsEnabled: false, ThrottlingBurstLimit: stage.throttling.burst, ThrottlingRateLimit: stage.throttling.ratePerSecond },
    ...(stage.accessLog && { AccessLogSettings: { DestinationArn: stage.accessLog.destinationArn, Format: stage.accessLog.format } }),
  }));
  return { Items: items };
}
