import type { CodeStore } from '../../kernel/code-store.ts';
import type { Collection } from '../../kernel/collection.ts';
import type { FunctionCode } from '../../kernel/function-runner.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import type { Context } from '../../kernel/service.ts';
import { Admission } from './concurrency/admission.ts';
import { Concurrency } from './concurrency/concurrency.ts';
import type {
  AliasRecord,
  AsyncEvent,
  Checkpoint,
  EventInvokeConfig,
  FunctionRecord,
  LayerVersionRecord,
  MappingRecord,
  PolicyRecord,
  UrlRecord,
  VersionRecord,
} from './records.ts';

/** What runs for a mapping; made anew on a restart. */
export interface RunningMapping {
  stop(): void;
  /** `LastProcessingResult` of the mapping. */
  readonly lastResult: string;
}

export interface LambdaState {
  readonly functions: Collection<FunctionRecord>;
  /** By `<function>:<number>`. */
  readonly versions: Collection<VersionRecord>;
  /** By `<function>:<alias>`. */
  readonly aliases: Collection<AliasRecord>;
  /** By the function's key, or `layer:<layer>:<version>`. */
  readonly policies: Collection<PolicyRecord>;
  /** By the function's key. */
  readonly urls: Collection<UrlRecord>;
  /** By `<layer>:<version>`. */
  readonly layerVersions: Collection<LayerVersionRecord>;
  /** The number of each layer's last version. */
  readonly layerCounts: Collection<number>;
  /** By the function's key. */
  readonly eventInvokeConfigs: Collection<EventInvokeConfig>;
  readonly asyncEvents: Collection<AsyncEvent>;
  readonly mappings: Collection<MappingRecord>;
  /** By `<mapping>/<shard>`. */
  readonly checkpoints: Collection<Checkpoint>;
  readonly codeStore: CodeStore;
  /** Invocations under way, and what is reserved. */
  readonly concurrency: Concurrency;
  /** When the latest update of each function by the API is over. */
  readonly updatedUntilMs: Map<string, number>;
  readonly admission: Admission;
  /** Functions' keys by the id of their URL. */
  readonly urlsById: Map<string, string>;
  /** What a runner needs of each function, by key. */
  readonly codes: Map<string, FunctionCode>;
  readonly runningMappings: Map<string, RunningMapping>;
  /** Functions whose log cannot be written, by revision: said once. */
  readonly unloggable: Set<string>;
  readonly openLogStreams: Set<string>;
}

export type Lambda = Context<LambdaState>;

/** What work that the service does by itself needs: no caller stands behind it. */
export interface Plane {
  readonly kernel: Kernel;
  readonly state: LambdaState;
}

/** How a function, a version or an alias is known in collections: `name`, or `name:qualifier`. */
export const keyOf = (name: string, qualifier: string | undefined): string => (qualifier === undefined ? name : `${name}:${qualifier}`);

/** Opens the collections. */
export function openState(kernel: Kernel, codeStore: CodeStore): LambdaState {
  const urls = kernel.collection<UrlRecord>('lambda.urls');
  return {
    functions: kernel.collection('lambda.functions'),
    versions: kernel.collection('lambda.versions'),
    aliases: kernel.collection('lambda.aliases'),
    policies: kernel.collection('lambda.policies'),
    urls,
    layerVersions: kernel.collection('lambda.layer-versions'),
    layerCounts: kernel.collection('lambda.layer-counts'),
    urlsById: new Map([...urls.entries()].map(([key, { urlId }]) => [urlId, key])),
    eventInvokeConfigs: kernel.collection('lambda.event-invoke-configs'),
    asyncEvents: kernel.collection('lambda.async-events'),
    mappings: kernel.collection('lambda.event-source-mappings'),
    checkpoints: kernel.collection('lambda.checkpoints'),
    codeStore,
    concurrency: new Concurrency(),
    updatedUntilMs: new Map(),
    admission: new Admission(() => kernel.functionRunner.concurrencyMax),
    codes: new Map(),
    runningMappings: new Map(),
    unloggable: new Set(),
    openLogStreams: new Set(),
  };
}

/** A function's log stream: date, version, and what tells deployments apart. Differs from AWS: one for all contexts of a deployment. */
function logStreamName(kernel: Kernel, version: string): string {
  const day = new Date(kernel.nowMs()).toISOString().slice(0, 10).replaceAll('-', '/');
  return `${day}/[${version}]${kernel.uuid().replaceAll('-', '')}`;
}

/** What a function is stored with; the rest is drawn. */
export type FunctionDraft = Omit<
  FunctionRecord,
  'revisionId' | 'logStream' | 'lastModifiedMs' | 'version' | 'versionCount' | 'recursiveLoop' | 'runtimeManagement'
>;

