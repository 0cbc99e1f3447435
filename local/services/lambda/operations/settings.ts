import type {
  GetFunctionRecursionConfigCommandInput,
  GetFunctionRecursionConfigCommandOutput,
  GetRuntimeManagementConfigCommandInput,
  GetRuntimeManagementConfigCommandOutput,
  PutFunctionRecursionConfigCommandInput,
  PutFunctionRecursionConfigCommandOutput,
  PutRuntimeManagementConfigCommandInput,
  PutRuntimeManagementConfigCommandOutput,
} from '@aws-sdk/client-lambda';
import { refuseAllBut } from '../../../kernel/errors.ts';
import { invalidParameter } from '../errors.ts';
import { functionNamed, qualifiedNamed } from '../naming.ts';
import type { FunctionRecord } from '../records.ts';
import { amendFunction, keyOf, type Lambda } from '../state.ts';

type Output<T> = Omit<T, '$metadata'>;

/** Kept and shown. Differs from AWS: loops are not detected, so that none is stopped. */
export function putFunctionRecursionConfig(input: PutFunctionRecursionConfigCommandInput, context: Lambda): Output<PutFunctionRecursionConfigCommandOutput> {
  const recursiveLoop = input.RecursiveLoop ?? 'Terminate';
  amendFunction(context, functionNamed(context, input.FunctionName), { recursiveLoop });
  return { RecursiveLoop: recursiveLoop };
}

export function getFunctionRecursionConfig(input: GetFunctionRecursionConfigCommandInput, context: Lambda): Output<GetFunctionRecursionConfigCommandOutput> {
  return { RecursiveLoop: functionNamed(context, input.FunctionName).recursiveLoop };
}

/** Kept and shown. Differs from AWS: a runtime is the Node.js of this machine, so that it never changes by itself. */
export function putRuntimeManagementConfig(input: PutRuntimeManagementConfigCommandInput, context: Lambda): Output<PutRuntimeManagementConfigCommandOutput> {
  refuseAllBut(['FunctionName', 'Qualifier', 'UpdateRuntimeOn', 'RuntimeVersionArn'], input, { operation: 'PutRuntimeManagementConfig', page: 'lambda' });
  const { record } = qualifiedNamed(context, input.FunctionName, input.Qualifier);
  const { UpdateRuntimeOn: updateRuntimeOn = 'Auto', RuntimeVersionArn: runtimeVersionArn } = input;
  if (updateRuntimeOn === 'Manual' && runtimeVersionArn === undefined) {
    throw invalidParameter('RuntimeVersionArn is required when UpdateRuntimeOn is set to Manual');
  }
  if (updateRuntimeOn !== 'Manual' && runtimeVersionArn !== undefined) {
    throw invalidParameter('RuntimeVersionArn can only be set when UpdateRuntimeOn is set to Manual');
  }
  const runtimeManagement = { updateRuntimeOn, runtimeVersionArn };
  const version = context.state.versions.get(keyOf(record.name, record.version));
  if (version) context.state.versions.put(keyOf(record.name, record.version), { ...version, runtimeManagement });
  else amendFunction(context, record, { runtimeManagement });
  return shown({ ...record, runtimeManagement }) as Output<PutRuntimeManagementConfigCommandOutput>;
}

export function getRuntimeManagementConfig(input: GetRuntimeManagementConfigCommandInput, context: Lambda): Output<GetRuntimeManagementConfigCommandOutput> {
  return shown(qualifiedNamed(context, input.FunctionName, input.Qualifier).record);
}

function shown(record: FunctionRecord): Output<GetRuntimeManagementConfigCommandOutput> {
  const { updateRuntimeOn, runtimeVersionArn: own } = record.runtimeManagement;
  return {
    FunctionArn: record.arn,
    UpdateRuntimeOn: updateRuntimeOn as 'Auto',
    ...(own !== undefined && { RuntimeVersionArn: own }),
  };
}
