import type {
  DeleteResourcePolicyCommandInput,
  DescribeResourcePoliciesCommandInput,
  DescribeResourcePoliciesCommandOutput,
  PutResourcePolicyCommandInput,
  PutResourcePolicyCommandOutput,
  ResourcePolicy,
} from '@aws-sdk/client-cloudwatch-logs';
import { refuseAllBut } from '../../../kernel/errors.ts';
import type { Context } from '../../../kernel/service.ts';
import { readPolicyDocument } from '../../../languages/policy/document.ts';
import { invalidParameter, resourceLimitExceeded, resourcePolicyNotFound } from '../errors.ts';
import type { LogsState, NamedPolicy } from '../state.ts';

type Logs = Context<LogsState>;
type Output<T> = Omit<T, '$metadata'>;

/** @see https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutResourcePolicy.html */
const POLICIES_MAX = 10;

const wirePolicy = ({ name, text, updatedMs }: NamedPolicy): ResourcePolicy => ({
  policyName: name,
  policyDocument: text,
  lastUpdatedTime: updatedMs,
  policyScope: 'ACCOUNT',
});

/** Lets other services write into the account's log groups. */
export function putResourcePolicy(input: PutResourcePolicyCommandInput, { kernel, state }: Logs): Output<PutResourcePolicyCommandOutput> {
  refuseAllBut(['policyName', 'policyDocument'], input, { operation: 'PutResourcePolicy', page: 'cloudwatch-logs' });
  const { policyName: name, policyDocument: text = '' } = input;
  if (name === undefined || name === '') throw invalidParameter('Policy name must be specified.');
  const document = readPolicyDocument(text);
  if (!document) throw invalidParameter('Policy document is not valid.');
  if (!state.policies.has(name) && state.policies.size >= POLICIES_MAX) throw resourceLimitExceeded();
  const policy = { name, text, document, updatedMs: kernel.nowMs() };
  state.policies.put(name, policy);
  return { resourcePolicy: wirePolicy(policy) };
}

export function describeResourcePolicies(input: DescribeResourcePoliciesCommandInput, { state }: Logs): Output<DescribeResourcePoliciesCommandOutput> {
  refuseAllBut(['limit', 'nextToken', 'policyScope'], input, { operation: 'DescribeResourcePolicies', page: 'cloudwatch-logs' });
  const found = input.policyScope === 'RESOURCE' ? [] : [...state.policies.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  const start = Number(input.nextToken ?? 0);
  const end = start + (input.limit ?? found.length);
  return { resourcePolicies: found.slice(start, end).map(wirePolicy), ...(end < found.length && { nextToken: String(end) }) };
}

export function deleteResourcePolicy(input: DeleteResourcePolicyCommandInput, { state }: Logs): Record<string, never> {
  refuseAllBut(['policyName'], input, { operation: 'DeleteResourcePolicy', page: 'cloudwatch-logs' });
  const { policyName: name = '' } = input;
  if (!state.policies.has(name)) throw resourcePolicyNotFound(name);
  state.policies.delete(name);
  return {};
}