/** Stores a function, new or changed, under a new revision; contexts of the one before are retired. */
export function putFunction({ kernel, state }: Plane, draft: FunctionDraft): FunctionRecord {
  const previous = state.functions.get(draft.name);
  const stored: FunctionRecord = {
    ...draft,
    version: '$LATEST',
    versionCount: previous?.versionCount ?? 0,
    recursiveLoop: previous?.recursiveLoop ?? 'Terminate',
    runtimeManagement: previous?.runtimeManagement ?? { updateRuntimeOn: 'Auto', runtimeVersionArn: undefined },
    revisionId: kernel.uuid(),
    logStream: logStreamName(kernel, '$LATEST'),
    lastModifiedMs: kernel.nowMs(),
  };
  retire({ kernel, state }, draft.name);
  state.functions.put(draft.name, stored);
  state.concurrency.reserve(draft.name, draft.reservedConcurrency);
  return stored;
}

/** Changes what does not touch running contexts: tags, reserved concurrency. */
export function amendFunction(
  { state }: Plane,
  record: FunctionRecord,
  change: Partial<Pick<FunctionRecord, 'tags' | 'reservedConcurrency' | 'recursiveLoop' | 'runtimeManagement' | 'versionCount'>>,
): FunctionRecord {
  const amended = { ...record, ...change };
  state.functions.put(record.name, amended);
  state.concurrency.reserve(record.name, amended.reservedConcurrency);
  return amended;
}

/** Stores what `$LATEST` is under the next number. */
export function putVersion({ kernel, state }: Plane, latest: FunctionRecord, description: string): VersionRecord {
  const version = String(latest.versionCount + 1);
  const stored: VersionRecord = {
    ...latest,
    version,
    description,
    latestDescription: latest.description,
    arn: `${latest.arn}:${version}`,
    revisionId: kernel.uuid(),
    logStream: logStreamName(kernel, version),
    lastModifiedMs: kernel.nowMs(),
  };
  state.versions.put(keyOf(latest.name, version), stored);
  amendFunction({ kernel, state }, latest, { versionCount: latest.versionCount + 1 });
  return stored;
}

/** The versions of a function that are still there, oldest first. */
export function versionsOf({ state }: Plane, { name, versionCount }: FunctionRecord): VersionRecord[] {
  const versions: VersionRecord[] = [];
  for (let number = 1; number <= versionCount; number += 1) {
    const found = state.versions.get(keyOf(name, String(number)));
    if (found) versions.push(found);
  }
  return versions;
}

/** The aliases of a function, by name. */
export function aliasesOf({ state }: Plane, name: string): AliasRecord[] {
  const aliases = [...state.aliases.values()].filter(({ functionName }) => functionName === name);
  return aliases.sort((a, b) => (a.name < b.name ? -1 : 1));
}

export function removeVersion(plane: Plane, { name, version }: FunctionRecord): void {
  const key = keyOf(name, version);
  retire(plane, key);
  plane.state.versions.delete(key);
  removeAttached(plane, key);
}

export function removeAlias(plane: Plane, { functionName, name }: AliasRecord): void {
  const key = keyOf(functionName, name);
  plane.state.aliases.delete(key);
  removeAttached(plane, key);
}

/** Removes a function with its versions, its aliases and what is attached to each. */
export function removeFunction(plane: Plane, name: string): void {
  const record = plane.state.functions.get(name);
  if (!record) return;
  for (const alias of aliasesOf(plane, name)) removeAlias(plane, alias);
  for (const version of versionsOf(plane, record)) removeVersion(plane, version);
  retire(plane, name);
  plane.state.functions.delete(name);
  plane.state.concurrency.reserve(name, undefined);
  plane.state.updatedUntilMs.delete(name);
  removeAttached(plane, name);
}

/** Stores a URL, and has it found by its id. */
export function putUrl({ state }: Plane, url: UrlRecord): void {
  const key = keyOf(url.functionName, url.qualifier);
  state.urls.put(key, url);
  state.urlsById.set(url.urlId, key);
}

export function removeUrl({ state }: Plane, key: string): boolean {
  const url = state.urls.get(key);
  if (!url) return false;
  state.urlsById.delete(url.urlId);
  return state.urls.delete(key);
}

function removeAttached(plane: Plane, key: string): void {
  plane.state.eventInvokeConfigs.delete(key);
  plane.state.policies.delete(key);
  removeUrl(plane, key);
}

function retire({ kernel, state }: Plane, key: string): void {
  const code = state.codes.get(key);
  if (!code) return;
  state.codes.delete(key);
  kernel.functionRunner.retire(code.key);
}

/** What a runner needs to start the function; issued once for each revision. */
export function codeOf({ kernel, state }: Plane, record: FunctionRecord): FunctionCode {
  const key = record.version === '$LATEST' ? record.name : keyOf(record.name, record.version);
  const known = state.codes.get(key);
  if (known) return known;
  const code: FunctionCode = {
    key: `${key}/${record.contentHash}/${record.revisionId}`,
    functionName: record.name,
    functionArn: record.arn,
    version: record.version,
    directory: record.directory,
    layerDirectories: record.layers.map(({ directory }) => directory),
    runtime: record.runtime,
    handler: record.handler,
    environment: record.environment ?? {},
    credentials: kernel.credentials.issue({ type: 'role', roleArn: record.role, sessionName: record.name }),
    memoryMiB: record.memoryMiB,
    logGroup: record.logGroup,
    logStream: record.logStream,
  };
  state.codes.set(key, code);
  return code;
}
