import type { Properties, ResourceType } from '../../kernel/resource.ts';
import type { Context } from '../../kernel/service.ts';
import { findRegistry, findSchema } from './naming.ts';
import { deleteResourcePolicy, putResourcePolicy } from './operations/policies.ts';
import { createRegistry, deleteRegistry, updateRegistry } from './operations/registries.ts';
import { createSchema, deleteSchema, updateSchema } from './operations/schemas.ts';
import { putSchema, type SchemasState, schemaKey, type Tags } from './state.ts';

function tagsOf(properties: Properties): Tags {
  const tags: readonly { readonly Key: string; readonly Value: string }[] = properties['Tags'] ?? [];
  return Object.fromEntries(tags.map(({ Key, Value }) => [Key, Value]));
}

/** A registry's name, where a template gives it or, by `Ref`, its ARN. */
function registryNameOf(properties: Properties): string {
  const given: string = properties['RegistryName'];
  return given.slice(given.lastIndexOf('/') + 1);
}

const nameFrom = (arn: string): string => arn.slice(arn.lastIndexOf('/') + 1);

/** @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-eventschemas-registry.html */
export const registryResource: ResourceType<SchemasState> = {
  properties: ['RegistryName', 'Description', 'Tags'],
  create(properties, place, context) {
    const RegistryName: string = properties['RegistryName'] ?? place.generatedName({ lengthMax: 64 });
    const { RegistryArn: arn = '' } = createRegistry({ RegistryName, Description: properties['Description'], Tags: tagsOf(properties) }, context);
    return { ref: arn, attributes: { RegistryArn: arn, RegistryName } };
  },
  update(properties, previous, physical, _place, context) {
    if (properties['RegistryName'] !== previous['RegistryName']) return 'replace';
    const RegistryName = nameFrom(physical.ref);
    updateRegistry({ RegistryName, Description: properties['Description'] ?? '' }, context);
    context.state.registries.put(RegistryName, { ...findRegistry(context, RegistryName), tags: tagsOf(properties) });
    return physical;
  },
  delete(physical, _properties, context) {
    const RegistryName = nameFrom(physical.ref);
    if (context.state.registries.has(RegistryName)) deleteRegistry({ RegistryName }, context);
  },
};

function schemaAttributes({
  SchemaArn = '',
  SchemaName = '',
  SchemaVersion = '',
  VersionCreatedDate,
  LastModified,
}: ReturnType<typeof createSchema>): Readonly<Record<string, string>> {
  return {
    SchemaArn,
    SchemaName,
    SchemaVersion,
    CreatedDate: VersionCreatedDate?.toISOString() ?? '',
    LastModified: LastModified?.toISOString() ?? '',
  };
}

/** A change of the content is a new version. @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-eventschemas-schema.html */
export const schemaResource: ResourceType<SchemasState> = {
  properties: ['RegistryName', 'SchemaName', 'Type', 'Content', 'Description', 'Tags'],
  create(properties, place, context) {
    const SchemaName: string = properties['SchemaName'] ?? place.generatedName({ lengthMax: 385 });
    const { Type, Content, Description } = properties;
    const made = createSchema({ RegistryName: registryNameOf(properties), SchemaName, Type, Content, Description, Tags: tagsOf(properties) }, context);
    return { ref: made.SchemaArn ?? '', attributes: schemaAttributes(made) };
  },
  update(properties, previous, physical, _place, context) {
    if (['RegistryName', 'SchemaName'].some((name) => properties[name] !== previous[name])) return 'replace';
    const { Type, Content, Description = '' } = properties;
    const named = { RegistryName: registryNameOf(properties), SchemaName: nameFrom(physical.ref) };
    const updated = updateSchema({ ...named, Type, Content, Description }, context);
    putSchema(context.state, { ...findSchema(context, named), tags: tagsOf(properties) });
    return { ref: physical.ref, attributes: schemaAttributes(updated) };
  },
  delete(physical, properties, context) {
    const named = { RegistryName: registryNameOf(properties), SchemaName: nameFrom(physical.ref) };
    if (context.state.schemas.has(schemaKey(named.RegistryName, named.SchemaName))) deleteSchema(named, context);
  },
};

function putPolicy(properties: Properties, context: Context<SchemasState>): string {
  const { Policy, RevisionId } = properties;
  const RegistryName = registryNameOf(properties);
  putResourcePolicy({ RegistryName, Policy: typeof Policy === 'string' ? Policy : JSON.stringify(Policy), RevisionId }, context);
  return RegistryName;
}

/** @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-eventschemas-registrypolicy.html */
export const registryPolicyResource: ResourceType<SchemasState> = {
  properties: ['RegistryName', 'Policy', 'RevisionId'],
  create(properties, _place, context) {
    const id = putPolicy(properties, context);
    return { ref: id, attributes: { Id: id } };
  },
  update(properties, previous, physical, _place, context) {
    if (properties['RegistryName'] !== previous['RegistryName']) return 'replace';
    putPolicy(properties, context);
    return physical;
  },
  delete(physical, _properties, context) {
    if (context.state.registries.get(physical.ref)?.policy) deleteResourcePolicy({ RegistryName: physical.ref }, context);
  },
};
