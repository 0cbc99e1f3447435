import { parseArn } from '../../kernel/arn.ts';
import { NotEmulated } from '../../kernel/errors.ts';
import type { Properties } from '../../kernel/resource.ts';
import { badRequest } from './errors.ts';

/** @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html */
const TIMEOUT_MS = { min: 50, max: 30_000 };

/** `GET /orders/{orderId}`, `ANY /{proxy+}` or `$default`. */
const ROUTE_KEY = /^(\$default|(GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS|ANY) \/\S*)$/;

/** A greedy variable takes all that follows, so nothing can. */
const GREEDY_INSIDE = /\+\}./;

/** Checks the properties of an integration and answers the function it leads to. */
export function checkIntegration(properties: Properties): string {
  const { IntegrationType: type, IntegrationUri: uri, PayloadFormatVersion: version = '1.0', TimeoutInMillis: timeoutMs = TIMEOUT_MS.max } = properties;
  if (type !== 'AWS_PROXY') throw new NotEmulated(`AWS::ApiGatewayV2::Integration with IntegrationType ${type}`, 'apigatewayv2');
  if (version !== '2.0') throw new NotEmulated(`AWS::ApiGatewayV2::Integration with PayloadFormatVersion ${version}`, 'apigatewayv2');
  if (timeoutMs < TIMEOUT_MS.min || timeoutMs > TIMEOUT_MS.max) throw badRequest('Timeout should be between 50 ms and 30000 ms');
  // Templates name the function, or API Gateway's path to it.
  const functionArn = /\/functions\/(arn:[^/]+)\/invocations$/.exec(String(uri))?.[1] ?? String(uri);
  if (parseArn(functionArn)?.service !== 'lambda') throw new NotEmulated(`AWS::ApiGatewayV2::Integration with IntegrationUri ${uri}`, 'apigatewayv2');
  return functionArn;
}

export function checkRoute({ RouteKey: routeKey, AuthorizationType: authorization = 'NONE' }: Properties): void {
  if (authorization !== 'NONE') throw new NotEmulated(`AWS::ApiGatewayV2::Route with AuthorizationType ${authorization}`, 'apigatewayv2');
  if (!ROUTE_KEY.test(routeKey) || GREEDY_INSIDE.test(routeKey)) {
    throw badRequest('The provided route key is not formatted properly for HTTP protocol. Format should be "<HTTP METHOD> /<RESOURCE PATH>" or "$default"');
  }
}

export function checkApi({ ProtocolType: protocol }: Properties): void {
  if (protocol !== 'HTTP') throw new NotEmulated(`AWS::ApiGatewayV2::Api with ProtocolType ${protocol}`, 'apigatewayv2');
}
