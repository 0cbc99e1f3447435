import type { SSM } from '@aws-sdk/client-ssm';
import type { OperationsOf, Service } from '../../kernel/service.ts';
import { deleteParameter, getParameter, getParameters, getParametersByPath, putParameter } from './operations/parameters.ts';
import { parameterResource } from './resources.ts';
import { createState, type SsmState } from './state.ts';

const operations: Partial<OperationsOf<SSM, SsmState>> = {
  GetParameter: getParameter,
  GetParameters: getParameters,
  GetParametersByPath: getParametersByPath,
  PutParameter: putParameter,
  DeleteParameter: deleteParameter,
};

/** Systems Manager: Parameter Store. */
export const ssm: Service<SsmState> = {
  name: 'ssm',
  arnService: 'ssm',
  createState,
  operations,
  access(operation, input, { kernel }) {
    const names: string[] = input.Names ?? [input.Name ?? input.Path ?? ''];
    return names.map((name) => ({ action: `ssm:${operation}`, resource: kernel.arn('ssm', `parameter/${name.replace(/^\//, '')}`) }));
  },
  resourceTypes: { 'AWS::SSM::Parameter': parameterResource },
};
