import type { PolicyStatement } from '../../kernel/principal.ts';

/** What can be set of a function. */
export interface FunctionSettings {
  readonly runtime: string;
  readonly handler: string;
  readonly role: string;
  readonly description: string;
  readonly timeoutSeconds: number;
  readonly memoryMiB: number;
  /** `undefined` where none was ever given: the API then shows none. */
  readonly environment: Readonly<Record<string, string>> | undefined;
  readonly architectures: readonly string[];
  readonly deadLetterArn: string | undefined;
  readonly tracingMode: string;
  readonly logGroup: string;
  readonly logFormat: string;
  readonly applicationLogLevel: string | undefined;
  readonly systemLogLevel: string | undefined;
  /** In the order in which they are laid over each other. A layer version that is deleted stays with the functions that have it. */
  readonly layers: readonly LayerUse[];
  readonly ephemeralStorageMiB: number;
}

/** A layer version as a function holds it. */
export interface LayerUse {
  readonly arn: string;
  readonly directory: string;
  readonly sizeBytes: number;
}

/** Where the code lies, and what identifies its content. */
export interface FunctionContent {
  readonly directory: string;
  readonly contentHash: string;
  readonly sizeBytes: number;
}

/** A function as it is now, `$LATEST`, or as it was when a version was published. */
export interface FunctionRecord extends FunctionSettings, FunctionContent {
  readonly name: string;
  /** Without a version, except for that of a version. */
  readonly arn: string;
  /** `$LATEST`, or the number of a published version. */
  readonly version: string;
  /** Changes with every change of code or configuration: contexts of another revision are not used. */
  readonly revisionId: string;
  readonly logStream: string;
  readonly lastModifiedMs: number;
  readonly tags: Readonly<Record<string, string>>;
  readonly reservedConcurrency: number | undefined;
  readonly recursiveLoop: 'Allow' | 'Terminate';
  readonly runtimeManagement: RuntimeManagement;
  /** Number of the version published last; 0 before the first. */
  readonly versionCount: number;
}

/** When a function takes a new runtime. Here a runtime is the Node.js of this machine, so that it is kept and changes nothing. */
export interface RuntimeManagement {
  readonly updateRuntimeOn: string;
  readonly runtimeVersionArn: string | undefined;
}

/** A version of a function: it never changes. */
export interface VersionRecord extends FunctionRecord {
  /** The description that `$LATEST` had: a version is published anew only where something has changed since. */
  readonly latestDescription: string;
}

/** A name for a version, or for two that share the invocations. */
export interface AliasRecord {
  readonly functionName: string;
  readonly name: string;
  readonly arn: string;
  readonly description: string;
  readonly functionVersion: string;
  /** The second version, and the share of invocations that it gets: 0 to 1. */
  readonly additional: { readonly version: string; readonly weight: number } | undefined;
  readonly revisionId: string;
}

/** Who else may use a function, a version, an alias or a layer version. */
export interface PolicyRecord {
  /** As the API answers it. A changed policy is another object: decisions are remembered by it. */
  readonly document: { readonly Version: '2012-10-17'; readonly Id: 'default'; readonly Statement: readonly PolicyStatement[] };
  readonly revisionId: string;
}

/** A function's URL: of `$LATEST` or of an alias. */
export interface UrlRecord {
  readonly functionName: string;
  readonly qualifier: string | undefined;
  readonly urlId: string;
  readonly authType: 'NONE' | 'AWS_IAM';
  readonly cors: UrlCors | undefined;
  readonly createdMs: number;
  readonly lastModifiedMs: number;
}

/** Which pages of other origins may call a function's URL; a member that was not given is not shown. */
export interface UrlCors {
  readonly AllowCredentials?: boolean | undefined;
  readonly AllowHeaders?: string[] | undefined;
  readonly AllowMethods?: string[] | undefined;
  readonly AllowOrigins?: string[] | undefined;
  readonly ExposeHeaders?: string[] | undefined;
  readonly MaxAge?: number | undefined;
}

/** A version of a layer: it never changes. */
export interface LayerVersionRecord extends FunctionContent {
  readonly layerName: string;
  readonly version: number;
  readonly arn: string;
  readonly description: string;
  readonly compatibleRuntimes: readonly string[] | undefined;
  readonly compatibleArchitectures: readonly string[] | undefined;
  readonly licenseInfo: string | undefined;
  readonly createdMs: number;
}

/** How asynchronous invocations of a function are retried, and where their results go. */
export interface EventInvokeConfig {
  readonly functionName: string;
  /** Version or alias; `undefined` for `$LATEST`. */
  readonly qualifier: string | undefined;
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
  /** Version or alias; an alias is read anew for each attempt. */
  readonly qualifier: string | undefined;
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
  /** Version or alias; `undefined` for `$LATEST`. */
  readonly qualifier: string | undefined;
  readonly sourceArn: string;
  readonly isEnabled: boolean;
  readonly batchSize: number;
  readonly windowSeconds: number;
  readonly patterns: readonly string[];
  readonly reportsBatchItemFailures: boolean;
  readonly maximumConcurrency: number | undefined;
  readonly startingPosition: 'TRIM_HORIZON' | 'LATEST' | 'AT_TIMESTAMP' | undefined;
  /** For `AT_TIMESTAMP`. */
  readonly startingTimestampMs?: number | undefined;
  readonly parallelizationFactor: number;
  readonly bisects: boolean;
  readonly maximumRetryAttempts: number;
  readonly maximumRecordAgeSeconds: number;
  readonly onFailure: string | undefined;
  readonly tumblingWindowSeconds: number;
  readonly tags: Readonly<Record<string, string>>;
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
  readonly sinceMs?: number | undefined;
}
