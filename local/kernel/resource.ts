import type { Context } from './service.ts';

/** A created resource: what `Ref` and `Fn::GetAtt` give. */
export interface PhysicalResource {
  /** What `Ref` gives, and the id under which it is updated and deleted. */
  readonly ref: string;
  readonly attributes: Readonly<Record<string, string>>;
}

/** What a resource may know of its place in the template. */
export interface ResourcePlace {
  readonly stackName: string;
  readonly logicalId: string;
  /** A name as CloudFormation makes it where the template gives none: `Stack-LogicalId-XXXXXXXXXXXX`, the same for the same stack and id, cut to `lengthMax`. */
  generatedName(options: { readonly lengthMax: number; readonly isLowerCase?: boolean; readonly suffix?: string }): string;
  /** Folder of an asset that the template names by bucket and key; `undefined` where the assembly holds no such asset. */
  assetDirectory(bucket: string, key: string): string | undefined;
  /** The resource's `Metadata`, and its `DeletionPolicy`. */
  readonly metadata: Readonly<Record<string, unknown>>;
}

/** Properties as they stand in the template, intrinsics resolved. */
// biome-ignore lint/suspicious/noExplicitAny: each resource type narrows its own
export type Properties = Readonly<Record<string, any>>;

/**
 * How a CloudFormation resource type becomes state. `properties` lists what is understood; a property outside it is refused
 * by name before `create` is called. `inert` lists properties that are accepted although they change nothing here, each with its reason.
 */
export interface ResourceType<State> {
  readonly properties: readonly string[];
  readonly inert?: Readonly<Record<string, string>>;
  create(properties: Properties, place: ResourcePlace, context: Context<State>): PhysicalResource | Promise<PhysicalResource>;
  /** Changes it in place; answers `replace` where CloudFormation would make a new one (the old one is deleted afterwards). */
  update(
    properties: Properties,
    previous: Properties,
    physical: PhysicalResource,
    place: ResourcePlace,
    context: Context<State>,
  ): PhysicalResource | 'replace' | Promise<PhysicalResource | 'replace'>;
  delete(physical: PhysicalResource, properties: Properties, context: Context<State>): void | Promise<void>;
}
