import { existsSync, statSync } from 'node:fs';
import { isAbsolute, join, resolve } from 'node:path';
import { UserError } from '../kernel/errors.ts';
import { readJsonObject } from './read-json.ts';
import { parseTemplate, type Template } from './template.ts';

/** Highest major version of the cloud assembly schema whose manifest is understood here. aws-cdk-lib 2.276.0 writes 55. */
const SCHEMA_MAJOR_MAX = 55;

/** A stage in a stage in a stage …: far beyond what an app nests. */
const NESTING_MAX = 16;

/** A file or folder that templates name by bucket and key. */
export interface FileAsset {
  readonly name: string;
  /** Absolute path of the file or folder. */
  readonly path: string;
  /** As the asset manifest has them: with `${AWS::AccountId}` and the like in place. */
  readonly destinations: readonly { readonly bucketName: string; readonly objectKey: string }[];
}

export interface AssemblyStack {
  readonly name: string;
  readonly templateFile: string;
  readonly template: Template;
  /** The template as JSON text, whole. */
  readonly templateText: string;
  /** `undefined` where the stack is environment-agnostic. */
  readonly accountId: string | undefined;
  readonly region: string | undefined;
  /** Names of stacks that the manifest puts before this one. */
  readonly dependencies: readonly string[];
  /** Construct path by logical id: `Orders/Queue/Resource`. */
  readonly cdkPaths: ReadonlyMap<string, string>;
}

/** A synthesized CDK app: all stacks, those of nested stages included, and their assets. */
export interface Assembly {
  readonly directory: string;
  readonly stacks: readonly AssemblyStack[];
  readonly assets: readonly FileAsset[];
}

interface Artifact {
  readonly type: string;
  readonly environment?: string;
  readonly dependencies?: readonly string[];
  readonly properties?: Readonly<Record<string, unknown>>;
  readonly metadata?: Readonly<Record<string, readonly { readonly type: string; readonly data?: unknown }[]>>;
  readonly additionalMetadataFile?: string;
}

/**
 * Reads a cloud assembly (`cdk.out`). A `UserError` says what is wrong where: no such folder, no manifest, a schema that is newer than known,
 * broken JSON with file and position, a missing template or asset, two stacks of one name.
 */
export function loadAssembly(directory: string): Assembly {
  const root = resolve(directory);
  if (!existsSync(root)) throw new UserError(`There is no folder ${root}. Synthesize the app first (cdk synth), or name its output folder.`);
  const stacks: AssemblyStack[] = [];
  const assets: FileAsset[] = [];
  readAssembly(root, { stacks, assets, depth: 0 });
  const names = new Set<string>();
  for (const stack of stacks) {
    if (names.has(stack.name))
      throw new UserError(`Two stacks of the assembly ${root} are named ${stack.name}; on one plane names are unique. Deploy one of the two.`);
    names.add(stack.name);
  }
  return { directory: root, stacks, assets };
}

function readAssembly(directory: string, into: { readonly stacks: AssemblyStack[]; readonly assets: FileAsset[]; readonly depth: number }): void {
  const file = join(directory, 'manifest.json');
  if (!existsSync(file)) throw new UserError(`${directory} is no cloud assembly: it has no manifest.json. Name the folder that cdk synth writes (cdk.out).`);
  const manifest = readJsonObject(file, 'The manifest of the cloud assembly');
  const major = Number.parseInt(String(manifest['version']), 10);
  if (!(major <= SCHEMA_MAJOR_MAX)) {
    throw new UserError(
      `${file} has schema version ${String(manifest['version'])}; known are versions up to ${SCHEMA_MAJOR_MAX}. Synthesize with the pinned aws-cdk-lib, or update this tool.`,
    );
  }
  const artifacts = Object.entries((manifest['artifacts'] ?? {}) as Record<string, Artifact>);
  const stackNames = new Map(artifacts.filter(([, { type }]) => type === 'aws:cloudformation:stack').map(([id, artifact]) => [id, stackNameOf(id, artifact)]));
  for (const [id, artifact] of artifacts) {
    if (artifact.type === 'aws:cloudformation:stack') into.stacks.push(readStack(directory, id, artifact, stackNames));
    if (artifact.type === 'cdk:asset-manifest') into.assets.push(...readAssets(directory, join(directory, String(artifact.properties?.['file']))));
    if (artifact.type === 'cdk:cloud-assembly') {
      if (into.depth >= NESTING_MAX) throw new UserError(`${file} nests assemblies deeper than ${NESTING_MAX} levels.`);
      readAssembly(join(directory, String(artifact.properties?.['directoryName'])), { ...into, depth: into.depth + 1 });
    }
  }
}

const stackNameOf = (id: string, artifact: Artifact): string => String(artifact.properties?.['stackName'] ?? id);

function readStack(directory: string, id: string, artifact: Artifact, stackNames: ReadonlyMap<string, string>): AssemblyStack {
  const name = stackNameOf(id, artifact);
  const templateFile = join(directory, String(artifact.properties?.['templateFile']));
  const source = readJsonObject(templateFile, `The template of stack ${name}`);
  const template = parseTemplate(source, templateFile);
  // aws://123456789012/eu-west-1, or aws://unknown-account/unknown-region
  const [, accountId, region] = /^aws:\/\/([^/]+)\/([^/]+)$/.exec(artifact.environment ?? '') ?? [];
  return {
    name,
    templateFile,
    template,
    templateText: JSON.stringify(source),
    accountId: accountId === 'unknown-account' ? undefined : accountId,
    region: region === 'unknown-region' ? undefined : region,
    dependencies: (artifact.dependencies ?? []).map((dependency) => stackNames.get(dependency)).filter((dependency) => dependency !== undefined),
    cdkPaths: readCdkPaths(directory, artifact, template),
  };
}

/** Paths stand in the resources' metadata where the CDK CLI synthesized, and in the manifest's metadata in any case. */
function readCdkPaths(directory: string, artifact: Artifact, template: Template): ReadonlyMap<string, string> {
  const paths = new Map<string, string>();
  const metadata = artifact.additionalMetadataFile
    ? (readJsonObject(join(directory, artifact.additionalMetadataFile), 'The metadata of the cloud assembly') as NonNullable<Artifact['metadata']>)
    : (artifact.metadata ?? {});
  for (const [path, entries] of Object.entries(metadata)) {
    for (const { type, data } of entries) if (type === 'aws:cdk:logicalId') paths.set(String(data), path.replace(/^\//, ''));
  }
  for (const [logicalId, resource] of Object.entries(template.Resources)) {
    const path = resource.Metadata?.['aws:cdk:path'];
    if (typeof path === 'string') paths.set(logicalId, path);
  }
  return paths;
}

interface ManifestFile {
  readonly displayName?: string;
  readonly source?: { readonly path?: string };
  readonly destinations?: Readonly<Record<string, { readonly bucketName: string; readonly objectKey: string }>>;
}

function readAssets(directory: string, file: string): FileAsset[] {
  const files = (readJsonObject(file, 'The asset manifest')['files'] ?? {}) as Record<string, ManifestFile>;
  return Object.entries(files).flatMap(([id, { displayName: name = id, source, destinations = {} }]) => {
    // An asset made by a command at publishing time has no path: whoever names it finds none.
    if (source?.path === undefined) return [];
    const path = isAbsolute(source.path) ? source.path : join(directory, source.path);
    if (!statSync(path, { throwIfNoEntry: false }))
      throw new UserError(`The asset ${name} of ${file} is missing: there is no ${path}. Synthesize the app again.`);
    return [{ name, path, destinations: Object.values(destinations) }];
  });
}
