import type {
  DeleteResourcePolicyCommandInput,
  GetResourcePolicyCommandInput,
  GetResourcePolicyCommandOutput,
  PutResourcePolicyCommandInput,
  PutResourcePolicyCommandOutput,
} from '@aws-sdk/client-schemas';
import type { PolicyDocument } from '../../../kernel/principal.ts';
import { readPolicyDocument } from '../../../languages/policy/document.ts';
import { badRequest, policyDoesNotExist, policyHasChanged } from '../errors.ts';
import { findRegistry, type Output, type Schemas } from '../naming.ts';

function parsePolicy(policy: unknown): PolicyDocument {
  const document = readPolicyDocument(policy);
  if (!document) throw badRequest('The policy is not valid');
  return document;
}

/** Sets a registry's policy. With a `RevisionId`, only where the present policy has it. */
export function putResourcePolicy(input: PutResourcePolicyCommandInput, context: Schemas): Output<PutResourcePolicyCommandOutput> {
  const registry = findRegistry(context, input.RegistryName);
  const document = parsePolicy(input.Policy);
  if (input.RevisionId !== undefined && input.RevisionId !== registry.policy?.revisionId) throw policyHasChanged();
  const policy = { document, revisionId: context.kernel.uuid() };
  context.state.registries.put(registry.name, { ...registry, policy });
  return { Policy: JSON.stringify(document), RevisionId: policy.revisionId };
}

export function getResourcePolicy(input: GetResourcePolicyCommandInput, context: Schemas): Output<GetResourcePolicyCommandOutput> {
  const { name, policy } = findRegistry(context, input.RegistryName);
  if (!policy) throw policyDoesNotExist(name);
  return { Policy: JSON.stringify(policy.document), RevisionId: policy.revisionId };
}

export function deleteResourcePolicy(input: DeleteResourcePolicyCommandInput, context: Schemas): Record<string, never> {
  const registry = findRegistry(context, input.RegistryName);
  if (!registry.policy) throw policyDoesNotExist(registry.name);
  context.state.registries.put(registry.name, { ...registry, policy: undefined });
  return {};
}
