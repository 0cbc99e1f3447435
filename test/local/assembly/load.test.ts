import { zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { assetHash, Deployment, loadAssembly } from '../../../local/assembly/index.ts';
import { assemblyWith, folderWith, thingResource, world } from './world.ts';

const manifest = (artifacts: object, version = '55.0.0'): string => JSON.stringify({ version, artifacts });
const stackArtifact = (templateFile: string, more: object = {}): object => ({ type: 'aws:cloudformation:stack', properties: { templateFile, ...more } });

describe('a broken assembly is refused', () => {
  it.each([
    ['no folder', () => '/nowhere/cdk.out', /There is no folder \/nowhere\/cdk\.out/],
    ['no manifest', () => folderWith({ 'x.txt': '' }), /is no cloud assembly: it has no manifest\.json/],
    [
      'broken JSON',
      () => folderWith({ 'manifest.json': '{\n  "version": oops\n}' }),
      /manifest of the cloud assembly is broken: .*manifest\.json, line 2, column 14/,
    ],
    ['half a file', () => folderWith({ 'manifest.json': '{\n  "version": "55.0.0",' }), /manifest\.json, line 2, column 23/],
    ['no object', () => folderWith({ 'manifest.json': '[]' }), /does not hold a JSON object/],
    ['a schema of the future', () => folderWith({ 'manifest.json': manifest({}, '56.0.0') }), /has schema version 56\.0\.0; known are versions up to 55/],
    ['a schema that is none', () => folderWith({ 'manifest.json': '{}' }), /has schema version undefined/],
    ['a missing template', () => folderWith({ 'manifest.json': manifest({ A: stackArtifact('A.json') }) }), /The template of stack A is missing: .*A\.json/],
    [
      'a resource without type',
      () => folderWith({ 'manifest.json': manifest({ A: stackArtifact('A.json') }), 'A.json': '{"Resources":{"X":{}}}' }),
      /the resource X has no Type/,
    ],
    [
      'a missing asset',
      () =>
        folderWith({
          'manifest.json': manifest({ 'A.assets': { type: 'cdk:asset-manifest', properties: { file: 'a.json' } } }),
          'a.json': '{"files":{"f":{"displayName":"Fn/Code","source":{"path":"asset.f"}}}}',
        }),
      /The asset Fn\/Code of .*a\.json is missing: there is no .*asset\.f/,
    ],
    [
      'two stacks of one name',
      () =>
        folderWith({
          'manifest.json': manifest({ A: stackArtifact('A.json', { stackName: 'X' }), B: stackArtifact('A.json', { stackName: 'X' }) }),
          'A.json': '{}',
        }),
      /Two stacks .* are named X/,
    ],
  ])('%s', (_name, make, message) => {
    expect(() => loadAssembly(make())).toThrow(message);
  });
});

it('stacks of nested stages are read, with construct paths from metadata of either place', () => {
  const root = folderWith({
    'manifest.json': manifest({
      Prod: { type: 'cdk:cloud-assembly', properties: { directoryName: 'assembly-Prod' } },
      A: { ...stackArtifact('A.json'), dependencies: ['A.assets', 'B'] },
      B: stackArtifact('A.json'),
    }),
    'A.json': JSON.stringify({ Resources: { X: { Type: 'T', Metadata: { 'aws:cdk:path': 'A/X/Resource' } } } }),
    'assembly-Prod/manifest.json': manifest({
      ProdC: { ...stackArtifact('C.json', { stackName: 'Prod-C' }), environment: 'aws://123456789012/eu-west-1', additionalMetadataFile: 'C.metadata.json' },
    }),
    'assembly-Prod/C.json': '{}',
    'assembly-Prod/C.metadata.json': JSON.stringify({ '/Prod/C/Queue/Resource': [{ type: 'aws:cdk:logicalId', data: 'Queue123' }] }),
  });
  const { stacks } = loadAssembly(root);
  expect(stacks.map(({ name, accountId, dependencies }) => [name, accountId, dependencies])).toEqual([
    ['Prod-C', '123456789012', []],
    ['A', undefined, ['B']],
    ['B', undefined, []],
  ]);
  expect(stacks[0]?.cdkPaths.get('Queue123')).toBe('Prod/C/Queue/Resource');
  expect(stacks[1]?.cdkPaths.get('X')).toBe('A/X/Resource');
});

describe('a zip asset', () => {
  const assemblyOf = (files: Record<string, string>): string => {
    const zip = zipSync(Object.fromEntries(Object.entries(files).map(([name, text]) => [name, Buffer.from(text)])));
    const path = `${folderWith({ 'code.zip': zip })}/code.zip`;
    return assemblyWith({
      Shop: {
        template: { Resources: { F: thingResource({ Code: { Bucket: 'b', Key: 'k' } }) } },
        assets: { f: { path, packaging: 'file', bucket: 'b', key: 'k' } },
      },
    });
  };

  it('is unpacked into a folder that close removes', async () => {
    const { kernel, things } = world();
    const deployment = new Deployment(kernel);
    await deployment.deploy(loadAssembly(assemblyOf({ 'lib/index.js': 'one' })));
    const directory = [...things.values()][0]?.directory ?? '';
    expect(assetHash(directory)).toBe(assetHash(folderWith({ 'lib/index.js': 'one' })));
    deployment.close();
    expect(assetHash(directory)).toBeUndefined();
  });

  it('that would write outside its folder is refused', async () => {
    const deployment = new Deployment(world().kernel);
    await expect(deployment.deploy(loadAssembly(assemblyOf({ '../evil.js': 'x' })))).rejects.toThrow('holds a file outside its folder: ../evil.js');
    deployment.close();
  });
});
