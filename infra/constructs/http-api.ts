import { CfnApi, CfnIntegration, CfnRoute, CfnStage } from 'aws-cdk-lib/aws-apigatewayv2';
import { ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { RemovalPolicy, Stack, Validations } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import type { HandlerFunction } from './handler-function.ts';
import { SYSTEM } from './naming.ts';

/** What one stage lets in: a bound, so that a flood is answered with 429 here instead of with throttled functions behind. */
const REQUESTS_PER_SECOND_MAX = 5_000;

/** One line of the access log. @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-logging-variables.html */
const ACCESS_LOG_FORMAT = {
  requestId: '$context.requestId',
  at: '$context.requestTimeEpoch',
  routeKey: '$context.routeKey',
  status: '$context.status',
  latencyMs: '$context.responseLatency',
  integrationError: '$context.integrationErrorMessage',
  ip: '$context.identity.sourceIp',
};

/** A route of the API. */
export interface RouteProps {
  readonly method: 'GET' | 'POST';
  /** `/orders/{orderId}` */
  readonly path: string;
  readonly function: HandlerFunction;
}

/** The way in: an HTTP API whose routes end in functions. Each service adds its own routes, in its own stack. */
export class HttpApi extends Construct {
  /** Base URL, without a slash at the end. */
  readonly url: string;
  readonly #apiId: string;
  readonly #stack: Stack;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.#stack = Stack.of(this);
    const api = new CfnApi(this, 'Api', { name: SYSTEM, protocolType: 'HTTP', description: 'Commands and queries of the order system.' });
    const log = new LogGroup(this, 'AccessLog', {
      logGroupName: `/${SYSTEM}/api-access`,
      retention: RetentionDays.ONE_MONTH,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    new CfnStage(this, 'Stage', {
      apiId: api.ref,
      stageName: '$default',
      autoDeploy: true,
      accessLogSettings: { destinationArn: log.logGroupArn, format: JSON.stringify(ACCESS_LOG_FORMAT) },
      defaultRouteSettings: { throttlingRateLimit: REQUESTS_PER_SECOND_MAX, throttlingBurstLimit: REQUESTS_PER_SECOND_MAX },
    });
    this.#apiId = api.ref;
    this.url = api.attrApiEndpoint;
  }

  /** Routes requests to a function. What it takes is made in `scope`, so that the API's own stack does not change. */
  route(scope: Construct, { method, path, function: target }: RouteProps): void {
    const place = new Construct(scope, `Route ${method} ${path.replaceAll('/', ' ').trim()}`);
    const integration = new CfnIntegration(place, 'Integration', {
      apiId: this.#apiId,
      integrationType: 'AWS_PROXY',
      integrationUri: target.lambda.functionArn,
      payloadFormatVersion: '2.0',
    });
    const route = new CfnRoute(place, 'Route', {
      apiId: this.#apiId,
      routeKey: `${method} ${path}`,
      authorizationType: 'NONE',
      target: `integrations/${integration.ref}`,
    });
    target.lambda.addPermission(`${method} ${path}`, {
      principal: new ServicePrincipal('apigateway.amazonaws.com'),
      sourceArn: this.#stack.formatArn({ service: 'execute-api', resource: this.#apiId, resourceName: `*/${method}${path}` }),
    });
    Validations.of(route).acknowledge({
      id: 'AwsSolutions-APIG4',
      reason: 'The reference application is open on purpose, so that a newcomer can place an order; a deployment for customers sets an authorizer here.',
    });
  }
}
