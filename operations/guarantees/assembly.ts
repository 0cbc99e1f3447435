import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A resource of a template. */
export interface Resource {
  readonly stack: string;
  readonly id: string;
  readonly type: string;
  // biome-ignore lint/suspicious/noExplicitAny: each reader looks at what it knows of a type
  readonly properties: Readonly<Record<string, any>>;
}

interface Template {
  readonly Resources?: Readonly<Record<string, { readonly Type: string; readonly Properties?: Resource['properties'] }>>;
  readonly Outputs?: Readonly<Record<string, { readonly Value: unknown; readonly Export?: { readonly Name: unknown } }>>;
}

type Intrinsic = Readonly<Record<string, unknown>>;

/** The templates of a cloud assembly, whose references can be followed from stack to stack. */
export class Assembly {
  readonly resources: readonly Resource[];
  readonly #byId: ReadonlyMap<string, Resource>;
  /** Value and stack of an export, or of an output as `stack.output`. */
  readonly #outputs = new Map<string, { readonly stack: string; readonly value: unknown }>();

  constructor(templates: ReadonlyMap<string, Template>) {
    const resources: Resource[] = [];
    for (const [stack, { Resources = {}, Outputs = {} }] of templates) {
      for (const [id, { Type, Properties = {} }] of Object.entries(Resources)) resources.push({ stack, id, type: Type, properties: Properties });
      for (const [output, { Value, Export }] of Object.entries(Outputs)) {
        this.#outputs.set(`${stack}.${output}`, { stack, value: Value });
        if (typeof Export?.Name === 'string') this.#outputs.set(Export.Name, { stack, value: Value });
      }
    }
    this.resources = resources;
    this.#byId = new Map(resources.map((resource) => [`${resource.stack}.${resource.id}`, resource]));
  }

  ofType(type: string): readonly Resource[] {
    return this.resources.filter((resource) => resource.type === type);
  }

  /** The resource that a value of `from`'s template refers to; `undefined` where it is none of the assembly. */
  referred(value: unknown, from: Pick<Resource, 'stack'>): Resource | undefined {
    if (typeof value !== 'object' || value === null) return undefined;
    const [[name, argument] = ['', undefined]] = Object.entries(value as Intrinsic);
    switch (name) {
      case 'Ref':
        return this.#byId.get(`${from.stack}.${String(argument)}`);
      case 'Fn::GetAtt':
        return this.#byId.get(`${from.stack}.${Array.isArray(argument) ? String(argument[0]) : String(argument).split('.')[0]}`);
      case 'Fn::ImportValue':
        return this.#referredByOutput(String(argument));
      case 'Fn::GetStackOutput': {
        const { StackName, OutputName } = argument as { readonly StackName: string; readonly OutputName: string };
        return this.#referredByOutput(`${StackName}.${OutputName}`);
      }
      case 'Fn::Join':
        // `integrations/<id>`: a prefix and one reference.
        return ((argument as readonly [string, readonly unknown[]])[1] ?? []).map((part) => this.referred(part, from)).find((found) => found !== undefined);
      default:
        return undefined;
    }
  }

  #referredByOutput(name: string): Resource | undefined {
    const output = this.#outputs.get(name);
    return output && this.referred(output.value, output);
  }
}

/** Reads the templates that an assembly's manifest names. */
export function readAssembly(directory: string): Assembly {
  const read = (name: string): unknown => JSON.parse(readFileSync(join(directory, name), 'utf8'));
  const { artifacts } = read('manifest.json') as {
    readonly artifacts: Readonly<
      Record<string, { readonly type: string; readonly properties?: { readonly templateFile?: string; readonly stackName?: string } }>
    >;
  };
  const stacks = Object.entries(artifacts).filter(([, { type }]) => type === 'aws:cloudformation:stack');
  return new Assembly(
    new Map(stacks.map(([id, { properties }]) => [properties?.stackName ?? id, read(properties?.templateFile ?? `${id}.template.json`) as Template])),
  );
}
