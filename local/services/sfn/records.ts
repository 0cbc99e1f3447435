import type { LogLevel } from '@aws-sdk/client-sfn';

/** `EXPRESS` executions leave no record that the API shows. */
export type MachineType = 'STANDARD' | 'EXPRESS';

/** Where and how much a machine logs. */
export interface Logging {
  readonly level: LogLevel;
  readonly includeExecutionData: boolean;
  /** ARNs of log groups, as given. */
  readonly destinations: readonly string[] | undefined;
}

/** What an execution works by: the definition and what goes with it, never changed once it is there. */
export interface Revision {
  readonly key: string;
  readonly stateMachineArn: string;
  readonly machineName: string;
  /** Absent for the one that the machine was created with. */
  readonly revisionId: string | undefined;
  readonly definition: string;
  readonly roleArn: string;
  readonly type: MachineType;
  readonly logging: Logging;
  readonly isTraced: boolean;
  readonly createdMs: number;
}

/** A state machine; its present definition is a revision. */
export interface StateMachine {
  readonly arn: string;
  readonly name: string;
  readonly type: MachineType;
  readonly createdMs: number;
  readonly revisionKey: string;
  readonly tags: Readonly<Record<string, string>>;
  /** The highest version number given; numbers are not given twice. */
  readonly lastVersion: number;
}

/** A published revision. */
export interface Version {
  readonly arn: string;
  readonly stateMachineArn: string;
  readonly number: number;
  readonly revisionKey: string;
  readonly description: string | undefined;
  readonly createdMs: number;
}

/** One or two versions, by weight. */
export interface Alias {
  readonly arn: string;
  readonly stateMachineArn: string;
  readonly name: string;
  readonly description: string | undefined;
  readonly routing: readonly { readonly versionArn: string; readonly weight: number }[];
  readonly createdMs: number;
  readonly updatedMs: number;
}

export interface Activity {
  readonly arn: string;
  readonly name: string;
  readonly createdMs: number;
  readonly tags: Readonly<Record<string, string>>;
}

/** How an execution ended. */
export type Ending =
  | { readonly status: 'SUCCEEDED'; readonly output: string }
  | { readonly status: 'FAILED' | 'TIMED_OUT' | 'ABORTED'; readonly error: string | undefined; readonly cause: string | undefined };

/** Whose child an execution of a distributed map is. */
export interface MapParent {
  readonly mapRunArn: string;
  readonly executionArn: string;
  readonly frame: string;
  readonly index: number;
  /** Where in the definition its states are. */
  readonly path: readonly (readonly [state: string, branch: number])[];
}

/** One execution. Its frames are kept apart while it runs. */
export interface Execution {
  readonly arn: string;
  readonly name: string;
  readonly stateMachineArn: string;
  readonly versionArn: string | undefined;
  readonly aliasArn: string | undefined;
  readonly revisionKey: string;
  readonly type: MachineType;
  readonly input: string;
  readonly startMs: number;
  readonly traceHeader: string | undefined;
  readonly mapParent: MapParent | undefined;
  /** Journal entry that led to it, of this process. */
  cause: number | undefined;
  /** History events written so far. */
  events: number;
  /** When it times out. */
  deadlineMs: number | undefined;
  stopMs: number | undefined;
  redriveCount: number;
  redriveMs: number | undefined;
  ending: Ending | undefined;
}

/** A distributed map that runs, or ran. */
export interface MapRun {
  readonly arn: string;
  readonly executionArn: string;
  readonly stateMachineArn: string;
  readonly startMs: number;
  readonly itemCount: number;
  readonly executionCount: number;
  stopMs: number | undefined;
  status: 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'ABORTED';
  maxConcurrency: number;
  toleratedFailureCount: number;
  toleratedFailurePercentage: number;
  /** Children by how they ended. */
  readonly counts: { running: number; succeeded: number; failed: number; timedOut: number; aborted: number };
  redriveCount: number;
  redriveMs: number | undefined;
}
