import type {
  AddPermissionCommandInput,
  AddPermissionCommandOutput,
  GetPolicyCommandInput,
  GetPolicyCommandOutput,
  RemovePermissionCommandInput,
} from '@aws-sdk/client-lambda';
import { refuseAllBut } from '../../../kernel/errors.ts';
import type { PolicyStatement } from '../../../kernel/principal.ts';
import {
  aliasNotFound,
  invalidParameter,
  noPolicyFor,
  noPolicyToChange,
  resourceNotFound,
  revisionDiffers,
  statementExists,
  statementNotFound,
} from '../errors.ts';
import { attachableNamed, findQualified, functionArn, functionNameOf, type Qualified } from '../naming.ts';
import { amendPolicy } from '../policies.ts';
import { keyOf, type Lambda } from '../state.ts';

type Output<T> = Omit<T, '$metadata'>;
/** What a permission says of who may do what. */
export type Permission = Pick<
  AddPermissionCommandInput,
  | 'Action'
  | 'Principal'
  | 'SourceArn'
  | 'SourceAccount'
  | 'StatementId'
  | 'PrincipalOrgID'
  | 'FunctionUrlAuthType'
  | 'EventSourceToken'
  | 'InvokedViaFunctionUrl'
>;

const SERVICE = /^[a-z0-9.-]+\.amazonaws\.com(\.cn)?$/;
const ACCOUNT = /^\d{12}$/;

function principalOf(principal: string): NonNullable<PolicyStatement['Principal']> {
  if (principal === '*') return '*';
  if (SERVICE.test(principal)) return { Service: principal };
  if (ACCOUNT.test(principal)) return { AWS: `arn:aws:iam::${principal}:root` };
  if (principal.startsWith('arn:')) return { AWS: principal };
  throw invalidParameter('The provided principal was invalid. Please check the principal and try again.');
}

/** The statement that a permission becomes. @see https://docs.aws.amazon.com/lambda/latest/dg/access-control-resource-based.html */
export function statementOf(resource: string, permission: Permission): PolicyStatement {
  const { SourceArn: sourceArn, SourceAccount: sourceAccount } = permission;
  const equals = {
    ...(sourceAccount !== undefined && { 'AWS:SourceAccount': sourceAccount }),
    ...(permission.FunctionUrlAuthType !== undefined && { 'lambda:FunctionUrlAuthType': permission.FunctionUrlAuthType }),
    ...(permission.PrincipalOrgID !== undefined && { 'aws:PrincipalOrgID': permission.PrincipalOrgID }),
    ...(permission.EventSourceToken !== undefined && { 'lambda:EventSourceToken': permission.EventSourceToken }),
  };
  const condition = {
    ...(Object.keys(equals).length > 0 && { StringEquals: equals }),
    ...(permission.InvokedViaFunctionUrl !== undefined && { Bool: { 'lambda:InvokedViaFunctionUrl': String(permission.InvokedViaFunctionUrl) } }),
    ...(sourceArn !== undefined && { ArnLike: { 'AWS:SourceArn': sourceArn } }),
  };
  return {
    Sid: permission.StatementId ?? '',
    Effect: 'Allow',
    Principal: principalOf(permission.Principal ?? ''),
    Action: permission.Action ?? '',
    Resource: resource,
    ...(Object.keys(condition).length > 0 && { Condition: condition }),
  };
}

const MEMBERS = [
  'FunctionName',
  'StatementId',
  'Action',
  'Principal',
  'SourceArn',
  'SourceAccount',
  'PrincipalOrgID',
  'FunctionUrlAuthType',
  'EventSourceToken',
  'InvokedViaFunctionUrl',
  'Qualifier',
  'RevisionId',
];

/** What a policy is attached to: its key, and its ARN. */
function attachedTo({ record, alias, qualifier }: Qualified): { readonly key: string; readonly arn: string; readonly revisionId: string } {
  const { arn, revisionId } = alias ?? record;
  return { key: keyOf(record.name, qualifier), arn, revisionId };
}

export function addPermission(input: AddPermissionCommandInput, context: Lambda): Output<AddPermissionCommandOutput> {
  refuseAllBut(MEMBERS, input, { operation: 'AddPermission', page: 'lambda' });
  const { name, qualifier } = functionNameOf(context.kernel, input.FunctionName, input.Qualifier);
  if (qualifier === '$LATEST') throw invalidParameter('We currently do not support adding policies for $LATEST.');
  const { key, arn, revisionId } = attachedTo(attachableNamed(context, name, qualifier));
  const policy = context.state.policies.get(key);
  if (input.RevisionId !== undefined && input.RevisionId !== (policy?.revisionId ?? revisionId)) throw revisionDiffers('GetPolicy');
  const statement = statementOf(arn, input);
  if (policy?.document.Statement.some(({ Sid }) => Sid === input.StatementId)) throw statementExists(input.StatementId ?? '');
  amendPolicy(context, key, [...(policy?.document.Statement ?? []), statement]);
  return { Statement: JSON.stringify(statement) };
}

export function removePermission(input: RemovePermissionCommandInput, context: Lambda): Record<string, never> {
  const { kernel, state } = context;
  const named = functionNameOf(kernel, input.FunctionName, input.Qualifier);
  const found = findQualified(context, named);
  if (!found) {
    const arn = keyOf(functionArn(kernel, named.name), named.qualifier);
    throw state.functions.has(named.name) ? aliasNotFound(arn) : noPolicyFor(arn);
  }
  const { key } = attachedTo(found);
  const policy = state.policies.get(key);
  if (!policy) throw noPolicyToChange();
  const statements = policy.document.Statement.filter(({ Sid }) => Sid !== input.StatementId);
  if (statements.length === policy.document.Statement.length) throw statementNotFound(input.StatementId ?? '');
  if (input.RevisionId !== undefined && input.RevisionId !== policy.revisionId) throw revisionDiffers('GetPolicy');
  amendPolicy(context, key, statements);
  return {};
}

export function getPolicy(input: GetPolicyCommandInput, context: Lambda): Output<GetPolicyCommandOutput> {
  const found = findQualified(context, functionNameOf(context.kernel, input.FunctionName, input.Qualifier));
  const policy = found && context.state.policies.get(attachedTo(found).key);
  if (!policy) throw resourceNotFound();
  return { Policy: JSON.stringify(policy.document), RevisionId: policy.revisionId };
}
