import type { ApiGatewayV2 } from '@aws-sdk/client-apigatewayv2';
import type { OperationsOf, Service } from '../../kernel/service.ts';
import { answerHttp } from './http.ts';
import { getApi, getApis, getIntegrations, getRoutes, getStages } from './operations/looking.ts';
import { resourceTypes } from './resources.ts';
import { createState, type GatewayState } from './state.ts';

const operations: Partial<OperationsOf<ApiGatewayV2, GatewayState>> = {
  GetApi: getApi,
  GetApis: getApis,
  GetRoutes: getRoutes,
  GetIntegrations: getIntegrations,
  GetStages: getStages,
};

/** What each operation reads, below `/apis`. */
const PATHS: Readonly<Record<string, string>> = { GetRoutes: '/routes', GetIntegrations: '/integrations', GetStages: '/stages' };

/** API Gateway's HTTP APIs. */
export const apigatewayv2: Service<GatewayState> = {
  name: 'apigatewayv2',
  arnService: 'apigateway',
  createState,
  operations,
  access(operation, input: { readonly ApiId?: string }, { kernel }) {
    // Its ARNs have no account. @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonapigatewaymanagementv2.html
    const resource = `arn:${kernel.partition}:apigateway:${kernel.region}::/apis${input.ApiId === undefined ? '' : `/${input.ApiId}`}${PATHS[operation] ?? ''}`;
    return [{ action: 'apigateway:GET', resource }];
  },
  resourceTypes,
  http: answerHttp,
};
