import type {
  DeleteResourcePolicyCommandInput,
  DeleteResourcePolicyCommandOutput,
  GetResourcePolicyCommandInput,
  GetResourcePolicyCommandOutput,
  PutResourcePolicyCommandInput,
  PutResourcePolicyCommandOutput,
} from '@aws-sdk/client-dynamodb';
import { refuseAllBut } from '../../../kernel/errors.ts';
import type { PolicyDocument } from '../../../kernel/principal.ts';
import type { Context } from '../../../kernel/service.ts';
import { readPolicyDocument } from '../../../languages/policy/document.ts';
import { policyNotFound, resourceArnNotFound, validation } from '../errors.ts';
import { changeTable, type DynamoDbState } from '../state.ts';

type DynamoDb = Context<DynamoDbState>;

/** A table or a stream, as far as its policy goes. */
interface PolicyHolder {
  readonly policy: PolicyDocument | undefined;
  setPolicy(policy: PolicyDocument | undefined): void;
}

function holderOf(arn: string | undefined, { state, kernel }: DynamoDb): PolicyHolder & { readonly revision: string } {
  const stream = state.streams.get(arn ?? '');
  if (stream) {
    const setPolicy = (policy: PolicyDocument | undefined): void => {
      stream.policy = policy;
      state.streams.touch(stream.arn);
    };
    return { policy: stream.policy, setPolicy, revision: String(stream.createdMs) };
  }
  const table = [...state.tables.values()].find(({ record }) => record.arn === arn);
  if (!table) throw resourceArnNotFound(arn ?? '');
  return {
    policy: table.record.policy,
    revision: table.record.policyRevision ?? '',
    setPolicy: (policy) => changeTable(state, table, { policy, policyRevision: policy && String(kernel.nowMs()) }),
  };
}

export function putResourcePolicy(input: PutResourcePolicyCommandInput, context: DynamoDb): Omit<PutResourcePolicyCommandOutput, '$metadata'> {
  refuseAllBut(['ResourceArn', 'Policy'], input, { operation: 'PutResourcePolicy', page: 'dynamodb' });
  holderOf(input.ResourceArn, context).setPolicy(readPolicy(input.Policy ?? ''));
  return { RevisionId: holderOf(input.ResourceArn, context).revision };
}

/** Reads a resource policy from its text. */
export function readPolicy(text: string): PolicyDocument {
  const policy = readPolicyDocument(text);
  if (!policy) throw validation('Resource policy is not valid JSON');
  return policy;
}

export function getResourcePolicy(input: GetResourcePolicyCommandInput, context: DynamoDb): Omit<GetResourcePolicyCommandOutput, '$metadata'> {
  const { policy, revision } = holderOf(input.ResourceArn, context);
  if (!policy) throw policyNotFound(input.ResourceArn ?? '');
  return { Policy: JSON.stringify(policy), RevisionId: revision };
}

export function deleteResourcePolicy(input: DeleteResourcePolicyCommandInput, context: DynamoDb): Omit<DeleteResourcePolicyCommandOutput, '$metadata'> {
  refuseAllBut(['ResourceArn'], input, { operation: 'DeleteResourcePolicy', page: 'dynamodb' });
  const holder = holderOf(input.ResourceArn, context);
  if (!holder.policy) return {};
  const { revision } = holder;
  holder.setPolicy(undefined);
  return { RevisionId: revision };
}
