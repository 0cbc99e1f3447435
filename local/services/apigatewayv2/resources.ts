import type { Properties, ResourcePlace, ResourceType } from '../../kernel/resource.ts';
import { apiEndpoint } from './endpoint.ts';
import { badRequest } from './errors.ts';
import { checkApi, checkIntegration, checkRoute } from './rules.ts';
import { type Cors, forget, type GatewayState, ofApi, ownKey, type Throttling } from './state.ts';

/** An id as long as AWS's that stays the same from run to run, so that URLs do. */
const stableId = (place: ResourcePlace, length: number): string => place.generatedName({ lengthMax: 128, isLowerCase: true }).slice(-length);

const API_ID_LENGTH = 10;
const OWNED_ID_LENGTH = 7;

function corsOf(cors: Properties | undefined): Cors | undefined {
  if (!cors) return undefined;
  const {
    AllowCredentials: allowCredentials = false,
    AllowHeaders: allowHeaders = [],
    AllowMethods: allowMethods = [],
    AllowOrigins: allowOrigins = [],
  } = cors;
  return {
    allowCredentials: String(allowCredentials) === 'true',
    allowHeaders,
    allowMethods,
    allowOrigins,
    exposeHeaders: cors['ExposeHeaders'] ?? [],
    maxAgeSeconds: cors['MaxAge'],
  };
}

/** @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-apigatewayv2-api.html */
const api: ResourceType<GatewayState> = {
  properties: ['Name', 'ProtocolType', 'Description', 'CorsConfiguration', 'DisableExecuteApiEndpoint'],
  inert: {
    Tags: 'nothing here reads tags',
    IpAddressType: 'the plane has one address',
    FailOnWarnings: 'nothing is imported',
    RouteSelectionExpression: 'HTTP APIs have one only',
  },
  create(properties, place, { kernel, state }) {
    checkApi(properties);
    const apiId = stableId(place, API_ID_LENGTH);
    state.apis.put(apiId, {
      apiId,
      name: properties['Name'],
      description: properties['Description'],
      cors: corsOf(properties['CorsConfiguration']),
      isEndpointDisabled: String(properties['DisableExecuteApiEndpoint']) === 'true',
      createdMs: kernel.nowMs(),
    });
    return { ref: apiId, attributes: { ApiId: apiId, ApiEndpoint: apiEndpoint(apiId, kernel.region) } };
  },
  update(properties, previous, physical, _place, { state }) {
    if (properties['ProtocolType'] !== previous['ProtocolType']) return 'replace';
    const existing = state.apis.get(physical.ref);
    if (!existing) return 'replace';
    state.apis.put(physical.ref, {
      ...existing,
      name: properties['Name'],
      description: properties['Description'],
      cors: corsOf(properties['CorsConfiguration']),
      isEndpointDisabled: String(properties['DisableExecuteApiEndpoint']) === 'true',
    });
    return physical;
  },
  delete(physical, _properties, { state }) {
    state.apis.delete(physical.ref);
    forget(state, physical.ref);
  },
};

const throttlingOf = (settings: Properties | undefined): Throttling => ({
  ratePerSecond: settings?.['ThrottlingRateLimit'],
  burst: settings?.['ThrottlingBurstLimit'],
});

/** @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-apigatewayv2-stage.html */
const stage: ResourceType<GatewayState> = {
  properties: [
    'ApiId',
    'StageName',
    'AutoDeploy',
    'DeploymentId',
    'Description',
    'AccessLogSettings',
    'DefaultRouteSettings',
    'RouteSettings',
    'StageVariables',
  ],
  inert: { Tags: 'nothing here reads tags' },
  create(properties, _place, { kernel, state }) {
    const { ApiId: apiId, StageName: stageName, AccessLogSettings: log } = properties;
    const key = ownKey(apiId, stageName);
    state.stages.put(key, {
      apiId,
      stageName,
      description: properties['Description'],
      isAutoDeployed: String(properties['AutoDeploy']) === 'true',
      deploymentId: properties['DeploymentId'],
      accessLog: log?.DestinationArn && log.Format ? { destinationArn: log.DestinationArn, format: log.Format } : undefined,
      throttling: throttlingOf(properties['DefaultRouteSettings']),
      routeThrottling: Object.fromEntries(
        Object.entries<Properties>(properties['RouteSettings'] ?? {}).map(([routeKey, settings]) => [routeKey, throttlingOf(settings)]),
      ),
      variables: properties['StageVariables'] ?? {},
      createdMs: state.stages.get(key)?.createdMs ?? kernel.nowMs(),
    });
    forget(state, apiId);
    return { ref: stageName, attributes: { StageName: stageName } };
  },
  update(properties, previous, _physical, place, context) {
    if (properties['ApiId'] !== previous['ApiId'] || properties['StageName'] !== previous['StageName']) return 'replace';
    return this.create(properties, place, context);
  },
  delete(physical, properties, { state }) {
    state.stages.delete(ownKey(properties['ApiId'], physical.ref));
    forget(state, properties['ApiId']);
  },
};

