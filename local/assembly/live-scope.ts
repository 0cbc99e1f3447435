import { UserError } from '../kernel/errors.ts';
import { isCustomResource } from './custom-resource.ts';
import { evaluate, type Scope } from './intrinsics.ts';
import { type DeploymentRecords, type ResourceRecord, resourceKey, type StackRecord } from './records.ts';
import type { StackPlan } from './stack-plan.ts';

/** What intrinsic functions see while a stack is deployed: what its plan sees, the resources made so far, and the outputs of stacks before it. */
export function liveScope(plan: StackPlan, records: DeploymentRecords): Scope {
  const { scope, stack } = plan;
  const find = (logicalId: string): ResourceRecord | undefined => records.resources.get(resourceKey(stack.name, logicalId));
  return {
    ...scope,
    ref: (name) => (name in stack.template.Resources ? find(name)?.ref : undefined) ?? scope.ref(name),
    attribute: (logicalId, attribute) => {
      const record = find(logicalId);
      if (!record) return scope.attribute(logicalId, attribute);
      const value = record.attributes[attribute];
      if (value !== undefined) return value;
      throw new UserError(missingAttribute(record, attribute));
    },
    importValue: (name) => {
      for (const { exports } of records.stacks.values()) if (Object.hasOwn(exports, name)) return exports[name];
      return scope.importValue(name);
    },
    stackOutput: ({ stackName, region, outputName }) => {
      const value = records.stacks.get(stackName)?.outputs[outputName];
      if (region !== scope.region) throw new UserError(`Fn::GetStackOutput reads ${stackName}.${outputName} of ${region}; this plane is ${scope.region}`);
      if (value === undefined) throw new UserError(`the stack ${stackName} has no output ${outputName}`);
      return value;
    },
  };
}

function missingAttribute({ logicalId, type, attributes }: ResourceRecord, attribute: string): string {
  const has = Object.keys(attributes).join(', ') || 'none';
  return isCustomResource(type)
    ? `the provider of ${logicalId} (${type}) gave no attribute ${attribute}; it gave ${has}`
    : `Fn::GetAtt ${logicalId}.${attribute}: the attribute ${attribute} of ${type} is not emulated; ${has} is`;
}

/** The outputs of a stack whose resources exist, and its exports. */
export function resolveOutputs({ outputs, exports, stack }: StackPlan, scope: Scope): Pick<StackRecord, 'outputs' | 'exports'> {
  const values: Record<string, string> = {};
  for (const [key, output] of outputs) {
    const value = evaluate(output.Value, scope);
    if (typeof value === 'object' || typeof value === 'symbol' || value === undefined)
      throw new UserError(`The output ${key} of stack ${stack.name} is no text.`);
    values[key] = String(value);
  }
  return { outputs: values, exports: Object.fromEntries([...exports].map(([name, key]) => [name, values[key] ?? ''])) };
}
