import { UserError } from '../kernel/errors.ts';
import { isCustomResource } from './custom-resource.ts';
import type { ResourceHandler } from './resource-handlers.ts';
import type { PlannedResource, StackPlan } from './stack-plan.ts';
import { dependsOn } from './template.ts';

/** Something in a template that the plane cannot do. */
export interface Unsupported {
  readonly what: string;
  readonly logicalId: string;
  readonly type: string;
  readonly cdkPath: string;
  readonly stackName: string;
}

/** All that an assembly asks for and the plane does not have, in one error; nothing was deployed. */
export class AssemblyNotEmulated extends UserError {
  readonly problems: readonly Unsupported[];

  constructor(problems: readonly Unsupported[]) {
    const byWhat = new Map<string, string[]>();
    for (const { what, logicalId, cdkPath, stackName } of problems)
      byWhat.set(what, [...(byWhat.get(what) ?? []), `${cdkPath} (${logicalId} in stack ${stackName})`]);
    const lines = [...byWhat].map(([what, places]) =>
      places.length === 1 ? `  ${what}: ${places[0]}` : [`  ${what}, ${places.length} times:`, ...places].join('\n    '),
    );
    super(
      `The assembly needs ${problems.length === 1 ? 'something' : `${problems.length} things`} that the embedded AWS does not emulate; nothing was deployed.\n${lines.join('\n')}\nWhat is emulated: docs/services/README.md`,
    );
    this.name = 'AssemblyNotEmulated';
    this.problems = problems;
  }
}

/** Members of a resource that are understood, whatever its type. */
const MEMBERS = new Set(['Type', 'Properties', 'Metadata', 'DependsOn', 'Condition', 'DeletionPolicy', 'UpdateReplacePolicy']);
const POLICIES = new Set(['Delete', 'Retain', 'RetainExceptOnCreate']);

/** Throws `AssemblyNotEmulated` where a plan holds a type, a property, a policy, a function or a macro that is unknown here. */
export function checkPlans(plans: readonly StackPlan[], handlerOf: (type: string) => ResourceHandler | undefined): void {
  const problems = plans.flatMap((plan) => [
    ...plan.stack.template.Transform.map((name) => ({
      what: `the macro ${name}`,
      logicalId: 'Transform',
      type: '',
      cdkPath: plan.stack.name,
      stackName: plan.stack.name,
    })),
    ...plan.resources.flatMap((resource) => {
      const { logicalId, cdkPath, template } = resource;
      return problemsOf(resource, plan, handlerOf).map((what) => ({ what, logicalId, cdkPath, type: template.Type, stackName: plan.stack.name }));
    }),
  ]);
  if (problems.length > 0) throw new AssemblyNotEmulated(problems);
}

function problemsOf(
  { template, references, logicalId, cdkPath }: PlannedResource,
  plan: StackPlan,
  handlerOf: (type: string) => ResourceHandler | undefined,
): string[] {
  const { Type: type, Properties: properties = {} } = template;
  for (const need of dependsOn(template)) {
    if (!(need in plan.stack.template.Resources))
      throw new UserError(`${cdkPath} (${logicalId} in stack ${plan.stack.name}) depends on ${need}, which the template does not define.`);
  }
  const handler = handlerOf(type);
  if (!handler) return [`the resource type ${type}`];
  const { properties: known } = handler;
  return [
    ...(known
      ? Object.keys(properties)
          .filter((name) => !known.has(name))
          .map((name) => `${type} with the property ${name}`)
      : []),
    ...Object.keys(template)
      .filter((member) => !MEMBERS.has(member))
      .map((member) => `${type} with ${member}`),
    ...[template.DeletionPolicy, template.UpdateReplacePolicy]
      .filter((policy) => policy !== undefined && !POLICIES.has(policy))
      .map((policy) => `${type} with the policy ${policy}`),
    ...[...references.notEmulated].map((what) => `${type} with ${what}`),
    ...(isCustomResource(type) ? providerProblems(properties['ServiceToken'], plan).map((what) => `${type} ${what}`) : []),
  ];
}

/** A provider that is visibly no Lambda function: a topic, or a resource of another type. */
function providerProblems(serviceToken: unknown, plan: StackPlan): string[] {
  if (typeof serviceToken === 'string') return serviceToken.includes(':lambda:') ? [] : [`provided by ${serviceToken}`];
  const reference = (serviceToken ?? {}) as { Ref?: string; 'Fn::GetAtt'?: string | readonly string[] };
  const target = reference.Ref ?? [reference['Fn::GetAtt']].flat()[0]?.split('.')[0];
  const provider = target === undefined ? undefined : plan.stack.template.Resources[target]?.Type;
  return provider === undefined || provider.startsWith('AWS::Lambda::') ? [] : [`provided by ${provider}`];
}
