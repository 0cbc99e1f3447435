import type {
  DeleteParameterCommandInput,
  DeleteParameterCommandOutput,
  GetParameterCommandInput,
  GetParameterCommandOutput,
  GetParametersByPathCommandInput,
  GetParametersByPathCommandOutput,
  GetParametersCommandInput,
  GetParametersCommandOutput,
  PutParameterCommandInput,
  PutParameterCommandOutput,
  Parameter as WireParameter,
} from '@aws-sdk/client-ssm';
import { NotEmulated, refuseAllBut } from '../../../kernel/errors.ts';
import type { Context } from '../../../kernel/service.ts';
import { parameterAlreadyExists, parameterNotFound } from '../errors.ts';
import { checkName, checkValue } from '../rules.ts';
import { type Parameter, putParameter as put, type SsmState } from '../state.ts';

type Ssm = Context<SsmState>;
type Output<T> = Omit<T, '$metadata'>;

function wireParameter(parameter: Parameter, { kernel }: Ssm): WireParameter {
  return {
    Name: parameter.name,
    Type: parameter.type,
    Value: parameter.value,
    Version: parameter.version,
    LastModifiedDate: new Date(parameter.lastModifiedMs),
    ARN: kernel.arn('ssm', `parameter/${parameter.name.replace(/^\//, '')}`),
    DataType: parameter.dataType,
  };
}

export function getParameter(input: GetParameterCommandInput, context: Ssm): Output<GetParameterCommandOutput> {
  const found = context.state.parameters.get(input.Name ?? '');
  if (!found) throw parameterNotFound();
  return { Parameter: wireParameter(found, context) };
}

export function getParameters(input: GetParametersCommandInput, context: Ssm): Output<GetParametersCommandOutput> {
  const names = input.Names ?? [];
  const found = names.map((name) => context.state.parameters.get(name)).filter((parameter) => parameter !== undefined);
  return {
    Parameters: found.map((parameter) => wireParameter(parameter, context)),
    InvalidParameters: names.filter((name) => !context.state.parameters.has(name)),
  };
}

/** Up to 10 parameters a page, in the order of their names. @see https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParametersByPath.html */
const PAGE_MAX = 10;

export function getParametersByPath(input: GetParametersByPathCommandInput, context: Ssm): Output<GetParametersByPathCommandOutput> {
  refuseAllBut(['Path', 'Recursive', 'MaxResults', 'NextToken', 'WithDecryption'], input, { operation: 'GetParametersByPath', page: 'ssm' });
  const path = (input.Path ?? '/').replace(/\/*$/, '/');
  const isBelow = (name: string): boolean => name.startsWith(path) && (input.Recursive === true || !name.slice(path.length).includes('/'));
  const after = input.NextToken ?? '';
  const names = [...context.state.parameters.keys()].filter((name) => isBelow(name) && name > after).sort();
  const page = names.slice(0, input.MaxResults ?? PAGE_MAX);
  const parameters = page.map((name) => context.state.parameters.get(name)).filter((parameter) => parameter !== undefined);
  return {
    Parameters: parameters.map((parameter) => wireParameter(parameter, context)),
    ...(page.length < names.length && { NextToken: page.at(-1) }),
  };
}

export function putParameter(input: PutParameterCommandInput, context: Ssm): Output<PutParameterCommandOutput> {
  refuseAllBut(['Name', 'Value', 'Type', 'Description', 'Overwrite', 'DataType', 'Tier'], input, { operation: 'PutParameter', page: 'ssm' });
  if (input.Type === 'SecureString') throw new NotEmulated('PutParameter with Type SecureString', 'ssm');
  const { Name: name = '', Value: value = '' } = input;
  checkName(name);
  checkValue(value);
  const existing = context.state.parameters.get(name);
  if (existing && input.Overwrite !== true) throw parameterAlreadyExists();
  const version = put(context.state, {
    name,
    value,
    type: input.Type ?? existing?.type ?? 'String',
    description: input.Description,
    dataType: input.DataType ?? 'text',
    lastModifiedMs: context.kernel.nowMs(),
  });
  return { Version: version, Tier: 'Standard' };
}

export function deleteParameter(input: DeleteParameterCommandInput, context: Ssm): Output<DeleteParameterCommandOutput> {
  if (!context.state.parameters.delete(input.Name ?? '')) throw parameterNotFound();
  return {};
}
