import type { Collection } from '../../kernel/collection.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import type { Context } from '../../kernel/service.ts';
import type { AccessLog } from './access-log.ts';
import { createAccessLog } from './access-log.ts';
import { RoutingTable } from './routing.ts';
import type { TokenBucket } from './throttle.ts';

export type Gateway = Context<GatewayState>;

/** An API's answers to browsers of other origins. @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-cors.html */
export interface Cors {
  readonly allowCredentials: boolean;
  readonly allowHeaders: readonly string[];
  readonly allowMethods: readonly string[];
  readonly allowOrigins: readonly string[];
  readonly exposeHeaders: readonly string[];
  readonly maxAgeSeconds: number | undefined;
}

export interface Api {
  readonly apiId: string;
  readonly name: string;
  readonly description: string | undefined;
  readonly cors: Cors | undefined;
  readonly isEndpointDisabled: boolean;
  readonly createdMs: number;
}

/** How fast a stage or one of its routes may be called: a bucket of `burst` tokens that `ratePerSecond` refill. */
export interface Throttling {
  readonly ratePerSecond: number | undefined;
  readonly burst: number | undefined;
}

export interface Stage {
  readonly apiId: string;
  readonly stageName: string;
  readonly description: string | undefined;
  /** With it the stage always has the API's present routes; without, those of its deployment. */
  readonly isAutoDeployed: boolean;
  readonly deploymentId: string | undefined;
  readonly accessLog: { readonly destinationArn: string; readonly format: string } | undefined;
  readonly throttling: Throttling;
  readonly routeThrottling: Readonly<Record<string, Throttling>>;
  readonly variables: Readonly<Record<string, string>>;
  readonly createdMs: number;
}

export interface Route {
  readonly apiId: string;
  readonly routeId: string;
  /** `GET /orders/{orderId}`, `ANY /{proxy+}` or `$default` */
  readonly routeKey: string;
  readonly integrationId: string | undefined;
}

export interface Integration {
  readonly apiId: string;
  readonly integrationId: string;
  readonly uri: string;
  readonly functionArn: string;
  readonly timeoutMs: number;
  readonly description: string | undefined;
}

/** Routes and integrations as they were when the deployment was made. */
export interface Deployment {
  readonly apiId: string;
  readonly deploymentId: string;
  readonly description: string | undefined;
  readonly routes: readonly Route[];
  readonly integrations: readonly Integration[];
}

export interface GatewayState {
  readonly apis: Collection<Api>;
  /** Below, by API id and their own id, with a slash between. */
  readonly stages: Collection<Stage>;
  readonly routes: Collection<Route>;
  readonly integrations: Collection<Integration>;
  readonly deployments: Collection<Deployment>;
  /** Derived: by API id, or by API id and deployment id. Forgotten when the API changes. */
  readonly routing: Map<string, RoutingTable>;
  /** Derived: by API id, stage and, where it has its own limit, route. */
  readonly buckets: Map<string, TokenBucket>;
  readonly accessLog: AccessLog;
}

export function createState(kernel: Kernel): GatewayState {
  return {
    apis: kernel.collection('apigatewayv2.apis'),
    stages: kernel.collection('apigatewayv2.stages'),
    routes: kernel.collection('apigatewayv2.routes'),
    integrations: kernel.collection('apigatewayv2.integrations'),
    deployments: kernel.collection('apigatewayv2.deployments'),
    routing: new Map(),
    buckets: new Map(),
    accessLog: createAccessLog(kernel),
  };
}

/** Key of what belongs to an API. */
export const ownKey = (apiId: string, id: string): string => `${apiId}/${id}`;

/** What belongs to an API, in the order in which it was made. */
export function ofApi<Owned extends { readonly apiId: string }>(collection: Collection<Owned>, apiId: string): Owned[] {
  return [...collection.values()].filter((owned) => owned.apiId === apiId);
}

/** Says that an API's routes, integrations or stages changed. */
export function forget(state: GatewayState, apiId: string): void {
  for (const derived of [state.routing, state.buckets]) {
    for (const key of derived.keys()) if (key === apiId || key.startsWith(`${apiId}/`)) derived.delete(key);
  }
}

/** The routes that a stage serves. */
export function routingOf(state: GatewayState, stage: Stage): RoutingTable {
  const { apiId, deploymentId } = stage;
  const key = stage.isAutoDeployed ? apiId : ownKey(apiId, deploymentId ?? '');
  const known = state.routing.get(key);
  if (known) return known;
  const deployment = deploymentId === undefined ? undefined : state.deployments.get(ownKey(apiId, deploymentId));
  const source = stage.isAutoDeployed
    ? { routes: ofApi(state.routes, apiId), integrations: ofApi(state.integrations, apiId) }
    : (deployment ?? { routes: [], integrations: [] });
  const table = new RoutingTable(source.routes, source.integrations);
  state.routing.set(key, table);
  return table;
}
