import { Schemas } from '@aws-sdk/client-schemas';
import { beforeEach, describe, expect, it } from 'vitest';
import { Kernel } from '../../../../local/kernel/kernel.ts';
import type { ResourcePlace } from '../../../../local/kernel/resource.ts';
import type { Context } from '../../../../local/kernel/service.ts';
import { registryPolicyResource, registryResource, schemaResource } from '../../../../local/services/schemas/resources.ts';
import { schemas } from '../../../../local/services/schemas/service.ts';
import type { SchemasState } from '../../../../local/services/schemas/state.ts';
import { inProcessHandler } from '../../../../local/wire/in-process.ts';
import { createWire } from '../../../../local/wire/wire.ts';

const ARN = 'arn:aws:schemas:us-east-1:111111111111';
const DRAFT_4 = JSON.stringify({ $schema: 'http://json-schema.org/draft-04/schema#', title: 'OrderPlaced', properties: { orderId: { type: 'string' } } });
const OPEN_API = JSON.stringify({ openapi: '3.0.0', info: { title: 'Event', version: '1' }, paths: {}, components: { schemas: { Refund: {} } } });

let kernel: Kernel;
let client: Schemas;

beforeEach(async () => {
  kernel = new Kernel({ accountId: '111111111111', region: 'us-east-1', clock: { kind: 'virtual', startMs: 0 }, seed: 1, journalCapacity: 100 });
  kernel.install(schemas);
  const wire = createWire(kernel, {});
  client = new Schemas({
    region: 'us-east-1',
    endpoint: 'http://127.0.0.1:4566',
    credentials: { accessKeyId: 'operator', secretAccessKey: 'operator' },
    maxAttempts: 1,
    requestHandler: inProcessHandler((request) => wire.dispatch(request)),
  });
});

const placed = (more: object = {}) => ({ RegistryName: 'shop', SchemaName: 'shop@OrderPlaced', Type: 'JSONSchemaDraft4' as const, Content: DRAFT_4, ...more });

describe('registries', () => {
  it('are made, described, changed, listed page by page, and deleted once they are empty', async () => {
    const made = await client.createRegistry({ RegistryName: 'shop', Description: 'd', Tags: { k: 'v' } });
    expect(made).toMatchObject({ RegistryName: 'shop', RegistryArn: `${ARN}:registry/shop`, Description: 'd', Tags: { k: 'v' } });
    await client.createRegistry({ RegistryName: 'bank' });
    await client.updateRegistry({ RegistryName: 'shop', Description: 'e' });
    expect(await client.describeRegistry({ RegistryName: 'shop' })).toMatchObject({ Description: 'e', Tags: { k: 'v' } });
    const first = await client.listRegistries({ Limit: 1 });
    expect(first.Registries?.map(({ RegistryName }) => RegistryName)).toEqual(['bank']);
    const second = await client.listRegistries({ Limit: 1, NextToken: first.NextToken });
    expect(second.Registries?.map(({ RegistryName }) => RegistryName)).toEqual(['shop']);
    expect(second.NextToken).toBeUndefined();
    expect((await client.listRegistries({ RegistryNamePrefix: 's' })).Registries).toHaveLength(1);
    expect((await client.listRegistries({ Scope: 'AWS' })).Registries).toEqual([]);
    await client.createSchema(placed());
    await expect(client.deleteRegistry({ RegistryName: 'shop' })).rejects.toMatchObject({ name: 'BadRequestException' });
    await client.deleteSchema({ RegistryName: 'shop', SchemaName: 'shop@OrderPlaced' });
    await client.deleteRegistry({ RegistryName: 'shop' });
    await expect(client.describeRegistry({ RegistryName: 'shop' })).rejects.toMatchObject({
      name: 'NotFoundException',
      message: 'Registry with name shop does not exist.',
      $metadata: { httpStatusCode: 404 },
    });
  });

  it('are ten, and each name is there once', async () => {
    for (let n = 0; n < 10; n += 1) await client.createRegistry({ RegistryName: `r${n}` });
    await expect(client.createRegistry({ RegistryName: 'r0' })).rejects.toMatchObject({ name: 'ConflictException' });
    await expect(client.createRegistry({ RegistryName: 'r10' })).rejects.toMatchObject({ name: 'ForbiddenException' });
    await expect(client.createRegistry({ RegistryName: 'aws.mine' })).rejects.toMatchObject({ name: 'BadRequestException' });
  });

  it('have a policy, which changes only for who has seen the last one', async () => {
    await client.createRegistry({ RegistryName: 'shop' });
    await expect(client.getResourcePolicy({ RegistryName: 'shop' })).rejects.toMatchObject({ name: 'NotFoundException' });
    const policy = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Principal: '*', Action: 'schemas:*', Resource: '*' }] };
    const { RevisionId } = await client.putResourcePolicy({ RegistryName: 'shop', Policy: JSON.stringify(policy) });
    const got = await client.getResourcePolicy({ RegistryName: 'shop' });
    expect(JSON.parse(String(got.Policy))).toEqual(policy);
    expect(got.RevisionId).toBe(RevisionId);
    const stale = client.putResourcePolicy({ RegistryName: 'shop', Policy: JSON.stringify(policy), RevisionId: 'stale' });
    await expect(stale).rejects.toMatchObject({ name: 'PreconditionFailedException' });
    await client.deleteResourcePolicy({ RegistryName: 'shop' });
    await expect(client.deleteResourcePolicy({ RegistryName: 'shop' })).rejects.toMatchObject({ name: 'NotFoundException' });
  });
});

