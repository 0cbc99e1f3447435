import type { CodeStore } from '../../kernel/code-store.ts';
import type { Collection } from '../../kernel/collection.ts';
import type { FunctionCode } from '../../kernel/function-runner.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import type { PolicyStatement } from '../../kernel/principal.ts';
import type { Context } from '../../kernel/service.ts';
import { Admission } from './admission.ts';

/** What can be set of a function. */
export interface FunctionSettings {
  readonly runtime: string;
  readonly handler: string;
  readonly role: string;
  readonly description: string;
  readonly timeoutSeconds: number;
  readonly memoryMiB: number;
  readonly environment: Readonly<Record<string, string>>;
  readonly architectures: readonly string[];
  readonly deadLetterArn: string | undefined;
  readonly tracingMode: string;
  readonly logGroup: string;
  readonly logFormat: string;
}

/** Where the code lies, and what identifies its content. */
export interface FunctionContent {
  readonly directory: string;
  readonly contentHash: string;
  readonly sizeBytes: number;
}

export interface FunctionRecord extends FunctionSettings, FunctionContent {
  readonly name: string;
  readonly arn: string;
  /** Changes with every change of code or configuration: contexts of another revision are not used. */
  readonly revisionId: string;
  readonly logStream: string;
  readonly lastModifiedMs: number;
  readonly tags: Readonly<Record<string, string>>;
  readonly policy: readonly PolicyStatement[];
  readonly reservedConcurrency: number | undefined;
}

/** How asynchronous invocations of a function are retried, and where their results go. */
export interface EventInvokeConfig {
  readonly functionName: string;
  readonly maximumRetryAttempts: number | undefined;
  readonly maximumEventAgeInSeconds: number | undefined;
  readonly onSuccess: string | undefined;
  readonly onFailure: string | undefined;
  readonly lastModifiedMs: number;
}

/** An event that was accepted and has not ended yet. */
export interface AsyncEvent {
  readonly requestId: string;
  readonly functionName: string;
  readonly payload: string;
  readonly clientContext: string | undefined;
  readonly cause: number | undefined;
  readonly acceptedMs: number;
  /** Invocations so far that ran and failed. */
  readonly failedAttempts: number;
  /** Times it was throttled. */
  readonly throttles: number;
  readonly nextMs: number;
}

/** An event source mapping as it was set. Times are milliseconds since the epoch. */
export interface MappingRecord {
  readonly uuid: string;
  readonly arn: string;
  readonly functionName: string;
  readonly sourceArn: string;
  readonly isEnabled: boolean;
  readonly batchSize: number;
  readonly windowSeconds: number;
  readonly patterns: readonly string[];
  readonly reportsBatchItemFailures: boolean;
  readonly maximumConcurrency: number | undefined;
  readonly startingPosition: 'TRIM_HORIZON' | 'LATEST' | undefined;
  readonly parallelizationFactor: number;
  readonly bisects: boolean;
  readonly maximumRetryAttempts: number;
  readonly maximumRecordAgeSeconds: number;
  readonly onFailure: string | undefined;
  readonly tumblingWindowSeconds: number;
  readonly lastModifiedMs: number;
}

/** A tumbling window, from `startMs` on. */
export interface OpenWindow {
  readonly startMs: number;
  readonly state: string;
}

/** How far a stream mapping has come in a shard: what lies up to `sequenceNumber` has ended. */
export interface Checkpoint {
  readonly sequenceNumber: string | undefined;
  /** A shard that was read to its end. */
  readonly isClosed: boolean;
  /** The tumbling window that is open, with the state that the function answered last, as JSON text. */
  readonly window?: OpenWindow | undefined;
  /** When a mapping that begins with the latest record began, until it has come to one. */
  readonly sinceMs?: number;
}

/** What runs for a mapping; made anew on a restart. */
export interface RunningMapping {
  stop(): void;
  /** `LastProcessingResult` of the mapping. */
  readonly lastResult: string;
}

