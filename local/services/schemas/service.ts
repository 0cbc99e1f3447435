import type { Schemas } from '@aws-sdk/client-schemas';
import type { OperationsOf, Service } from '../../kernel/service.ts';
import { accessOf } from './access.ts';
import { deleteResourcePolicy, getResourcePolicy, putResourcePolicy } from './operations/policies.ts';
import { createRegistry, deleteRegistry, describeRegistry, listRegistries, updateRegistry } from './operations/registries.ts';
import { createSchema, deleteSchema, describeSchema, listSchemas, updateSchema } from './operations/schemas.ts';
import { listTagsForResource, tagResource, untagResource } from './operations/tags.ts';
import { deleteSchemaVersion, exportSchema, listSchemaVersions, searchSchemas } from './operations/versions.ts';
import { registryPolicyResource, registryResource, schemaResource } from './resources.ts';
import { createState, type SchemasState } from './state.ts';

const operations: Partial<OperationsOf<Schemas, SchemasState>> = {
  CreateRegistry: createRegistry,
  CreateSchema: createSchema,
  DeleteRegistry: deleteRegistry,
  DeleteResourcePolicy: deleteResourcePolicy,
  DeleteSchema: deleteSchema,
  DeleteSchemaVersion: deleteSchemaVersion,
  DescribeRegistry: describeRegistry,
  DescribeSchema: describeSchema,
  ExportSchema: exportSchema,
  GetResourcePolicy: getResourcePolicy,
  ListRegistries: listRegistries,
  ListSchemaVersions: listSchemaVersions,
  ListSchemas: listSchemas,
  ListTagsForResource: listTagsForResource,
  PutResourcePolicy: putResourcePolicy,
  SearchSchemas: searchSchemas,
  TagResource: tagResource,
  UntagResource: untagResource,
  UpdateRegistry: updateRegistry,
  UpdateSchema: updateSchema,
};

/** EventBridge Schemas: registries, schemas and their versions. */
export const schemas: Service<SchemasState> = {
  name: 'schemas',
  arnService: 'schemas',
  createState,
  operations,
  access: accessOf,
  resourceTypes: {
    'AWS::EventSchemas::Registry': registryResource,
    'AWS::EventSchemas::RegistryPolicy': registryPolicyResource,
    'AWS::EventSchemas::Schema': schemaResource,
  },
};