describe('schemas', () => {
  beforeEach(async () => {
    await client.createRegistry({ RegistryName: 'shop' });
  });

  it('have versions, one for each other content', async () => {
    const made = await client.createSchema(placed({ Tags: { k: 'v' } }));
    expect(made).toMatchObject({
      SchemaArn: `${ARN}:schema/shop/shop@OrderPlaced`,
      SchemaVersion: '1',
      Type: 'JSONSchemaDraft4',
      LastModified: new Date(0),
      VersionCreatedDate: new Date(0),
      Tags: { k: 'v' },
    });
    await kernel.run({ untilMs: 60_000 });
    expect(await client.updateSchema({ ...placed(), Description: 'same content' })).toMatchObject({ SchemaVersion: '1' });
    expect(await client.updateSchema({ ...placed({ Type: 'OpenApi3', Content: OPEN_API }) })).toMatchObject({
      SchemaVersion: '2',
      Description: 'same content',
    });
    const named = { RegistryName: 'shop', SchemaName: 'shop@OrderPlaced' };
    expect(await client.describeSchema(named)).toMatchObject({ SchemaVersion: '2', Type: 'OpenApi3', Content: OPEN_API, VersionCreatedDate: new Date(60_000) });
    expect(await client.describeSchema({ ...named, SchemaVersion: '1' })).toMatchObject({ SchemaVersion: '1', Content: DRAFT_4 });
    const { SchemaVersions } = await client.listSchemaVersions(named);
    expect(SchemaVersions?.map(({ SchemaVersion, Type }) => [SchemaVersion, Type])).toEqual([
      ['1', 'JSONSchemaDraft4'],
      ['2', 'OpenApi3'],
    ]);
    expect((await client.listSchemas({ RegistryName: 'shop', SchemaNamePrefix: 'shop@' })).Schemas).toMatchObject([{ VersionCount: 2 }]);
    await client.deleteSchemaVersion({ ...named, SchemaVersion: '1' });
    await expect(client.describeSchema({ ...named, SchemaVersion: '1' })).rejects.toMatchObject({ name: 'NotFoundException' });
    expect(await client.updateSchema(placed())).toMatchObject({ SchemaVersion: '3' });
    await client.deleteSchemaVersion({ ...named, SchemaVersion: '2' });
    await client.deleteSchemaVersion({ ...named, SchemaVersion: '3' });
    await expect(client.describeSchema(named)).rejects.toMatchObject({ message: 'Schema with name shop@OrderPlaced does not exist.' });
    expect(kernel.collection('schemas.versions').size).toBe(0);
  });

  it.each([
    [{ Content: 'no json' }, 'BadRequestException'],
    [{ Content: '[]' }, 'BadRequestException'],
    [{ Content: '{"$schema":"https://json-schema.org/draft/2020-12/schema"}' }, 'BadRequestException'],
    [{ Content: `${'{"a":'.repeat(256)}1${'}'.repeat(256)}` }, 'BadRequestException'],
    [{ Type: 'OpenApi3' as const }, 'BadRequestException'],
    [{ Type: 'Avro' }, 'BadRequestException'],
    [{ SchemaName: 'a b' }, 'BadRequestException'],
    [{ RegistryName: 'none' }, 'NotFoundException'],
  ])('refuse %o', async (more, name) => {
    await expect(client.createSchema(placed(more) as never)).rejects.toMatchObject({ name });
  });

  it('are found by words in their names and contents', async () => {
    await client.createSchema(placed());
    await client.createSchema(placed({ SchemaName: 'bank@Refunded', Type: 'OpenApi3', Content: OPEN_API }));
    const found = async (Keywords: string) => {
      const { Schemas: list } = await client.searchSchemas({ RegistryName: 'shop', Keywords });
      return list?.map(({ SchemaName, SchemaVersions }) => `${SchemaName} ${SchemaVersions?.length}`);
    };
    expect(await found('ORDERID')).toEqual(['shop@OrderPlaced 1']);
    expect(await found('refund openapi')).toEqual(['bank@Refunded 1']);
    expect(await found('"title":"OrderPlaced"')).toEqual(['shop@OrderPlaced 1']);
    expect(await found('refund orderId')).toEqual([]);
  });

  it('are exported as JSON Schema, where they are JSON Schema', async () => {
    await client.createSchema(placed());
    await client.createSchema(placed({ SchemaName: 'open', Type: 'OpenApi3', Content: OPEN_API }));
    const named = { RegistryName: 'shop', SchemaName: 'shop@OrderPlaced' };
    expect(await client.exportSchema({ ...named, Type: 'JSONSchemaDraft4' })).toMatchObject({ Content: DRAFT_4, SchemaVersion: '1' });
    await expect(client.exportSchema({ ...named, Type: 'OpenApi3' })).rejects.toMatchObject({ name: 'BadRequestException' });
    await expect(client.exportSchema({ ...named, SchemaName: 'open', Type: 'JSONSchemaDraft4' })).rejects.toThrow('is not emulated');
  });

  it('have tags, as registries do', async () => {
    const { SchemaArn } = await client.createSchema(placed());
    for (const ResourceArn of [SchemaArn, `${ARN}:registry/shop`]) {
      await client.tagResource({ ResourceArn, Tags: { a: '1', b: '2' } });
      await client.untagResource({ ResourceArn, TagKeys: ['a'] });
      expect((await client.listTagsForResource({ ResourceArn })).Tags).toEqual({ b: '2' });
    }
    await expect(client.listTagsForResource({ ResourceArn: `${ARN}:registry/none` })).rejects.toMatchObject({ name: 'NotFoundException' });
  });

  it('refuse discoverers and code bindings by name', async () => {
    await expect(client.createDiscoverer({ SourceArn: 'arn:aws:events:us-east-1:111111111111:event-bus/default' })).rejects.toThrow('CreateDiscoverer');
    await expect(client.putCodeBinding({ RegistryName: 'shop', SchemaName: 's', Language: 'TypeScript3' })).rejects.toThrow('PutCodeBinding');
  });
});

