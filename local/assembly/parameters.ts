import { Fault, UserError } from '../kernel/errors.ts';
import type { Kernel } from '../kernel/kernel.ts';
import type { AssemblyStack } from './load.ts';
import type { Template, TemplateParameter } from './template.ts';

/** Where `cdk bootstrap` keeps its version, and a version that every template accepts. */
const BOOTSTRAP_VERSION = { name: /^\/cdk-bootstrap\/[^/]+\/version$/, value: '30' };

const SSM_PARAMETER = /^AWS::SSM::Parameter::Value<(.+)>$/;

/** Resolves the parameters of a stack: what was given, or the default; of the kind `AWS::SSM::Parameter::Value`, what Parameter Store holds. */
export async function resolveParameters(stack: AssemblyStack, given: Readonly<Record<string, string>>, kernel: Kernel): Promise<ReadonlyMap<string, unknown>> {
  const resolved = new Map<string, unknown>();
  for (const name of Object.keys(given)) {
    if (!stack.template.Parameters[name]) throw new UserError(`The stack ${stack.name} has no parameter ${name}.`);
  }
  for (const [name, parameter] of Object.entries(stack.template.Parameters)) {
    const value = given[name] ?? parameter.Default;
    if (value === undefined) throw new UserError(`The parameter ${name} of stack ${stack.name} has no default and was given no value.`);
    if (parameter.AllowedValues && !parameter.AllowedValues.map(String).includes(String(value))) {
      throw new UserError(`The parameter ${name} of stack ${stack.name} is ${value}; allowed are ${parameter.AllowedValues.join(', ')}.`);
    }
    resolved.set(name, await resolveValue(parameter, String(value), { stack: stack.name, name, kernel }));
  }
  return resolved;
}

/** The parameters of a stack as they were given or are by default. */
export function shownParameters(template: Template, given: Readonly<Record<string, string>>): Record<string, string> {
  const entries = Object.entries(template.Parameters).map(([name, { Default: fallback }]) => [name, given[name] ?? fallback] as const);
  return Object.fromEntries(entries.flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]])));
}

async function resolveValue(
  parameter: TemplateParameter,
  value: string,
  of: { readonly stack: string; readonly name: string; readonly kernel: Kernel },
): Promise<unknown> {
  const stored = SSM_PARAMETER.exec(parameter.Type);
  const type = stored?.[1] ?? parameter.Type;
  const text = stored ? await fromParameterStore(value, of) : value;
  return type === 'CommaDelimitedList' || type.startsWith('List<') ? text.split(',').map((part) => part.trim()) : text;
}

async function fromParameterStore(parameterName: string, of: { readonly stack: string; readonly name: string; readonly kernel: Kernel }): Promise<string> {
  if (BOOTSTRAP_VERSION.name.test(parameterName)) return BOOTSTRAP_VERSION.value;
  try {
    const input = { Name: parameterName };
    const output = await of.kernel.request<{ Parameter?: { Value?: string } }>({
      service: 'ssm',
      operation: 'GetParameter',
      input,
      principal: { type: 'root' },
    });
    return output.Parameter?.Value ?? '';
  } catch (cause) {
    if (!(cause instanceof Fault)) throw cause;
    throw new UserError(
      `The parameter ${of.name} of stack ${of.stack} names the Parameter Store parameter ${parameterName}, which cannot be read (${cause.code}).`,
      {
        cause,
      },
    );
  }
}