export interface LambdaState {
  readonly functions: Collection<FunctionRecord>;
  readonly eventInvokeConfigs: Collection<EventInvokeConfig>;
  readonly asyncEvents: Collection<AsyncEvent>;
  readonly mappings: Collection<MappingRecord>;
  /** By `<mapping>/<shard>`. */
  readonly checkpoints: Collection<Checkpoint>;
  readonly codeStore: CodeStore;
  /** Invocations under way, by function. */
  readonly runningByFunction: Map<string, number>;
  readonly admission: Admission;
  /** What a runner needs of each function, by name. */
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

/** Opens the collections. */
export function openState(kernel: Kernel, codeStore: CodeStore): LambdaState {
  return {
    functions: kernel.collection('lambda.functions'),
    eventInvokeConfigs: kernel.collection('lambda.event-invoke-configs'),
    asyncEvents: kernel.collection('lambda.async-events'),
    mappings: kernel.collection('lambda.event-source-mappings'),
    checkpoints: kernel.collection('lambda.checkpoints'),
    codeStore,
    runningByFunction: new Map(),
    admission: new Admission(() => kernel.functionRunner.concurrencyMax),
    codes: new Map(),
    runningMappings: new Map(),
    unloggable: new Set(),
    openLogStreams: new Set(),
  };
}

/** A function's log stream: date, version, and what tells deployments apart. Differs from AWS: one for all contexts of a deployment. */
function logStreamName(kernel: Kernel): string {
  const day = new Date(kernel.nowMs()).toISOString().slice(0, 10).replaceAll('-', '/');
  return `${day}/[$LATEST]${kernel.uuid().replaceAll('-', '')}`;
}

/** Stores a function, new or changed, under a new revision; contexts of the one before are retired. */
export function putFunction({ kernel, state }: Plane, record: Omit<FunctionRecord, 'revisionId' | 'logStream' | 'lastModifiedMs'>): FunctionRecord {
  const stored = { ...record, revisionId: kernel.uuid(), logStream: logStreamName(kernel), lastModifiedMs: kernel.nowMs() };
  retire({ kernel, state }, record.name);
  state.functions.put(record.name, stored);
  return stored;
}

/** Changes what does not touch running contexts: policy, tags, reserved concurrency. */
export function amendFunction(
  { kernel, state }: Plane,
  record: FunctionRecord,
  change: Partial<Pick<FunctionRecord, 'policy' | 'tags' | 'reservedConcurrency'>>,
): FunctionRecord {
  const amended = { ...record, ...change };
  if (change.policy) state.functions.put(record.name, { ...amended, lastModifiedMs: kernel.nowMs() });
  else state.functions.put(record.name, amended);
  return amended;
}

export function removeFunction(plane: Plane, name: string): void {
  retire(plane, name);
  plane.state.functions.delete(name);
  plane.state.eventInvokeConfigs.delete(name);
}

function retire({ kernel, state }: Plane, name: string): void {
  const code = state.codes.get(name);
  if (!code) return;
  state.codes.delete(name);
  kernel.functionRunner.retire(code.key);
}

/** What a runner needs to start the function; issued once for each revision. */
export function codeOf({ kernel, state }: Plane, record: FunctionRecord): FunctionCode {
  const known = state.codes.get(record.name);
  if (known) return known;
  const code: FunctionCode = {
    key: `${record.name}/${record.contentHash}/${record.revisionId}`,
    functionName: record.name,
    functionArn: record.arn,
    version: '$LATEST',
    directory: record.directory,
    handler: record.handler,
    environment: record.environment,
    credentials: kernel.credentials.issue({ type: 'role', roleArn: record.role, sessionName: record.name }),
    memoryMiB: record.memoryMiB,
    logGroup: record.logGroup,
    logStream: record.logStream,
  };
  state.codes.set(record.name, code);
  return code;
}
