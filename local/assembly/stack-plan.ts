import { UserError } from '../kernel/errors.ts';
import type { Kernel } from '../kernel/kernel.ts';
import { evaluate, evaluateCondition, NO_VALUE, type Scope } from './intrinsics.ts';
import type { AssemblyStack } from './load.ts';
import { stackId } from './names.ts';
import { collectReferences, inDependencyOrder, noReferences, type References } from './references.ts';
import { dependsOn, type TemplateOutput, type TemplateResource } from './template.ts';

/** A resource that is to exist: its condition holds. */
export interface PlannedResource {
  readonly logicalId: string;
  readonly template: TemplateResource;
  readonly cdkPath: string;
  /** Logical ids of resources that come before it. */
  readonly needs: readonly string[];
  readonly references: References;
}

/** A stack with everything resolved that needs no resource: parameters, conditions, order, names of exports. */
export interface StackPlan {
  readonly stack: AssemblyStack;
  /** Resolves whatever does not depend on a resource. */
  readonly scope: Scope;
  /** In the order in which they are created. */
  readonly resources: readonly PlannedResource[];
  readonly outputs: readonly (readonly [key: string, output: TemplateOutput])[];
  /** Output key by export name. */
  readonly exports: ReadonlyMap<string, string>;
  /** Export names it imports, and stacks whose outputs it reads. */
  readonly imports: readonly string[];
  readonly readsOutputsOf: readonly string[];
}

/** Says why a name cannot be resolved before there are resources. */
const onlyStatic = (stackName: string, what: string): never => {
  throw new UserError(
    `${what} cannot be resolved in stack ${stackName}: conditions, export names and import names may use parameters only, and references must name something in the template.`,
  );
};

/** The values of `AWS::Region` and its like. */
function pseudoParameters(stackName: string, kernel: Kernel): ReadonlyMap<string, unknown> {
  return new Map<string, unknown>([
    ['AWS::AccountId', kernel.accountId],
    ['AWS::Region', kernel.region],
    ['AWS::Partition', kernel.partition],
    ['AWS::URLSuffix', 'amazonaws.com'],
    ['AWS::StackName', stackName],
    ['AWS::StackId', stackId(stackName, kernel)],
    ['AWS::NotificationARNs', []],
    ['AWS::NoValue', NO_VALUE],
  ]);
}

function staticScope(stack: AssemblyStack, parameters: ReadonlyMap<string, unknown>, kernel: Kernel): Scope {
  const pseudo = pseudoParameters(stack.name, kernel);
  const known = new Map<string, boolean | 'being resolved'>();
  const scope: Scope = {
    stackName: stack.name,
    region: kernel.region,
    ref: (name) => parameters.get(name) ?? pseudo.get(name) ?? onlyStatic(stack.name, `Ref ${name}`),
    attribute: (logicalId, attribute) => onlyStatic(stack.name, `Fn::GetAtt ${logicalId}.${attribute}`),
    importValue: (name) => onlyStatic(stack.name, `Fn::ImportValue ${name}`),
    stackOutput: ({ outputName }) => onlyStatic(stack.name, `Fn::GetStackOutput ${outputName}`),
    mapping: (name) => stack.template.Mappings[name],
    condition: (name) => {
      const value = known.get(name);
      if (typeof value === 'boolean') return value;
      if (value) throw new UserError(`The condition ${name} of stack ${stack.name} depends on itself.`);
      if (!(name in stack.template.Conditions)) throw new UserError(`The stack ${stack.name} has no condition ${name}.`);
      known.set(name, 'being resolved');
      const holds = evaluateCondition(stack.template.Conditions[name], scope);
      known.set(name, holds);
      return holds;
    },
  };
  return scope;
}

