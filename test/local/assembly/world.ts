import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Collection, CollectionStore } from '../../../local/kernel/collection.ts';
import { Fault } from '../../../local/kernel/errors.ts';
import { Kernel } from '../../../local/kernel/kernel.ts';
import type { ResourceType } from '../../../local/kernel/resource.ts';
import type { Service } from '../../../local/kernel/service.ts';
import { ssm } from '../../../local/services/ssm/service.ts';

/** A stack of a hand-made assembly. */
export interface StackSource {
  readonly template: object;
  readonly dependencies?: readonly string[];
  readonly environment?: string;
  readonly assets?: Readonly<Record<string, { readonly path: string; readonly packaging: string; readonly bucket: string; readonly key: string }>>;
  readonly metadata?: object;
}

/** Writes files into a new folder of the machine's and answers the folder. */
export function folderWith(files: Readonly<Record<string, string | Uint8Array>>, root = mkdtempSync(join(tmpdir(), 'tickertape-test-'))): string {
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), content);
  }
  return root;
}

/** Writes an assembly; `root` writes it over an earlier one. */
export function assemblyWith(stacks: Readonly<Record<string, StackSource>>, root?: string): string {
  const artifacts: Record<string, object> = {};
  const files: Record<string, string> = {};
  for (const [name, { template, dependencies = [], environment = 'aws://unknown-account/unknown-region', assets, metadata }] of Object.entries(stacks)) {
    artifacts[name] = { type: 'aws:cloudformation:stack', environment, dependencies, metadata, properties: { templateFile: `${name}.template.json` } };
    files[`${name}.template.json`] = JSON.stringify(template);
    if (!assets) continue;
    artifacts[`${name}.assets`] = { type: 'cdk:asset-manifest', properties: { file: `${name}.assets.json` } };
    const entries = Object.entries(assets).map(([id, { path, packaging, bucket, key }]) => [
      id,
      { source: { path, packaging }, destinations: { here: { bucketName: bucket, objectKey: key } } },
    ]);
    files[`${name}.assets.json`] = JSON.stringify({ version: '55.0.0', files: Object.fromEntries(entries) });
  }
  files['manifest.json'] = JSON.stringify({ version: '55.0.0', artifacts });
  return folderWith(files, root);
}

/** What the test service keeps of a thing. */
export interface Thing {
  readonly name: string;
  readonly properties: Readonly<Record<string, unknown>>;
  readonly directory: string | undefined;
}

const thing: ResourceType<Collection<Thing>> = {
  properties: ['Name', 'Size', 'Target', 'Code', 'Tags', 'Break'],
  inert: { Note: 'it is for people' },
  create(properties, place, { state }) {
    if (properties['Break']) throw new Fault('ThingBroken', String(properties['Break']));
    const name = properties['Name'] ?? place.generatedName({ lengthMax: 64 });
    const { Bucket: bucket, Key: key } = properties['Code'] ?? {};
    state.put(name, { name, properties, directory: bucket && place.assetDirectory(bucket, key) });
    return { ref: name, attributes: { Arn: `arn:thing:${name}`, Size: String(properties['Size'] ?? 0) } };
  },
  update(properties, previous, physical, place, context) {
    if (properties['Name'] !== previous['Name'] || properties['Target'] !== previous['Target']) return 'replace';
    return this.create({ ...properties, Name: physical.ref }, place, context);
  },
  delete(physical, _properties, { state }) {
    state.delete(physical.ref);
  },
};

const things: Service<Collection<Thing>> = {
  name: 'things',
  arnService: 'things',
  createState: (kernel) => kernel.collection<Thing>('things'),
  operations: {},
  access: () => [],
  resourceTypes: { 'AWS::Test::Thing': thing },
};

/** A plane with Parameter Store and a service of things. */
export function world(options: { readonly store?: CollectionStore; readonly services?: readonly Service<undefined>[] } = {}): {
  readonly kernel: Kernel;
  readonly things: Collection<Thing>;
} {
  const kernel = new Kernel({
    accountId: '000000000000',
    region: 'eu-west-1',
    clock: { kind: 'virtual', startMs: 1_700_000_000_000 },
    seed: 'assembly',
    store: options.store,
    journalCapacity: 10_000,
  });
  kernel.install(ssm);
  for (const service of options.services ?? []) kernel.install(service);
  return { kernel, things: kernel.install(things) };
}

/** A store in memory that several planes open one after the other. */
export function memoryStore(): CollectionStore {
  const maps = new Map<string, Map<string, unknown>>();
  return {
    open: (name) => maps.get(name) ?? (maps.set(name, new Map()).get(name) as Map<string, unknown>),
    changed: () => {},
    settled: () => Promise.resolve(),
  };
}

/** A resource of the test type. */
export const thingResource = (Properties: object, more: object = {}): object => ({ Type: 'AWS::Test::Thing', Properties, ...more });
