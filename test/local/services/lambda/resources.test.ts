import { describe, expect, it } from 'vitest';
import type { Properties, ResourcePlace } from '../../../../local/kernel/resource.ts';
import type { Context } from '../../../../local/kernel/service.ts';
import { resourceTypes } from '../../../../local/services/lambda/resources.ts';
import type { LambdaState } from '../../../../local/services/lambda/state.ts';
import { bundleOf } from '../../runtime/bundles.ts';
import { ACCOUNT, createWorld } from './world.ts';

const ARN = `arn:aws:lambda:eu-west-1:${ACCOUNT}:function:work`;

/** A template applied to a world with one function. */
function template() {
  const world = createWorld({ functions: { work: () => 'ok' } });
  const context = world.kernel.contextFor('lambda') as Context<LambdaState>;
  const directory = bundleOf({ 'a.txt': 'a' });
  const place: ResourcePlace = {
    stackName: 'Shop',
    logicalId: 'Thing',
    generatedName: () => 'Shop-Thing-0123456789AB',
    assetDirectory: (_bucket, key) => (key === 'layer.zip' ? directory : undefined),
    metadata: {},
  };
  const typeOf = (name: string) => resourceTypes[`AWS::Lambda::${name}`] as (typeof resourceTypes)[string];
  const create = async (name: string, properties: Properties) => {
    const unknown = Object.keys(properties).filter((property) => !typeOf(name).properties.includes(property));
    expect(unknown).toEqual([]);
    return typeOf(name).create(properties, place, context);
  };
  return { ...world, context, place, typeOf, create };
}

describe('resources of a template', () => {
  it('are versions and aliases, as the CDK writes them', async () => {
    const { create, typeOf, context, place, state } = template();
    const version = await create('Version', { FunctionName: 'work' });
    expect(version).toEqual({ ref: `${ARN}:1`, attributes: { Version: '1', FunctionArn: `${ARN}:1` } });
    const properties = { FunctionName: 'work', FunctionVersion: '1', Name: 'live' };
    const alias = await create('Alias', properties);
    expect(alias.ref).toBe(`${ARN}:live`);
    const next = { ...properties, Description: 'moved' };
    expect(await typeOf('Alias').update(next, properties, alias, place, context)).toEqual(alias);
    expect(state.aliases.get('work:live')?.description).toBe('moved');
    expect(await typeOf('Alias').update({ ...next, Name: 'other' }, next, alias, place, context)).toBe('replace');
    await typeOf('Alias').delete(alias, next, context);
    await typeOf('Version').delete(version, {}, context);
    expect([state.aliases.size, state.versions.size]).toEqual([0, 0]);
  });

  it('are weights of an alias', async () => {
    const { create, lambda, state } = template();
    await create('Version', { FunctionName: 'work' });
    await lambda('UpdateFunctionConfiguration', { FunctionName: 'work', Timeout: 9 });
    await create('Version', { FunctionName: 'work' });
    const RoutingConfig = { AdditionalVersionWeights: [{ FunctionVersion: '2', FunctionWeight: 0.1 }] };
    await create('Alias', { FunctionName: 'work', FunctionVersion: '1', Name: 'live', RoutingConfig });
    expect(state.aliases.get('work:live')?.additional).toEqual({ version: '2', weight: 0.1 });
  });

  it('are a URL, and who may call it', async () => {
    const { create, typeOf, context, place, state, lambda } = template();
    const properties = { AuthType: 'NONE', TargetFunctionArn: ARN, Cors: { AllowOrigins: ['*'], MaxAge: '60' } };
    const url = await create('Url', properties);
    expect(url).toMatchObject({ ref: ARN, attributes: { FunctionArn: ARN, FunctionUrl: expect.stringMatching(/^https:\/\/[a-z0-9]{32}\.lambda-url\./) } });
    const permission = { Action: 'lambda:InvokeFunctionUrl', FunctionName: ARN, FunctionUrlAuthType: 'NONE', Principal: '*' };
    const physical = await create('Permission', permission);
    expect(JSON.parse((await lambda('GetPolicy', { FunctionName: 'work' })).Policy).Statement).toMatchObject([
      { Principal: '*', Condition: { StringEquals: { 'lambda:FunctionUrlAuthType': 'NONE' } } },
    ]);
    await typeOf('Url').update({ ...properties, AuthType: 'AWS_IAM' }, properties, url, place, context);
    expect(state.urls.get('work')?.authType).toBe('AWS_IAM');
    await typeOf('Url').delete(url, properties, context);
    await typeOf('Permission').delete(physical, permission, context);
    expect([state.urls.size, state.urlsById.size, state.policies.size]).toEqual([0, 0, 0]);
    await expect(create('Url', { ...properties, InvokeMode: 'RESPONSE_STREAM' })).rejects.toThrow('is not emulated');
  });

  it('are layers, and who may use them', async () => {
    const { create, typeOf, context, state } = template();
    const properties = { CompatibleRuntimes: ['nodejs22.x'], Content: { S3Bucket: 'assets', S3Key: 'layer.zip' } };
    const layer = await create('LayerVersion', properties);
    expect(layer.ref).toBe(`arn:aws:lambda:eu-west-1:${ACCOUNT}:layer:Shop-Thing-0123456789AB:1`);
    const permission = { Action: 'lambda:GetLayerVersion', LayerVersionArn: layer.ref, Principal: '*' };
    const physical = await create('LayerVersionPermission', permission);
    expect(state.policies.size).toBe(1);
    await typeOf('LayerVersionPermission').delete(physical, permission, context);
    await typeOf('LayerVersion').delete(layer, properties, context);
    expect([state.policies.size, state.layerVersions.size]).toEqual([0, 0]);
    await expect(create('LayerVersion', { Content: { S3Bucket: 'b', S3Key: 'k' } })).rejects.toThrow('which is no asset of this assembly');
  });

  it('are functions that are not container images', async () => {
    const { create } = template();
    const image = {
      FunctionName: 'i',
      Role: `arn:aws:iam::${ACCOUNT}:role/r`,
      PackageType: 'Image',
      Code: { ImageUri: 'x' },
      Runtime: 'nodejs22.x',
      Handler: 'a.b',
    };
    await expect(create('Function', image)).rejects.toThrow('A function whose code is a container image is not emulated');
  });
});