describe('templates', () => {
  const place = { generatedName: () => 'Stack-Generated' } as unknown as ResourcePlace;

  it('make registries, schemas and policies, and a new content is a new version', async () => {
    const context = kernel.contextFor('schemas') as Context<SchemasState>;
    const registry = await registryResource.create({ Tags: [{ Key: 'k', Value: 'v' }] }, place, context);
    expect(registry).toEqual({
      ref: `${ARN}:registry/Stack-Generated`,
      attributes: { RegistryArn: `${ARN}:registry/Stack-Generated`, RegistryName: 'Stack-Generated' },
    });
    const properties = { RegistryName: registry.ref, SchemaName: 's', Type: 'JSONSchemaDraft4', Content: DRAFT_4 };
    const schema = await schemaResource.create(properties, place, context);
    expect(schema).toMatchObject({ ref: `${ARN}:schema/Stack-Generated/s`, attributes: { SchemaVersion: '1', SchemaName: 's' } });
    const updated = await schemaResource.update({ ...properties, Content: '{}' }, properties, schema, place, context);
    expect(updated).toMatchObject({ attributes: { SchemaVersion: '2' } });
    expect(await schemaResource.update({ ...properties, SchemaName: 't' }, properties, schema, place, context)).toBe('replace');
    const policy = await registryPolicyResource.create({ RegistryName: 'Stack-Generated', Policy: { Statement: [] } }, place, context);
    expect(policy).toEqual({ ref: 'Stack-Generated', attributes: { Id: 'Stack-Generated' } });
    await registryPolicyResource.delete(policy, {}, context);
    await schemaResource.delete(schema, properties, context);
    await registryResource.delete(registry, {}, context);
    expect(context.state.registries.size).toBe(0);
  });
});
