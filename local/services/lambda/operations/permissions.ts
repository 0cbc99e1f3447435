import type {
  AddPermissionCommandInput,
  AddPermissionCommandOutput,
  GetPolicyCommandInput,
  GetPolicyCommandOutput,
  RemovePermissionCommandInput,
} from '@aws-sdk/client-lambda';
import { refuseAllBut } from '../../../kernel/errors.ts';
import type { PolicyStatement } from '../../../kernel/principal.ts';
import { noPolicy, statementExists, statementNotFound } from '../errors.ts';
import { functionNamed } from '../naming.ts';
import { amendFunction, type FunctionRecord, type Lambda } from '../state.ts';

type Output<T> = Omit<T, '$metadata'>;
type Permission = Pick<AddPermissionCommandInput, 'Action' | 'Principal' | 'SourceArn' | 'SourceAccount' | 'StatementId'>;

/** The statement that a permission becomes. @see https://docs.aws.amazon.com/lambda/latest/dg/access-control-resource-based.html */
export function statementOf(record: FunctionRecord, permission: Permission): PolicyStatement {
  const { Principal: principal = '', SourceArn: sourceArn, SourceAccount: sourceAccount } = permission;
  const condition = {
    ...(sourceAccount !== undefined && { StringEquals: { 'AWS:SourceAccount': sourceAccount } }),
    ...(sourceArn !== undefined && { ArnLike: { 'AWS:SourceArn': sourceArn } }),
  };
  const account = /^\d{12}$/.test(principal) ? `arn:aws:iam::${principal}:root` : principal;
  return {
    Sid: permission.StatementId ?? '',
    Effect: 'Allow',
    Principal: principal === '*' ? '*' : principal.endsWith('.amazonaws.com') ? { Service: principal } : { AWS: account },
    Action: permission.Action ?? '',
    Resource: record.arn,
    ...(Object.keys(condition).length > 0 && { Condition: condition }),
  };
}

export function addPermission(input: AddPermissionCommandInput, context: Lambda): Output<AddPermissionCommandOutput> {
  const members = ['FunctionName', 'StatementId', 'Action', 'Principal', 'SourceArn', 'SourceAccount', 'Qualifier', 'RevisionId'];
  refuseAllBut(members, input, { operation: 'AddPermission', page: 'lambda' });
  const record = functionNamed(context, input.FunctionName, input.Qualifier);
  if (record.policy.some(({ Sid }) => Sid === input.StatementId)) throw statementExists(input.StatementId ?? '');
  const statement = statementOf(record, input);
  amendFunction(context, record, { policy: [...record.policy, statement] });
  return { Statement: JSON.stringify(statement) };
}

export function removePermission(input: RemovePermissionCommandInput, context: Lambda): Record<string, never> {
  const record = functionNamed(context, input.FunctionName, input.Qualifier);
  const policy = record.policy.filter(({ Sid }) => Sid !== input.StatementId);
  if (policy.length === record.policy.length) throw statementNotFound(input.StatementId ?? '');
  amendFunction(context, record, { policy });
  return {};
}

export function getPolicy(input: GetPolicyCommandInput, context: Lambda): Output<GetPolicyCommandOutput> {
  const record = functionNamed(context, input.FunctionName, input.Qualifier);
  if (record.policy.length === 0) throw noPolicy();
  return { Policy: JSON.stringify({ Version: '2012-10-17', Id: 'default', Statement: record.policy }), RevisionId: record.revisionId };
}