/** Resolves conditions, finds who needs whom, and orders the resources. A cycle or a reference to nothing is a `UserError`. */
export function planStack(stack: AssemblyStack, parameters: ReadonlyMap<string, unknown>, kernel: Kernel): StackPlan {
  const scope = staticScope(stack, parameters, kernel);
  const holds = ({ Condition }: { readonly Condition?: string }): boolean => Condition === undefined || scope.condition(Condition);
  const pseudo = pseudoParameters(stack.name, kernel);
  const planned = new Map<string, PlannedResource>();
  const existing = Object.entries(stack.template.Resources).filter(([, resource]) => holds(resource));
  const ids = new Set(existing.map(([logicalId]) => logicalId));
  for (const [logicalId, template] of existing) {
    const references = noReferences();
    collectReferences(template.Properties, references, scope.condition);
    const cdkPath = stack.cdkPaths.get(logicalId) ?? `${stack.name}/${logicalId}`;
    for (const name of references.names) {
      if (!ids.has(name) && !parameters.has(name) && !pseudo.has(name))
        throw new UserError(`${cdkPath} (${logicalId} in stack ${stack.name}) refers to ${name}, which ${absence(stack, name)}.`);
    }
    // What a condition left out is no dependency.
    const needs = [...new Set([...dependsOn(template), ...references.names])].filter((name) => ids.has(name));
    planned.set(logicalId, { logicalId, template, cdkPath, needs, references });
  }
  const order = inDependencyOrder(
    planned.keys(),
    (id) => planned.get(id)?.needs ?? [],
    (cycle) => `The resources of stack ${stack.name} depend on each other in a cycle: ${cycle.map((id) => planned.get(id)?.cdkPath).join(' → ')}.`,
  );
  const outputs = Object.entries(stack.template.Outputs).filter(([, output]) => holds(output));
  return { stack, scope, resources: order.map((id) => planned.get(id) as PlannedResource), outputs, ...crossStack(outputs, [...planned.values()], scope) };
}

const absence = (stack: AssemblyStack, name: string): string =>
  name in stack.template.Resources
    ? `does not exist because its condition ${stack.template.Resources[name]?.Condition} does not hold`
    : 'the template does not define';

function crossStack(
  outputs: StackPlan['outputs'],
  resources: readonly PlannedResource[],
  scope: Scope,
): Pick<StackPlan, 'exports' | 'imports' | 'readsOutputsOf'> {
  const found = noReferences();
  for (const [, output] of outputs) collectReferences(output.Value, found, scope.condition);
  const all = [found, ...resources.map(({ references }) => references)];
  return {
    exports: new Map(outputs.filter(([, output]) => output.Export).map(([key, output]) => [String(evaluate(output.Export?.Name, scope)), key])),
    imports: all.flatMap(({ imports }) => imports.map((name) => String(evaluate(name, scope)))),
    readsOutputsOf: all.flatMap(({ outputsOf }) => outputsOf.map((name) => String(evaluate(name, scope)))),
  };
}

/** Orders stacks by the manifest, by imports and by outputs they read. A cycle is a `UserError`; so are an import that nobody exports and an export of two stacks. */
export function orderStacks(plans: readonly StackPlan[]): StackPlan[] {
  const byName = new Map(plans.map((plan) => [plan.stack.name, plan]));
  const exporters = new Map<string, string>();
  for (const { stack, exports } of plans) {
    for (const name of exports.keys()) {
      const other = exporters.get(name);
      if (other) throw new UserError(`The export ${name} is made by two stacks: ${other} and ${stack.name}.`);
      exporters.set(name, stack.name);
    }
  }
  const needs = ({ stack, imports, readsOutputsOf }: StackPlan): string[] => [
    ...stack.dependencies,
    ...imports.map((name) => exporters.get(name) ?? onlyKnown(`The stack ${stack.name} imports ${name}, which no stack of the assembly exports.`)),
    ...readsOutputsOf.map((name) =>
      byName.has(name) ? name : onlyKnown(`The stack ${stack.name} reads an output of ${name}, which is no stack of the assembly.`),
    ),
  ];
  const order = inDependencyOrder(
    byName.keys(),
    (name) => needs(byName.get(name) as StackPlan),
    (cycle) => `Stacks depend on each other in a cycle: ${cycle.join(' → ')}.`,
  );
  return order.map((name) => byName.get(name) as StackPlan);
}

function onlyKnown(message: string): never {
  throw new UserError(message);
}
