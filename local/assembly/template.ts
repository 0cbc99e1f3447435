import { UserError } from '../kernel/errors.ts';

/** A resource as it stands in a template. */
export interface TemplateResource {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
  readonly Metadata?: Readonly<Record<string, unknown>>;
  readonly DependsOn?: string | readonly string[];
  readonly Condition?: string;
  readonly DeletionPolicy?: string;
  readonly UpdateReplacePolicy?: string;
}

export interface TemplateOutput {
  readonly Value: unknown;
  readonly Description?: string;
  readonly Condition?: string;
  readonly Export?: { readonly Name: unknown };
}

export interface TemplateParameter {
  readonly Type: string;
  readonly Default?: string | number;
  readonly Description?: string;
  readonly NoEcho?: boolean | string;
  readonly AllowedValues?: readonly (string | number)[];
}

/** A CloudFormation template. `Rules` are not kept: they only check the bootstrap version, and the plane needs no bootstrap. */
export interface Template {
  readonly Resources: Readonly<Record<string, TemplateResource>>;
  readonly Outputs: Readonly<Record<string, TemplateOutput>>;
  readonly Parameters: Readonly<Record<string, TemplateParameter>>;
  readonly Conditions: Readonly<Record<string, unknown>>;
  readonly Mappings: Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, unknown>>>>>>;
  readonly Description: string | undefined;
  /** Macros that CloudFormation would run over the template. */
  readonly Transform: readonly string[];
}

function section<Value>(source: Record<string, unknown>, name: string, file: string): Record<string, Value> {
  const value = source[name] ?? {};
  if (typeof value !== 'object' || Array.isArray(value)) throw new UserError(`${file}: ${name} is ${typeof value}, an object is expected.`);
  return value as Record<string, Value>;
}

/** Reads the sections of a template; a resource without a type is a `UserError` naming it. */
export function parseTemplate(source: Record<string, unknown>, file: string): Template {
  const resources = section<TemplateResource>(source, 'Resources', file);
  for (const [logicalId, resource] of Object.entries(resources)) {
    if (typeof resource?.Type !== 'string') throw new UserError(`${file}: the resource ${logicalId} has no Type.`);
  }
  const transform = source['Transform'] ?? [];
  return {
    Resources: resources,
    Outputs: section(source, 'Outputs', file),
    Parameters: section(source, 'Parameters', file),
    Conditions: section(source, 'Conditions', file),
    Mappings: section(source, 'Mappings', file),
    Description: source['Description'] === undefined ? undefined : String(source['Description']),
    Transform: (Array.isArray(transform) ? transform : [transform]).map(String),
  };
}

/** The logical ids a resource names in `DependsOn`. */
export function dependsOn(resource: TemplateResource): readonly string[] {
  const { DependsOn: ids = [] } = resource;
  return typeof ids === 'string' ? [ids] : ids;
}
