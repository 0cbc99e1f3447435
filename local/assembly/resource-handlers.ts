import type { Kernel } from '../kernel/kernel.ts';
import type { PhysicalResource, Properties, ResourcePlace, ResourceType } from '../kernel/resource.ts';
import type { Context } from '../kernel/service.ts';
import { customResource, isCustomResource } from './custom-resource.ts';

type Answer<Value> = Value | Promise<Value>;

/** What a handler knows of the resource's place. */
export interface HandlerPlace extends ResourcePlace {
  readonly resourceType: string;
}

/** A resource type bound to the service that makes it. */
export interface ResourceHandler {
  /** What is understood; `undefined` where the type takes any property. */
  readonly properties: ReadonlySet<string> | undefined;
  create(properties: Properties, place: HandlerPlace): Answer<PhysicalResource>;
  update(properties: Properties, previous: Properties, physical: PhysicalResource, place: HandlerPlace): Answer<PhysicalResource | 'replace'>;
  delete(physical: PhysicalResource, properties: Properties, place: HandlerPlace): Answer<void>;
}

/** Types that stand for nothing: the CDK's usage record, and the handle of a condition nobody waits for. */
const placeholder: ResourceHandler = {
  properties: undefined,
  create: (_properties, place) => ({ ref: place.generatedName({ lengthMax: 255 }), attributes: {} }),
  update: (_properties, _previous, physical) => physical,
  delete: () => {},
};

const PLACEHOLDERS = new Set(['AWS::CDK::Metadata', 'AWS::CloudFormation::WaitConditionHandle']);

/** Finds the handler of each resource type among the installed services. */
export function resourceHandlers(kernel: Kernel): (type: string) => ResourceHandler | undefined {
  const byType = new Map<string, ResourceHandler>();
  for (const { service } of kernel.installed()) {
    const context = (): Context<unknown> => kernel.contextFor(service.name);
    for (const [type, resourceType] of Object.entries(service.resourceTypes ?? {})) byType.set(type, bind(resourceType, context));
  }
  const custom = customResource(kernel);
  return (type) => byType.get(type) ?? (PLACEHOLDERS.has(type) ? placeholder : isCustomResource(type) ? custom : undefined);
}

function bind(type: ResourceType<unknown>, context: () => Context<unknown>): ResourceHandler {
  return {
    properties: new Set([...type.properties, ...Object.keys(type.inert ?? {})]),
    create: (properties, place) => type.create(properties, place, context()),
    update: (properties, previous, physical, place) => type.update(properties, previous, physical, place, context()),
    delete: (physical, properties) => type.delete(physical, properties, context()),
  };
}
