import type { Json, JsonObject } from '../json.ts';

/** The two languages in which a state reads its data. */
export type QueryLanguage = 'JSONPath' | 'JSONata';

/**
 * A state machine, or the machine inside a branch or an iteration, with AWS's names of members.
 *
 * It is normalised: every state has its query language, a `Map` has `ItemProcessor` and `ItemSelector` where the definition had `Iterator` and `Parameters`.
 */
export interface StateMachine {
  readonly Comment?: string;
  readonly Version?: string;
  readonly QueryLanguage: QueryLanguage;
  readonly StartAt: string;
  readonly States: Readonly<Record<string, State>>;
  readonly TimeoutSeconds?: number;
}

/** The machine of a `Map`, with how its iterations run. */
export interface ItemProcessor extends StateMachine {
  readonly ProcessorConfig?: { readonly Mode?: 'INLINE' | 'DISTRIBUTED'; readonly ExecutionType?: 'STANDARD' | 'EXPRESS' };
}

/** What all states have. Paths are texts or null, the fields of JSONata any JSON with expressions in it. */
export interface StateBase {
  readonly QueryLanguage: QueryLanguage;
  readonly Comment?: string;
  readonly InputPath?: string | null;
  readonly OutputPath?: string | null;
  readonly Output?: Json;
  readonly Assign?: JsonObject;
}

/** Where a state goes on; `End` where it is the last. */
export interface Transition {
  readonly Next?: string;
  readonly End?: boolean;
}

/** States that have a result. */
export interface ResultFields {
  readonly ResultPath?: string | null;
  readonly ResultSelector?: JsonObject;
  readonly Retry?: readonly Retrier[];
  readonly Catch?: readonly Catcher[];
}

/** Hands on its input, or what it is given. */
export interface PassState extends StateBase, Transition {
  readonly Type: 'Pass';
  readonly Result?: Json;
  readonly Parameters?: Json;
  readonly ResultPath?: string | null;
}

/** Has something done. */
export interface TaskState extends StateBase, Transition, ResultFields {
  readonly Type: 'Task';
  readonly Resource: string;
  readonly Parameters?: Json;
  readonly Arguments?: Json;
  readonly Credentials?: Json;
  readonly TimeoutSeconds?: number | string;
  readonly TimeoutSecondsPath?: string;
  readonly HeartbeatSeconds?: number | string;
  readonly HeartbeatSecondsPath?: string;
}

/** Goes where the first of its rules that holds leads. */
export interface ChoiceState extends StateBase {
  readonly Type: 'Choice';
  readonly Choices: readonly ChoiceRule[];
  readonly Default?: string;
}

/** A rule of a `Choice`: a condition of JSONata, a comparison, or `And`, `Or`, `Not` of comparisons. */
export interface ChoiceRule {
  readonly Next?: string;
  readonly Condition?: string | boolean;
  readonly Output?: Json;
  readonly Assign?: JsonObject;
  readonly Variable?: string;
  readonly And?: readonly ChoiceRule[];
  readonly Or?: readonly ChoiceRule[];
  readonly Not?: ChoiceRule;
  /** The comparison: `StringEquals` and the like. */
  readonly [comparison: string]: unknown;
}

/** Waits. */
export interface WaitState extends StateBase, Transition {
  readonly Type: 'Wait';
  readonly Seconds?: number | string;
  readonly SecondsPath?: string;
  readonly Timestamp?: string;
  readonly TimestampPath?: string;
}

/** Ends its machine well. */
export interface SucceedState extends StateBase {
  readonly Type: 'Succeed';
}

/** Ends its machine with an error. */
export interface FailState extends StateBase {
  readonly Type: 'Fail';
  readonly Error?: string;
  readonly ErrorPath?: string;
  readonly Cause?: string;
  readonly CausePath?: string;
}

/** Runs branches side by side. */
export interface ParallelState extends StateBase, Transition, ResultFields {
  readonly Type: 'Parallel';
  readonly Branches: readonly StateMachine[];
  readonly Parameters?: Json;
  readonly Arguments?: Json;
}

/** Runs a machine for each item. */
export interface MapState extends StateBase, Transition, ResultFields {
  readonly Type: 'Map';
  readonly ItemProcessor: ItemProcessor;
  readonly ItemsPath?: string;
  readonly Items?: Json;
  readonly ItemSelector?: Json;
  readonly ItemReader?: ItemReader;
  readonly ItemBatcher?: ItemBatcher;
  readonly ResultWriter?: ResultWriter;
  readonly Label?: string;
  readonly MaxConcurrency?: number | string;
  readonly MaxConcurrencyPath?: string;
  readonly ToleratedFailureCount?: number | string;
  readonly ToleratedFailureCountPath?: string;
  readonly ToleratedFailurePercentage?: number | string;
  readonly ToleratedFailurePercentagePath?: string;
}

/** Where a distributed `Map` reads its items. */
export interface ItemReader {
  readonly Resource: string;
  readonly Parameters?: Json;
  readonly Arguments?: Json;
  readonly ReaderConfig?: {
    readonly InputType?: string;
    readonly CSVHeaderLocation?: string;
    readonly CSVHeaders?: readonly string[];
    readonly CSVDelimiter?: string;
    readonly MaxItems?: number | string;
    readonly MaxItemsPath?: string;
    readonly Transformation?: string;
  };
}

/** How items of a distributed `Map` are put together. */
export interface ItemBatcher {
  readonly BatchInput?: Json;
  readonly MaxItemsPerBatch?: number | string;
  readonly MaxItemsPerBatchPath?: string;
  readonly MaxInputBytesPerBatch?: number | string;
  readonly MaxInputBytesPerBatchPath?: string;
}

/** Where a distributed `Map` writes its results. */
export interface ResultWriter {
  readonly Resource?: string;
  readonly Parameters?: Json;
  readonly Arguments?: Json;
  readonly WriterConfig?: JsonObject;
}

/** When, how often and after which delay a state is tried again. */
export interface Retrier {
  readonly ErrorEquals: readonly string[];
  readonly IntervalSeconds?: number;
  readonly MaxAttempts?: number;
  readonly BackoffRate?: number;
  readonly MaxDelaySeconds?: number;
  readonly JitterStrategy?: 'FULL' | 'NONE';
}

/** Where a machine goes on after an error. */
export interface Catcher {
  readonly ErrorEquals: readonly string[];
  readonly Next: string;
  readonly ResultPath?: string | null;
  readonly Output?: Json;
  readonly Assign?: JsonObject;
}

/** A state of any type. */
export type State = PassState | TaskState | ChoiceState | WaitState | SucceedState | FailState | ParallelState | MapState;
