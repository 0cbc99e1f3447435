import type {
  DeleteResourcePolicyCommandInput,
  GetResourcePolicyCommandInput,
  GetResourcePolicyCommandOutput,
  PutResourcePolicyCommandInput,
} from '@aws-sdk/client-kinesis';
import { refuseAllBut } from '../../../kernel/errors.ts';
import type { PolicyDocument } from '../../../kernel/principal.ts';
import type { Context } from '../../../kernel/service.ts';
import { readPolicyDocument } from '../../../languages/policy/document.ts';
import { invalidArgument, policyNotFound } from '../errors.ts';
import { findResource, type Tagged } from '../lookup.ts';
import { type KinesisState, touch } from '../state.ts';

type Kinesis = Context<KinesisState>;

const policyOf = (holder: Tagged): PolicyDocument | undefined => (holder.kind === 'stream' ? holder.stream.record : holder.consumer).policy;

/** Sets or removes the policy of a stream or a consumer. */
export function setPolicy(holder: Tagged, policy: PolicyDocument | undefined, { state }: Pick<Kinesis, 'state'>): void {
  if (holder.kind === 'stream') {
    holder.stream.record.policy = policy;
    touch(state, holder.stream);
  } else {
    holder.consumer.policy = policy;
    state.consumers.touch(holder.consumer.arn);
  }
}

export function putResourcePolicy(input: PutResourcePolicyCommandInput, context: Kinesis): Record<string, never> {
  refuseAllBut(['ResourceARN', 'Policy'], input, { operation: 'PutResourcePolicy', page: 'kinesis' });
  const holder = findResource(input.ResourceARN ?? '', context);
  const policy = readPolicyDocument(input.Policy ?? '');
  if (!policy) throw invalidArgument('The policy is not valid JSON.');
  setPolicy(holder, policy, context);
  return {};
}

/** A resource without a policy has an empty one. */
export function getResourcePolicy(input: GetResourcePolicyCommandInput, context: Kinesis): Omit<GetResourcePolicyCommandOutput, '$metadata'> {
  const policy = policyOf(findResource(input.ResourceARN ?? '', context));
  return { Policy: policy ? JSON.stringify(policy) : '{}' };
}

export function deleteResourcePolicy(input: DeleteResourcePolicyCommandInput, context: Kinesis): Record<string, never> {
  const holder = findResource(input.ResourceARN ?? '', context);
  if (!policyOf(holder)) throw policyNotFound(input.ResourceARN ?? '');
  setPolicy(holder, undefined, context);
  return {};
}