/** @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-apigatewayv2-integration.html */
const integration: ResourceType<GatewayState> = {
  properties: ['ApiId', 'IntegrationType', 'IntegrationUri', 'PayloadFormatVersion', 'TimeoutInMillis', 'Description'],
  inert: { IntegrationMethod: 'a function is always invoked with POST', ConnectionType: 'a function is reached without a connection' },
  create(properties, place, context) {
    return put(properties, stableId(place, OWNED_ID_LENGTH), context.state);
  },
  update(properties, previous, physical, _place, { state }) {
    return properties['ApiId'] === previous['ApiId'] ? put(properties, physical.ref, state) : 'replace';
  },
  delete(physical, properties, { state }) {
    state.integrations.delete(ownKey(properties['ApiId'], physical.ref));
    forget(state, properties['ApiId']);
  },
};

function put(properties: Properties, integrationId: string, state: GatewayState): { ref: string; attributes: Record<string, string> } {
  const { ApiId: apiId, IntegrationUri: uri, TimeoutInMillis: timeoutMs = 30_000, Description: description } = properties;
  const functionArn = checkIntegration(properties);
  state.integrations.put(ownKey(apiId, integrationId), { apiId, integrationId, uri, functionArn, timeoutMs: Number(timeoutMs), description });
  forget(state, apiId);
  return { ref: integrationId, attributes: { IntegrationId: integrationId } };
}

/** @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-apigatewayv2-route.html */
const route: ResourceType<GatewayState> = {
  properties: ['ApiId', 'RouteKey', 'Target', 'AuthorizationType'],
  inert: { OperationName: 'it is a name for people' },
  create(properties, place, { state }) {
    return putRoute(properties, stableId(place, OWNED_ID_LENGTH), state);
  },
  update(properties, previous, physical, _place, { state }) {
    return properties['ApiId'] === previous['ApiId'] ? putRoute(properties, physical.ref, state) : 'replace';
  },
  delete(physical, properties, { state }) {
    state.routes.delete(ownKey(properties['ApiId'], physical.ref));
    forget(state, properties['ApiId']);
  },
};

function putRoute(properties: Properties, routeId: string, state: GatewayState): { ref: string; attributes: Record<string, string> } {
  checkRoute(properties);
  const { ApiId: apiId, RouteKey: routeKey, Target: target } = properties;
  const other = ofApi(state.routes, apiId).find((existing) => existing.routeKey === routeKey && existing.routeId !== routeId);
  if (other) throw badRequest(`Route with key ${routeKey} already exists for this API`);
  state.routes.put(ownKey(apiId, routeId), { apiId, routeId, routeKey, integrationId: target?.replace(/^integrations\//, '') });
  forget(state, apiId);
  return { ref: routeId, attributes: { RouteId: routeId } };
}

/** @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-apigatewayv2-deployment.html */
const deployment: ResourceType<GatewayState> = {
  properties: ['ApiId', 'Description', 'StageName'],
  create(properties, place, { state }) {
    const { ApiId: apiId, StageName: stageName, Description: description } = properties;
    const deploymentId = stableId(place, OWNED_ID_LENGTH);
    state.deployments.put(ownKey(apiId, deploymentId), {
      apiId,
      deploymentId,
      description,
      routes: ofApi(state.routes, apiId),
      integrations: ofApi(state.integrations, apiId),
    });
    const target = stageName === undefined ? undefined : state.stages.get(ownKey(apiId, stageName));
    if (target) state.stages.put(ownKey(apiId, stageName), { ...target, deploymentId });
    forget(state, apiId);
    return { ref: deploymentId, attributes: { DeploymentId: deploymentId } };
  },
  update(properties, previous, physical) {
    return properties['ApiId'] === previous['ApiId'] && properties['StageName'] === previous['StageName'] ? physical : 'replace';
  },
  delete(physical, properties, { state }) {
    state.deployments.delete(ownKey(properties['ApiId'], physical.ref));
    forget(state, properties['ApiId']);
  },
};

export const resourceTypes: Readonly<Record<string, ResourceType<GatewayState>>> = {
  'AWS::ApiGatewayV2::Api': api,
  'AWS::ApiGatewayV2::Stage': stage,
  'AWS::ApiGatewayV2::Integration': integration,
  'AWS::ApiGatewayV2::Route': route,
  'AWS::ApiGatewayV2::Deployment': deployment,
};
